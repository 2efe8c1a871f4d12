import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { joinLabels } from './label-table.ts';
import { LabelledLog } from './labelled-log.ts';

const manifest: Pick<ModelManifest, 'inputs' | 'classes' | 'task' | 'label'> = {
  task: 'binary',
  classes: [0, 1],
  label: { column: 'late', type: 'int64' },
  inputs: [
    { name: 'flight', type: 'string' },
    { name: 'day', type: 'int64' },
  ],
};

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-labels-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Row i was answered with the id `r-i`, for flight `F` and i modulo 10, on day i / 10. */
function logOf(rows: number): LabelledLog {
  const log = new LabelledLog(manifest, 1_000);
  const numbers = Array.from({ length: rows }, (_, i) => i);
  log.add(
    {
      logId: 'a',
      logged: rows,
      seen: rows,
      unsampled: 0,
      rows,
      ids: numbers.map((i) => `r-${i}`),
      timesMs: Float64Array.from(numbers),
      columns: [
        { name: 'flight', kind: 'string', values: numbers.map((i) => `F${i % 10}`) },
        { name: 'day', kind: 'number', values: Float64Array.from(numbers, (i) => Math.floor(i / 10)) },
      ],
      outputs: [{ name: 'probability', kind: 'number', values: new Float64Array(rows).fill(0.5) }],
    },
    'm',
  );
  return log;
}

async function table(name: string, select: string): Promise<string> {
  const path = join(dir, `${name}.parquet`);
  await withDuckDb({}, (db) => db.run(`COPY (${select}) TO ${quotePath(path)} (FORMAT parquet)`));
  return path;
}

const actual = (log: LabelledLog) => Array.from(log.rows(log.start, log.end).actual);

it('joins by the id of the answer; the last row of an id counts, and a second look finds nothing new', async () => {
  const log = logOf(4);
  const path = await table(
    'ids',
    `SELECT * FROM (VALUES ('r-0', 1), ('r-1', 0), ('r-1', 1), ('r-2', NULL), ('elsewhere', 1)) AS v(id, late)`,
  );
  const labels = { path, keys: ['id'], column: '' };
  expect(await joinLabels(log, manifest, labels)).toBe(2);
  expect(actual(log)).toEqual([1, 1, Number.NaN, Number.NaN]);
  expect(await joinLabels(log, manifest, labels)).toBe(0);
  expect(log.counts()).toMatchObject({ labelled: 2, repeated: 0 });
});

it('joins by inputs that name the case, and takes a correction', async () => {
  const log = logOf(20);
  const keys = ['flight', 'day'];
  const first = await table('cases', `SELECT 'F3' AS flight, 1 AS day, 1::BIGINT AS was`);
  expect(await joinLabels(log, manifest, { path: first, keys, column: 'was' })).toBe(1);
  expect(actual(log)[13]).toBe(1);
  const corrected = await table('corrected', `SELECT 'F3' AS flight, 1 AS day, 0::DECIMAL(4, 1) AS was`);
  expect(await joinLabels(log, manifest, { path: corrected, keys, column: 'was' })).toBe(1);
  expect(actual(log)[13]).toBe(0);
  expect(log.counts()).toMatchObject({ labelled: 1, repeated: 1 });
});

it('names a column that is not there, and leaves unknown classes and an empty log alone', async () => {
  const path = await table('other', `SELECT 'r-0' AS id, 7 AS late`);
  expect(await joinLabels(logOf(1), manifest, { path, keys: ['id'], column: '' })).toBe(0);
  expect(await joinLabels(logOf(0), manifest, { path, keys: ['nothing'], column: '' })).toBe(0);
  await expect(joinLabels(logOf(1), manifest, { path, keys: ['id'], column: 'delay' })).rejects.toMatchObject({
    code: 'data.column-missing',
    message: 'The table of labels has no column “delay”.',
  });
  const unknown = await table('unknown', `SELECT 1 AS gate, 1 AS late`);
  await expect(joinLabels(logOf(1), manifest, { path: unknown, keys: ['gate'], column: '' })).rejects.toMatchObject({
    message: '“gate” is no input of the model, so no request can be found by it.',
  });
});
