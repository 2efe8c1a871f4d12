import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { columnProfileSchema, tableCorrelationSchema, tablePageSchema } from '../../../shared/rpc/engine-contract.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { withDuckDb } from './connection.ts';
import { type PageRequest, readTablePage } from './page.ts';
import { correlateTable, profileTable } from './profile.ts';
import { createRowOrders } from './row-order.ts';
import { writeTable } from './write-table.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-page-'));
afterAll(() => removeFolder(dir));

async function table(query: string): Promise<{ path: string; columns: Column[] }> {
  const workDir = mkdtempSync(join(dir, 'table-'));
  const draft = await withDuckDb({}, (db) => writeTable(db, query, { workDir }));
  return { path: draft.files['data.parquet'] ?? '', columns: draft.schema?.columns ?? [] };
}

const mixed = await table(`SELECT * FROM (VALUES
  (1, 9007199254740993, 1.5::DOUBLE, TIMESTAMP '2001-01-01 00:00:00.5', DATE '2001-02-03', true, 'a "b"', [1, 2]::FLOAT[2], {'k': 1}),
  (2, -5, 'NaN'::DOUBLE, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, 7, '-Infinity'::DOUBLE, TIMESTAMP '1969-12-31 23:59:59', DATE '1900-01-01', false, 'A', [0, 0]::FLOAT[2], {'k': 2})
) t(i, big, f, t, "d""q", b, s, x, o)`);

test('cells are JSON', async () => {
  const page = await readTablePage(mixed.path, mixed.columns, { offset: 0, limit: 10 });
  expect(tablePageSchema.parse(JSON.parse(JSON.stringify(page)))).toEqual(page);
  expect(page).toEqual({
    columns: mixed.columns,
    offset: 0,
    total: 3,
    rows: [
      [1, '9007199254740993', 1.5, '2001-01-01T00:00:00.5Z', '2001-02-03', true, 'a "b"', [1, 2], { k: 1 }],
      [2, -5, 'NaN', null, null, null, null, null, null],
      [3, 7, '-Infinity', '1969-12-31T23:59:59Z', '1900-01-01', false, 'A', [0, 0], { k: 2 }],
    ],
  });
});

test('pages tile the table at any offset, sorted or not', async () => {
  const { path, columns } = await table('SELECT i, (hash(i) % 5)::INTEGER AS k FROM range(130000) t(i)');
  const at = async (request: PageRequest) => (await readTablePage(path, columns, request)).rows.map((row) => row[0]);
  expect(await at({ offset: 129_990, limit: 100 })).toEqual(Array.from({ length: 10 }, (_, i) => 129_990 + i));
  expect(await at({ offset: 122_879, limit: 3 })).toEqual([122_879, 122_880, 122_881]);
  expect(await at({ offset: 130_000, limit: 3 })).toEqual([]);
  const sort = { column: 'k', descending: true };
  const whole = await readTablePage(path, columns, { offset: 0, limit: 300, sort });
  const parts = await Promise.all([0, 100, 200].map((offset) => at({ offset, limit: 100, sort })));
  expect(parts.flat()).toEqual(whole.rows.map((row) => row[0]));
  expect(whole.rows.every((row) => row[1] === 4)).toBe(true);
  expect(whole.rows.map((row) => row[0])).toEqual(parts.flat().sort((a, b) => Number(a) - Number(b)));
});

test('far pages of a sorted or filtered table are those of the whole, sorted once', async () => {
  const { path, columns } = await table(
    'SELECT i, (hash(i) % 97)::INTEGER AS k, (hash(i * 3) % 5)::VARCHAR AS s FROM range(60000) t(i)',
  );
  const orders = createRowOrders();
  const sort = { column: 'k', descending: true };
  const filter = [{ column: 's', contains: '3' }];
  for (const request of [{ sort }, { filter }, { sort, filter }]) {
    const whole = await readTablePage(path, columns, { ...request, offset: 0, limit: 60_000 });
    for (const offset of [1990, 5000, whole.total - 50, whole.total]) {
      const page = await readTablePage(path, columns, { ...request, offset, limit: 100 }, { orders });
      expect(page.total).toBe(whole.total);
      expect(page.rows).toEqual(whole.rows.slice(offset, offset + 100));
    }
  }
  const stop = new AbortController();
  stop.abort();
  await expect(
    readTablePage(path, columns, { sort, offset: 9000, limit: 1 }, { orders, signal: stop.signal }),
  ).rejects.toMatchObject({ code: 'run.cancelled' });
});

test('an order that nobody waits for is given up, and made again when asked', async () => {
  const orders = createRowOrders();
  const stop = new AbortController();
  const query = 'SELECT hash(i) % 1000000 FROM range(20000000) t(i) ORDER BY 1';
  const waiting = orders.get('far', query, { signal: stop.signal });
  stop.abort(new Error('left'));
  await expect(waiting).rejects.toThrow('left');
  expect(await orders.get('far', 'SELECT 7 AS ordinal', {})).toEqual(new Uint32Array([7]));
});

