import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { InferResult } from '../../shared/node/define-node.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { createGraphAnalyzer } from './analyze.ts';
import { describeApart, isDescribedApart, type StepDescription } from './describe-apart.ts';
import { loadKinds } from './kinds.ts';
import { createWorkerPool } from './worker-pool.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-apart-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const database = new Database(join(dir, 'shop.db'));
database.exec('CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1)');
database.close();

const step: StepDescription = { kind: 'data.sqlite', params: {}, inputs: {}, baseDir: dir };
const never = new AbortController().signal;

/** A worker that only ends when it is told to. */
const stuck = (_: unknown, signal: AbortSignal): Promise<InferResult> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

function graphOf(params: object) {
  const value = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'g',
    name: 'G',
    nodes: { source: { kind: 'data.sqlite', version: 1, params: { path: 'shop.db', ...params } } },
    edges: [],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
  const { document } = readGraphValue(value, definitionOf);
  if (document === undefined) throw new Error('The graph of the test is no graph.');
  return document;
}

it('ends a query that never ends, while the engine goes on', async () => {
  const workers = createWorkerPool({ storeDir: dir, kindsModule: undefined, maxIdle: 1 });
  try {
    const { params: find } = definitionOf('data.sqlite') ?? {};
    const query = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0';
    const params = find?.parse({ path: 'shop.db', query }) as Record<string, unknown>;
    let beats = 0;
    const heart = setInterval(() => beats++, 20);
    const { result, gaveUp } = await describeApart(workers, { ...step, params }, never, 1_000);
    clearInterval(heart);
    expect(gaveUp).toBe(true);
    expect(result.problems).toMatchObject([{ message: /within 1 s/, severity: 'warning' }]);
    expect(beats).toBeGreaterThan(0);
  } finally {
    await workers.close();
  }
});

it('describes databases in a worker, and asks again only later where one gave up', async () => {
  const workers = createWorkerPool({ storeDir: dir, kindsModule: undefined, maxIdle: 1 });
  const asked: unknown[] = [];
  const counted = {
    describe: async (description: StepDescription, signal: AbortSignal) => {
      asked.push(description.params['table']);
      if (description.params['table'] === 'big') throw new AppError('step.out-of-memory', 'Too large.');
      return workers.describe(description, signal);
    },
  };
  const findNone = () => Promise.reject(new Error('There are no services.'));
  const analyzer = createGraphAnalyzer(await loadKinds(undefined), findNone, counted);
  try {
    const good = await analyzer.shapes(graphOf({ table: 'orders' }), dir, never);
    expect(good.diagnostics).toEqual([]);
    expect(good.outputs['source']?.['table']).toMatchObject({ schema: { columns: [{ name: 'id' }] } });
    for (let time = 0; time < 2; time++) {
      const { diagnostics } = await analyzer.shapes(graphOf({ table: 'big' }), dir, never);
      expect(diagnostics).toMatchObject([{ node: 'source', message: 'Too large.', severity: 'error' }]);
    }
    expect(asked).toEqual(['orders', 'big']);
  } finally {
    await workers.close();
  }
});

it.each([
  ['data.sqlite', {}, true],
  ['data.excel', {}, true],
  ['data.sql', {}, false],
  ['data.excel', { path: '' }, false],
  ['data.file', { format: 'auto', path: '' }, false],
  ['data.file', { format: 'auto', path: 'rows.arrow' }, true],
  ['data.file', { format: 'auto', path: 'rows.*' }, true],
  ['data.file', { format: 'auto', path: '{a.arrow,b.csv}' }, true],
  ['data.file', { format: 'arrow', path: 'rows.csv' }, true],
  ['data.file', { format: 'auto', path: 'rows.CSV.gz' }, false],
  ['data.file', { format: 'auto', path: 'parts/*.parquet' }, false],
  ['data.file', { format: 'json', path: 'rows.dat' }, false],
])('%s with %o is described apart: %s', (kind, params, apart) => {
  expect(isDescribedApart({ kind, params })).toBe(apart);
});

it('keeps errors of the kind as they are, and ends with the signal', async () => {
  const refused = new AppError('data.query', 'No such table.');
  await expect(describeApart({ describe: () => Promise.reject(refused) }, step, never)).rejects.toBe(refused);
  const stop = new AbortController();
  const ended = describeApart({ describe: stuck }, step, stop.signal);
  stop.abort(new AppError('run.cancelled', 'Cancelled.'));
  await expect(ended).rejects.toMatchObject({ code: 'run.cancelled' });
});
