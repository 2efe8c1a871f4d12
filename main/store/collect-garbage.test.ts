import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ArtifactStore, createArtifactStore, type StepRecord } from './artifact-store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { openDatabase, type StoreDatabase } from './database.ts';
import { createDirectoryDriver } from './directory-driver.ts';
import { createModelRegistry } from './model-registry.ts';
import { createPins } from './pins.ts';
import { currentProcess } from '../compute/paths/process-identity.ts';
import { createRunRecords } from './run-records.ts';
import { createStepHistory } from './step-history.ts';
import { readLineage } from '../tracking/lineage.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let database: StoreDatabase;
let store: ArtifactStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-gc-'));
  database = openDatabase(dir);
  store = createArtifactStore(createDirectoryDriver(dir));
});
afterEach(async () => {
  database.close();
  await removeFolder(dir);
});

/** A stored result of node `n`; `place` orders results in time. */
async function result(place: number): Promise<string> {
  const path = join(await store.createWorkDir(), 'x');
  await writeFile(path, `${place}`);
  const producer = { kind: 'k', version: 1, key: '' };
  const { digest } = await store.put({ type: 'report', files: { 'report.json': path } }, { producer, inputs: {} });
  const record: StepRecord = {
    key: `${place}`.repeat(64),
    parts: { kind: 'k', version: 1, code: '', params: {}, inputs: {}, source: '', environment: '' },
    outputs: { value: { digest, type: 'report' } },
    runId: 'r',
    durationMs: 1,
  };
  await store.putStep(record);
  const { key, parts, outputs } = record;
  createStepHistory(database).record({
    graphId: 'g',
    nodeId: 'n',
    kind: 'k',
    key,
    parts,
    outputs,
    durationMs: 1,
    peakMemoryBytes: null,
    runId: 'r',
  });
  database.prepare('UPDATE step_history SET used_ms = ? WHERE key = ?').run(place, key);
  return digest;
}

it('keeps the latest results of each node and registered models', async () => {
  const digests = await Promise.all([1, 2, 3, 4].map(result));
  const [registered = '', forgotten = '', ...latest] = digests;
  createModelRegistry(database).register({
    name: 'm',
    alias: undefined,
    digest: registered,
    runId: null,
    graphId: 'g',
    metrics: {},
    parity: null,
  });
  const expected = { removed: [forgotten], freedBytes: 1, keptArtifacts: 3, keptBytes: 3 };
  expect(await collectGarbage(store, database, { keepPerNode: 2, dryRun: true })).toEqual(expected);
  expect(await store.get(forgotten)).toBeDefined();
  expect(await collectGarbage(store, database, { keepPerNode: 2 })).toEqual(expected);
  for (const digest of [registered, ...latest]) expect(await store.verify(digest)).toEqual([]);
  expect(await store.getStep('4'.repeat(64))).toBeDefined();
  expect(await store.getStep('2'.repeat(64))).toBeUndefined();
  expect((await collectGarbage(store, database, { keepPerNode: 2 })).removed).toEqual([]);
});

it('stays within a size, but for what is pinned or registered', async () => {
  const [pinned = '', old = '', newer = '', newest = ''] = await Promise.all([1, 2, 3, 4].map(result));
  createPins(database).set('g', 'n', '1'.repeat(64));
  const collected = await collectGarbage(store, database, { keepPerNode: 9, maxBytes: 3 });
  expect(collected).toEqual({ removed: [old], freedBytes: 1, keptArtifacts: 3, keptBytes: 3 });
  expect((await collectGarbage(store, database, { keepPerNode: 9, maxBytes: 0 })).removed.sort()).toEqual(
    [newer, newest].sort(),
  );
  expect(await store.get(pinned)).toBeDefined();
  expect(await store.getStep('1'.repeat(64))).toBeDefined();
  createPins(database).release('g', new Set());
  expect((await collectGarbage(store, database, { keepPerNode: 9, maxBytes: 0 })).removed).toEqual([pinned]);
});

it('removes nothing while a run is going on', async () => {
  const digest = await result(1);
  createRunRecords(database).create({
    runId: 'r1',
    graphId: 'g',
    graphName: 'G',
    source: 'test',
    startedMs: 1,
    owner: currentProcess(),
  });
  await expect(collectGarbage(store, database, { keepPerNode: 0 })).rejects.toMatchObject({
    message: expect.stringContaining('r1'),
  });
  expect(await store.get(digest)).toBeDefined();
});

it('keeps the reports behind a registered model, and traces of its tables', async () => {
  const put = async (type: 'table' | 'report' | 'model', text: string, inputs: string[]) => {
    const name = type === 'table' ? 'data.parquet' : `${type}.json`;
    const path = join(await store.createWorkDir(), name);
    await writeFile(path, text);
    const producer = { kind: `test.${type}`, version: 1, key: '' };
    return (await store.put({ type, files: { [name]: path }, rowCount: 3 }, { producer, inputs: { in: inputs } }))
      .digest;
  };
  const source = await put('table', 'source', []);
  const rows = await put('table', 'rows', [source]);
  const report = await put('report', '{}', [rows]);
  const model = await put('model', '{"m":1}', [rows, report]);
  const loose = await put('table', 'loose', []);
  createModelRegistry(database).register({
    name: 'm',
    alias: undefined,
    digest: model,
    runId: null,
    graphId: 'g',
    metrics: {},
    parity: null,
  });
  const { removed } = await collectGarbage(store, database, { maxBytes: 0 });
  expect(removed.sort()).toEqual([source, rows, loose].sort());
  expect(await store.verify(report)).toEqual([]);
  expect(await store.getTrace(rows)).toMatchObject({ producer: { kind: 'test.table' }, inputs: { in: [source] } });
  expect(await store.getTrace(loose)).toBeUndefined();
  expect(await store.get(rows)).toBeUndefined();
  const { nodes, sources } = await readLineage(store, model);
  expect(nodes.map(({ digest, missing }) => [digest, missing])).toEqual([
    [model, false],
    [rows, true],
    [report, false],
    [source, true],
  ]);
  expect(sources).toMatchObject([{ digest: source, kind: 'test.table', rows: 3 }]);
});