test('filters look at the text of a cell; missing columns are named', async () => {
  const find = (column: string, contains: string) =>
    readTablePage(mixed.path, mixed.columns, { offset: 0, limit: 10, filter: [{ column, contains }] });
  expect((await find('s', 'a')).total).toBe(2);
  expect((await find('s', "'; DROP TABLE x; --")).total).toBe(0);
  expect((await find('t', '2001-01-01T')).rows[0]?.[0]).toBe(1);
  expect((await find('d"q', '1900')).rows[0]?.[0]).toBe(3);
  await expect(find('sz', 'a')).rejects.toMatchObject({
    code: 'data.column-missing',
    fix: expect.stringContaining('s'),
  });
  const sort = { column: 's', descending: false };
  const sorted = await readTablePage(mixed.path, mixed.columns, { offset: 0, limit: 10, sort });
  expect(sorted.rows.map((row) => row[0])).toEqual([3, 1, 2]);
});

test('profiles are exact', async () => {
  const profiles = await profileTable(mixed.path, mixed.columns);
  expect(columnProfileSchema.array().parse(JSON.parse(JSON.stringify(profiles)))).toEqual(profiles);
  const byName = Object.fromEntries(profiles.map((profile) => [profile.column.name, profile]));
  expect(byName['i']).toMatchObject({ rows: 3, sampled: 3, missing: 0, distinct: 3, min: 1, max: 3, mean: 2, sd: 1 });
  expect(byName['i']?.histogram.map(({ count }) => count).reduce((a, b) => a + b)).toBe(3);
  expect(byName['big']).toMatchObject({ min: -5, max: '9007199254740993' });
  expect(byName['f']).toMatchObject({ missing: 1, distinct: 2, min: '-Infinity', max: 1.5, mean: 1.5 });
  expect(byName['f']?.histogram).toEqual([{ from: 1.5, to: 1.5, count: 1 }]);
  expect(byName['t']).toMatchObject({
    missing: 1,
    min: '1969-12-31T23:59:59Z',
    max: '2001-01-01T00:00:00.5Z',
    mean: null,
  });
  expect(byName['t']?.histogram[0]?.from).toBe(-1000);
  expect(byName['d"q']).toMatchObject({ min: '1900-01-01', max: '2001-02-03' });
  expect(byName['b']?.top).toEqual([
    { value: false, count: 1 },
    { value: true, count: 1 },
  ]);
  expect(byName['x']).toMatchObject({ missing: 1, distinct: 2, histogram: [] });
  expect(byName['o']).toMatchObject({ missing: 1, distinct: 2 });
});

test('a large table is profiled exactly when asked, column by column', async () => {
  const { path, columns } = await table(
    "SELECT i::DOUBLE / 2 AS half, (i % 7)::VARCHAR AS s, TIMESTAMP '2001-01-01' + INTERVAL (i) SECOND AS t FROM range(1000100) t(i)",
  );
  const exact = await profileTable(path, columns, { exactUpToRows: 1e12 });
  expect(exact.map(({ sampled, rows, distinct }) => [sampled, rows, distinct])).toEqual([
    [1_000_100, 1_000_100, 1_000_100],
    [1_000_100, 1_000_100, 7],
    [1_000_100, 1_000_100, 1_000_100],
  ]);
  const [sampled] = await profileTable(path, columns);
  expect(sampled?.sampled).toBeLessThan(1_000_100);
});

test('correlations are those of the definition; columns that do not vary have none', async () => {
  const { path, columns } = await table(
    "SELECT i AS a, -2.0 * i AS b, 3 AS flat, CASE WHEN i < 40 THEN NULL WHEN i = 41 THEN 'NaN'::DOUBLE ELSE (hash(i) % 100) END AS c, 'x' AS text FROM range(100) t(i)",
  );
  const found = tableCorrelationSchema.parse(await correlateTable(path, columns));
  expect(found).toMatchObject({ columns: ['a', 'b', 'flat', 'c'], rows: 100, sampled: 100, leftOut: 0 });
  const cells = await readTablePage(path, columns, { offset: 0, limit: 100 });
  const pairs = cells.rows.flatMap((row) => (typeof row[3] === 'number' ? [[Number(row[0]), row[3]] as const] : []));
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const dot = (p: 0 | 1, q: 0 | 1) => pairs.reduce((sum, pair) => sum + (pair[p] - mean(p)) * (pair[q] - mean(q)), 0);
  expect(pairs).toHaveLength(59);
  expect(found.values[0]?.[1]).toBeCloseTo(-1, 12);
  expect(found.values[0]?.[3]).toBeCloseTo(dot(0, 1) / Math.sqrt(dot(0, 0) * dot(1, 1)), 10);
  expect(found.values[3]?.[0]).toBe(found.values[0]?.[3]);
  expect(found.values[2]).toEqual([null, null, 1, null]);
  expect(await correlateTable(path, columns.slice(4))).toMatchObject({ columns: [], values: [] });
});

test('large tables are sampled evenly; empty ones have no values', async () => {
  const { path, columns } = await table("SELECT i, 'v' || i % 3 AS s FROM range(10000) t(i)");
  const [number, text] = await profileTable(path, columns, { exactUpToRows: 1000, threads: 2 });
  expect(number).toMatchObject({ rows: 10_000, sampled: 1000, min: 0, max: 9990 });
  expect(number?.histogram.map(({ count }) => count)).toEqual(new Array(20).fill(50));
  expect(text?.top.map(({ value }) => value)).toEqual(['v0', 'v1', 'v2']);
  const empty = await table("SELECT 1 AS i, 'a' AS s WHERE false");
  const [none] = await profileTable(empty.path, empty.columns);
  expect(none).toMatchObject({ rows: 0, missing: 0, distinct: 0, min: null, max: null, mean: null, histogram: [] });
});
