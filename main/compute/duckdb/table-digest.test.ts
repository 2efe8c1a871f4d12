import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDb } from './connection.ts';
import { writeTable } from './write-table.ts';

const workDir = mkdtempSync(join(tmpdir(), 'slipway-digest-'));
let db: DuckDb;
beforeAll(async () => {
  db = await DuckDb.open({ threads: 2 });
});
afterAll(() => {
  db.close();
  rmSync(workDir, { recursive: true });
});

async function digest(query: string): Promise<string> {
  const draft = await writeTable(db, query, { workDir });
  expect(draft.contentDigest).toMatch(/^[0-9a-f]{64}$/);
  return draft.contentDigest ?? '';
}

type Row = [number | null, string | null];
const rowArbitrary: fc.Arbitrary<Row> = fc.tuple(
  fc.option(fc.integer({ min: -3, max: 3 })),
  fc.option(fc.constantFrom('', 'a', 'b', '\u2400', 'a longer text than twelve bytes')),
);

function values(rows: readonly Row[], names = 'n, s'): string {
  const list = rows.map(([n, s]) => `(${n === null ? 'NULL' : n}::BIGINT, ${s === null ? 'NULL' : `'${s}'`}::VARCHAR)`);
  return `SELECT * FROM (VALUES ${list.join(', ')}) t(${names})`;
}

test('equal exactly when rows in order are equal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowArbitrary, { minLength: 1, maxLength: 5 }),
      fc.array(rowArbitrary, { minLength: 1, maxLength: 5 }),
      async (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect((await digest(values(one))) === (await digest(values(other)))).toBe(same);
      },
    ),
    { seed: 7, numRuns: 60 },
  );
});

test('swapping two different rows and changing one cell change it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rowArbitrary, { minLength: 2, maxLength: 6 }),
      fc.nat(),
      fc.nat(),
      async (rows, first, second) => {
        const i = first % rows.length;
        const j = second % rows.length;
        const swapped = [...rows];
        [swapped[i], swapped[j]] = [rows[j] as Row, rows[i] as Row];
        const equal = JSON.stringify(rows[i]) === JSON.stringify(rows[j]);
        const before = await digest(values(rows));
        expect((await digest(values(swapped))) === before).toBe(equal);
        const changed = rows.map((row, index): Row => (index === i ? [row[0] === null ? 0 : row[0] + 1, row[1]] : row));
        expect(await digest(values(changed))).not.toBe(before);
      },
    ),
    { seed: 11, numRuns: 40 },
  );
});

test('signs of zero and kinds of NaN are one value; missing, empty, names and types differ', async () => {
  const zero = await digest(`SELECT '0.0'::DOUBLE AS x`);
  expect(await digest(`SELECT '-0.0'::DOUBLE AS x`)).toBe(zero);
  const nan = await digest(`SELECT 'NaN'::DOUBLE AS x`);
  expect(await digest(`SELECT '-NaN'::DOUBLE AS x`)).toBe(nan);
  const missing = await digest('SELECT NULL::DOUBLE AS x');
  expect(
    new Set([zero, nan, missing, await digest(`SELECT '0.0'::DOUBLE AS y`), await digest('SELECT 0::BIGINT AS x')])
      .size,
  ).toBe(5);
  expect(await digest(`SELECT ''::VARCHAR AS s`)).not.toBe(await digest('SELECT NULL::VARCHAR AS s'));
  expect(await digest(`SELECT 0::INTEGER AS x`)).not.toBe(await digest('SELECT 0::BIGINT AS x'));
  expect(await digest('SELECT []::FLOAT[] AS x')).not.toBe(await digest('SELECT NULL::FLOAT[] AS x'));
  expect(await digest('SELECT [[], [1]] AS x')).not.toBe(await digest('SELECT [NULL, [1]] AS x'));
  expect(await digest("SELECT ['a, b'] AS x")).not.toBe(await digest("SELECT ['a', 'b'] AS x"));
  expect(await digest('SELECT 1 AS a, 2 AS b')).not.toBe(await digest('SELECT 2 AS b, 1 AS a'));
  expect(await digest('SELECT 1 AS x WHERE false')).not.toBe(await digest('SELECT 1 AS x'));
});

test('threads and row groups do not enter', async () => {
  const query = "SELECT i, i % 7 AS r, i / 3 AS f, 's' || (i % 1000) AS s FROM range(400000) t(i)";
  const one = await DuckDb.open({ threads: 1 });
  try {
    const draft = await writeTable(one, query, { workDir, file: 'one.parquet' });
    expect(draft.rowCount).toBe(400_000);
    expect(await digest(query)).toBe(draft.contentDigest);
  } finally {
    one.close();
  }
});

test('a column named like the ordinal of the reader', async () => {
  const a = await digest('SELECT * FROM (VALUES (1), (2)) t(file_row_number)');
  const b = await digest('SELECT * FROM (VALUES (2), (1)) t(file_row_number)');
  expect(a).not.toBe(b);
});

test('types that Parquet cannot hold are stored as the nearest and described as stored', async () => {
  const draft = await writeTable(
    db,
    `SELECT 5::HUGEINT AS h, 'a'::ENUM('a', 'b') AS e, TIMESTAMP_NS '2001-01-01 00:00:00.000001001' AS t,
      [1.5, 2.5]::FLOAT[2] AS x, DATE '2001-01-01' AS d, 1.5::DECIMAL(10, 2) AS c, NULL AS n`,
    { workDir, lineage: 'train' },
  );
  expect(draft).toMatchObject({ type: 'table', rowCount: 1, lineage: 'train', meta: { columns: 7 } });
  expect(draft.schema?.columns.map(({ name, type, sqlType, size }) => [name, type, sqlType, size])).toEqual([
    ['h', 'int64', 'BIGINT', undefined],
    ['e', 'string', 'VARCHAR', undefined],
    ['t', 'timestamp', 'TIMESTAMP', undefined],
    ['x', 'tensor', 'FLOAT[2]', 2],
    ['d', 'timestamp', 'DATE', undefined],
    ['c', 'float64', 'DECIMAL(10,2)', undefined],
    ['n', 'int64', 'INTEGER', undefined],
  ]);
});
