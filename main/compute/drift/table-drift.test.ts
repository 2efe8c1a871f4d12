import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { compareTables } from './table-drift.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-drift-test-'));
  await withDuckDb({}, async (db) => {
    const row = (shift: number) =>
      `hash(i + ${shift}) % 1000 / 100 + ${shift} AS amount, chr(65 + (hash(i * 7 + ${shift}) % 3)::INTEGER) AS letter, ` +
      `TIMESTAMP '2001-01-01' + to_hours(i::INTEGER) AS moment`;
    await db.run(
      `COPY (SELECT ${row(0)}, 1 AS old, i::VARCHAR AS mixed FROM range(2000) t(i)) TO '${join(dir, 'a.parquet')}'`,
    );
    await db.run(`COPY (SELECT ${row(2)}, 1 AS fresh, i AS mixed FROM range(500) t(i)) TO '${join(dir, 'b.csv')}'`);
  });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

it('compares a Parquet with a CSV table', async () => {
  const result = await compareTables(join(dir, 'a.parquet'), join(dir, 'b.csv'), { minimumRows: 50, alpha: 0.05 });
  expect(result.drifted).toBe(true);
  expect(result.columns.map(({ column, method, drifted, state }) => [column, method, drifted, state])).toEqual([
    ['amount', 'kolmogorov-smirnov', true, 'ok'],
    ['letter', 'chi-square', false, 'ok'],
    ['moment', 'none', false, 'time-column'],
    ['old', 'schema', true, 'not-in-current'],
    ['mixed', 'schema', true, 'types-differ'],
    ['fresh', 'schema', true, 'not-in-reference'],
  ]);
  const [amount] = result.columns;
  expect(amount?.statistic).toBeGreaterThan(0.15);
  expect(amount?.pValue).toBeLessThan(1e-6);
});

it('finds no drift between a table and itself', async () => {
  const path = join(dir, 'a.parquet');
  const result = await compareTables(path, path, { minimumRows: 50, alpha: 0.05 });
  expect(result.drifted).toBe(false);
});

it('names a table that is not there or cannot be read', async () => {
  const options = { minimumRows: 50, alpha: 0.05 };
  const good = join(dir, 'a.parquet');
  await expect(compareTables(good, join(dir, 'absent.csv'), options)).rejects.toMatchObject({
    code: 'data.not-found',
    message: expect.stringContaining('absent.csv'),
  });
  await writeFile(join(dir, 'bad.parquet'), 'no parquet');
  await expect(compareTables(good, join(dir, 'bad.parquet'), options)).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining('bad.parquet'),
  });
  await expect(compareTables(good, join(dir, 'x.txt'), options)).rejects.toMatchObject({ code: 'data.unreadable' });
});
