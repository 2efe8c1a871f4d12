import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../../shared/features/feature-view.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { writeTable } from '../../compute/duckdb/write-table.ts';
import { createArtifactStore } from '../../store/artifact-store.ts';
import { openDatabase } from '../../store/database.ts';
import { createDirectoryDriver } from '../../store/directory-driver.ts';
import { createStepHistory } from '../../store/step-history.ts';
import { featuresCommand } from './features.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'features-command-'));
});
afterEach(() => removeFolder(dataDir));

const view: FeatureView = {
  name: 'airports',
  keys: [{ name: 'origin', type: 'string' }],
  eventTimestamp: 'day',
  createdTimestamp: null,
  ttlSeconds: 0,
  features: [{ name: 'delay', type: 'float64' }],
  description: 'Delays of airports',
  owner: 'operations',
};

/** Stores a view artifact as a run would have. */
async function makeView(rows: string, usedMs: number): Promise<string> {
  const artifacts = createArtifactStore(createDirectoryDriver(dataDir));
  const workDir = await artifacts.createWorkDir();
  const draft = await withDuckDb({}, (db) =>
    writeTable(db, `SELECT origin, day, delay::DOUBLE AS delay FROM (VALUES ${rows}) v(origin, day, delay)`, {
      workDir,
    }),
  );
  const origin = { producer: { kind: 'feature.view', version: 1, key: '' }, inputs: {} };
  const { digest } = await artifacts.put({ ...draft, meta: { view } }, origin);
  const database = openDatabase(dataDir);
  createStepHistory(database).record({
    graphId: 'flights',
    nodeId: 'view',
    kind: 'feature.view',
    key: String(usedMs).padStart(64, '0'),
    parts: { kind: 'feature.view', version: 1, code: '', params: {}, inputs: {}, source: '', environment: '' },
    outputs: { view: { digest, type: 'table' } },
    durationMs: 1,
    peakMemoryBytes: null,
    runId: 'run',
  });
  database.prepare('UPDATE step_history SET used_ms = ? WHERE key = ?').run(usedMs, String(usedMs).padStart(64, '0'));
  database.close();
  return digest;
}

/** Runs `slipway features …` and gives what `--json` prints last. */
async function features(...positionals: string[]): Promise<unknown> {
  let last: unknown;
  const code = await featuresCommand.run({
    output: {
      json: true,
      event: () => undefined,
      line: () => undefined,
      log: () => undefined,
      error: () => undefined,
      result: (value, text) => {
        expect(text.length).toBeGreaterThan(0);
        last = value;
      },
    },
    dataDir,
    signal: new AbortController().signal,
    positionals,
    text: () => undefined,
    flag: () => false,
    list: () => [],
  });
  expect(code).toBe(0);
  return last;
}

const oldRows = `('SFO', TIMESTAMP '2026-01-01', 1.5), ('JFK', TIMESTAMP '2026-01-01', 2)`;
const newRows = `${oldRows}, ('SFO', TIMESTAMP '2026-01-02', 3)`;

describe('slipway features', () => {
  it('brings a view online, and only what changed the next time', async () => {
    expect(await features('list')).toEqual({ features: [] });
    const first = await makeView(oldRows, 1);
    expect(await features('list')).toMatchObject({
      features: [{ name: 'airports', artifact: { digest: first, rows: 2, graph: 'flights' }, online: null }],
    });
    expect(await features('materialize', 'airports')).toMatchObject({ view: 'airports', mode: 'fill', rowsWritten: 2 });
    const second = await makeView(newRows, 2);
    expect(await features('show', 'airports')).toMatchObject({
      feature: { artifact: { digest: second }, online: { rows: 2, digest: first, upToDate: false } },
    });
    expect(await features('materialize', 'airports')).toMatchObject({ digest: second, mode: 'update', rowsWritten: 1 });
    expect(await features('materialize', second)).toMatchObject({ mode: 'unchanged', rowsWritten: 0 });
    expect(await features('show', 'airports')).toMatchObject({
      feature: { online: { rows: 2, newestEvent: '2026-01-02T00:00:00Z', upToDate: true }, owner: 'operations' },
    });
  });

  it('pushes rows of a file, also to a view that was never materialized', async () => {
    await makeView(oldRows, 1);
    const file = join(dataDir, 'rows.json');
    writeFileSync(
      file,
      '{"origin":"LAX","day":"2026-01-03","delay":4}\n{"origin":"SFO","day":"2026-01-01","delay":null}\n',
    );
    expect(await features('push', 'airports', file)).toMatchObject({ view: 'airports', rows: 2, stored: 2 });
    writeFileSync(file, '[{"origin":"LAX","day":"2026-01-02","delay":4}]');
    expect(await features('push', 'airports', file)).toMatchObject({ rows: 1, stored: 0 });
    // Pushed rows stay when the view is materialized for the first time.
    expect(await features('materialize', 'airports')).toMatchObject({ mode: 'fill' });
    expect(await features('show', 'airports')).toMatchObject({ feature: { online: { rows: 3 } } });
  });

  it('says what it cannot do', async () => {
    await makeView(oldRows, 1);
    await expect(features('show', 'airport')).rejects.toMatchObject({
      code: 'features.not-found',
      fix: 'Did you mean airports?',
    });
    await expect(features('materialize', '0'.repeat(64))).rejects.toMatchObject({ code: 'artifact.not-found' });
    await expect(features('push', 'airports', join(dataDir, 'none.json'))).rejects.toMatchObject({
      code: 'data.not-found',
    });
  });
});
