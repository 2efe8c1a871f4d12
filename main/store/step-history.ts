import type { OutputRef } from '../../shared/events/run-events.ts';
import type { KeyParts } from '../../shared/plan/plan.ts';
import { type StoreDatabase, withoutSync } from './database.ts';

/** Processor cores of an attempt: processor time by the time that passed, and that of its busiest second. */
export interface CpuUse {
  meanCores: number;
  peakCores: number;
}

export interface StepHistoryEntry {
  graphId: string;
  nodeId: string;
  kind: string;
  key: string;
  parts: KeyParts;
  /** By port. */
  outputs: Record<string, OutputRef>;
  durationMs: number;
  /** Resident memory of the attempt; null where the system does not tell. */
  peakMemoryBytes: number | null;
  /** Absent where nobody measured. */
  cpu?: CpuUse;
  runId: string;
}

/** Earlier results of nodes: to say what changed, and to estimate the next attempt. */
export interface StepHistory {
  record(entry: StepHistoryEntry): void;
  /** Notes results that were used again, or that came from elsewhere; all at once. */
  use(entries: readonly StepHistoryEntry[]): void;
  get(graphId: string, nodeId: string, key: string): StepHistoryEntry | undefined;
  /** Latest used first. */
  recent(graphId: string, nodeId: string, limit: number): StepHistoryEntry[];
  /** Keys of the results that each node used last, at most `count` per node, the latest used first. */
  latestKeys(count: number): string[];
}

interface HistoryRow {
  graph_id: string;
  node_id: string;
  kind: string;
  key: string;
  parts: string;
  outputs: string;
  duration_ms: number;
  peak_memory_bytes: number | null;
  mean_cores: number | null;
  peak_cores: number | null;
  run_id: string;
}

/** SQL of a time that is after every use of the node's results so far, even when the clock was set back. */
function laterThan(nowMs: string, graphId: string, nodeId: string): string {
  return `max(${nowMs}, (SELECT coalesce(max(h.used_ms) + 1, 0) FROM step_history h
    WHERE h.graph_id = ${graphId} AND h.node_id = ${nodeId}))`;
}

export function createStepHistory(database: StoreDatabase): StepHistory {
  const upsert = database.prepare(
    `INSERT INTO step_history (graph_id, node_id, key, kind, parts, outputs, duration_ms, peak_memory_bytes, mean_cores, peak_cores,
       run_id, used_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${laterThan('?', '?', '?')})
     ON CONFLICT (graph_id, node_id, key) DO UPDATE SET outputs = excluded.outputs, duration_ms = excluded.duration_ms,
       peak_memory_bytes = excluded.peak_memory_bytes, mean_cores = excluded.mean_cores,
       peak_cores = excluded.peak_cores, run_id = excluded.run_id, used_ms = excluded.used_ms`,
  );
  const touch = database.prepare(
    `UPDATE step_history SET used_ms = ${laterThan('?', 'step_history.graph_id', 'step_history.node_id')} WHERE graph_id = ? AND node_id = ? AND key = ?`,
  );
  const one = database.prepare<[string, string, string], HistoryRow>(
    'SELECT * FROM step_history WHERE graph_id = ? AND node_id = ? AND key = ?',
  );
  const some = database.prepare<[string, string, number], HistoryRow>(
    'SELECT * FROM step_history WHERE graph_id = ? AND node_id = ? ORDER BY used_ms DESC LIMIT ?',
  );
  const latest = database.prepare<[number], { key: string }>(
    `SELECT key FROM (
       SELECT key, used_ms, row_number() OVER (PARTITION BY graph_id, node_id ORDER BY used_ms DESC) AS place
       FROM step_history
     ) WHERE place <= ? GROUP BY key ORDER BY max(used_ms) DESC`,
  );
  const record = (entry: StepHistoryEntry) => {
    upsert.run(
      entry.graphId,
      entry.nodeId,
      entry.key,
      entry.kind,
      JSON.stringify(entry.parts),
      JSON.stringify(entry.outputs),
      entry.durationMs,
      entry.peakMemoryBytes,
      entry.cpu?.meanCores ?? null,
      entry.cpu?.peakCores ?? null,
      entry.runId,
      Date.now(),
      entry.graphId,
      entry.nodeId,
    );
  };
  const useAll = database.transaction((entries: readonly StepHistoryEntry[]) => {
    for (const entry of entries) {
      const known = touch.run(Date.now(), entry.graphId, entry.nodeId, entry.key).changes > 0;
      if (!known) record(entry);
    }
  });
  // The results themselves are in the store: what a loss of power takes from here is noted again at their next use.
  return {
    record: (entry) => withoutSync(database, () => record(entry)),
    use: (entries) => {
      if (entries.length > 0) withoutSync(database, () => useAll.immediate(entries));
    },
    get: (graphId, nodeId, key) => toEntry(one.get(graphId, nodeId, key)),
    recent: (graphId, nodeId, limit) => some.all(graphId, nodeId, limit).flatMap((row) => toEntry(row) ?? []),
    latestKeys: (count) => latest.all(count).map(({ key }) => key),
  };
}

function toEntry(row: HistoryRow | undefined): StepHistoryEntry | undefined {
  if (row === undefined) return undefined;
  return {
    graphId: row.graph_id,
    nodeId: row.node_id,
    kind: row.kind,
    key: row.key,
    parts: JSON.parse(row.parts) as KeyParts,
    outputs: JSON.parse(row.outputs) as Record<string, OutputRef>,
    durationMs: row.duration_ms,
    peakMemoryBytes: row.peak_memory_bytes,
    ...(row.mean_cores === null
      ? {}
      : { cpu: { meanCores: row.mean_cores, peakCores: row.peak_cores ?? row.mean_cores } }),
    runId: row.run_id,
  };
}
