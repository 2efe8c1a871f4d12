import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '../../main/store/database.ts';

/** A change here needs a new migration file; migrations that were released are never edited. */
it('the database has this schema', () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-schema-'));
  const database = openDatabase(dir);
  const tables = database
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .all()
    .map(({ name }) => {
      const columns = database.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
      return `${name}: ${columns.map((column) => `${column.name} ${column.type}${column.pk > 0 ? ` key ${column.pk}` : ''}`).join(', ')}`;
    });
  const version = database.pragma('user_version', { simple: true });
  database.close();
  rmSync(dir, { recursive: true, force: true });
  expect({ version, tables }).toMatchInlineSnapshot(`
    {
      "tables": [
        "alert_silences: graph_id TEXT key 1, node_id TEXT key 2, until_ms INTEGER",
        "alerts: id TEXT key 1, graph_id TEXT, node_id TEXT, kind TEXT, severity TEXT, title TEXT, explanation TEXT, started_ms INTEGER, resolved_ms INTEGER, acknowledged_ms INTEGER, delivered_ms INTEGER",
        "archived_models: name TEXT key 1, version INTEGER key 2, archived_ms INTEGER",
        "dataset_versions: dataset TEXT key 1, number INTEGER key 2, digest TEXT, kind TEXT, location TEXT, schema TEXT, row_count INTEGER, size_bytes INTEGER, key TEXT, graph_id TEXT, node_id TEXT, run_id TEXT, first_read_ms INTEGER, last_read_ms INTEGER",
        "engines: pid INTEGER key 1, process_start TEXT key 2, opened_ms INTEGER",
        "experiment_tags: experiment_id INTEGER key 1, key TEXT key 2, value TEXT",
        "experiments: id INTEGER key 1, name TEXT, lifecycle TEXT, created_ms INTEGER, updated_ms INTEGER",
        "graphs: path TEXT key 1, graph_id TEXT, name TEXT, modified_ms REAL, opened_ms REAL",
        "latest_metrics: training INTEGER key 1, key TEXT key 2, value REAL, is_nan INTEGER, timestamp_ms INTEGER, step INTEGER",
        "loop_events: seq INTEGER key 1, graph_id TEXT, node_id TEXT, attempt TEXT, type TEXT, time_ms INTEGER, text TEXT, evidence TEXT",
        "metric_history: training INTEGER key 1, key TEXT key 2, step INTEGER key 3, timestamp_ms INTEGER key 4, value REAL key 5, is_nan INTEGER key 6",
        "model_alias_moves: number INTEGER key 1, name TEXT, alias TEXT, version INTEGER, moved_ms INTEGER, is_rollback INTEGER",
        "model_aliases: name TEXT key 1, alias TEXT key 2, version INTEGER",
        "model_approvals: name TEXT key 1, version INTEGER key 2, alias TEXT, state TEXT, person TEXT, note TEXT, asked_ms INTEGER, decided_ms INTEGER",
        "model_reports: model_digest TEXT key 1, report_digest TEXT",
        "model_version_notes: name TEXT key 1, version INTEGER key 2, description TEXT, updated_ms INTEGER",
        "model_versions: name TEXT key 1, version INTEGER key 2, digest TEXT, created_ms INTEGER, run_id TEXT, graph_id TEXT, metrics TEXT, parity TEXT",
        "pins: graph_id TEXT key 1, node_id TEXT key 2, key TEXT",
        "registered_model_tags: name TEXT key 1, version INTEGER key 2, key TEXT key 3, value TEXT",
        "registered_models: name TEXT key 1, description TEXT, created_ms INTEGER, updated_ms INTEGER",
        "registrations: graph_id TEXT key 1, node_id TEXT key 2, name TEXT, alias TEXT, digest TEXT",
        "run_events: run_id TEXT key 1, seq INTEGER key 2, event TEXT",
        "runs: id TEXT key 1, graph_id TEXT, graph_name TEXT, source TEXT, status TEXT, started_ms INTEGER, finished_ms INTEGER, owner_pid INTEGER, owner_start TEXT, steps TEXT",
        "sqlite_sequence: name , seq ",
        "step_history: graph_id TEXT key 1, node_id TEXT key 2, key TEXT key 3, kind TEXT, parts TEXT, outputs TEXT, duration_ms REAL, peak_memory_bytes INTEGER, run_id TEXT, used_ms INTEGER, mean_cores REAL, peak_cores REAL",
        "training_params: training INTEGER key 1, key TEXT key 2, value TEXT",
        "training_tags: training INTEGER key 1, key TEXT key 2, value TEXT",
        "trainings: number INTEGER key 1, id TEXT, experiment_id INTEGER, name TEXT, user TEXT, status TEXT, start_ms INTEGER, end_ms INTEGER, lifecycle TEXT, run_id TEXT, node_id TEXT, model_digest TEXT",
      ],
      "version": 6,
    }
  `);
});
