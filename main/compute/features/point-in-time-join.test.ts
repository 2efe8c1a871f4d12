import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureView, KeyType } from '../../../shared/features/feature-view.ts';
import { DuckDb } from '../duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../duckdb/quote.ts';
import {
  type EntityRows,
  entitiesInRange,
  joinPointInTime,
  matchQuery,
  type PointInTimeOptions,
  type ViewRows,
} from './point-in-time-join.ts';

let db: DuckDb;
beforeAll(async () => {
  db = await DuckDb.open({ threads: 2 });
  // Otherwise DuckDB joins so few rows by other means than the many rows of real tables.
  await db.run('SET asof_loop_join_threshold = 0');
});
afterAll(() => db.close());

type Cell = string | number | boolean | null;
type Row = Record<string, Cell>;

const start = Date.UTC(2026, 0, 1) / 1000;
const known: PointInTimeOptions = { createdFilter: true };
const latest: PointInTimeOptions = { createdFilter: false };

/** Creates a table: columns whose names end in `At` are times in whole seconds after `start`. */
async function table(name: string, columns: Record<string, string>, rows: readonly Row[]): Promise<void> {
  await db.run(
    `CREATE OR REPLACE TABLE ${name} (${Object.entries(columns)
      .map(([column, type]) => `${quoteIdentifier(column)} ${type}`)
      .join(', ')}, ordinal BIGINT)`,
  );
  if (rows.length === 0) return;
  const literal = (column: string, value: Cell | undefined) => {
    if (value === null || value === undefined) return 'NULL';
    if (column.endsWith('At')) return `make_timestamp(${start + Number(value)}000000)`;
    return typeof value === 'string' ? quoteLiteral(value) : String(value);
  };
  const values = rows.map(
    (row, index) =>
      `(${Object.keys(columns)
        .map((column) => literal(column, row[column]))
        .join(', ')}, ${index})`,
  );
  await db.run(`INSERT INTO ${name} VALUES ${values.join(', ')}`);
}

function viewOf(more: Partial<FeatureView> = {}): FeatureView {
  return {
    name: 'view',
    keys: [{ name: 'k', type: 'int64' }],
    eventTimestamp: 'eventAt',
    createdTimestamp: 'createdAt',
    ttlSeconds: 0,
    features: [{ name: 'x', type: 'float64' }],
    description: '',
    owner: '',
    ...more,
  };
}

const entityRows = (keyColumns: Record<string, string> = {}): EntityRows => ({
  relation: 'e',
  ordinal: 'ordinal',
  timestamp: 'askedAt',
  keyColumns,
});
const rowsOf = (view: FeatureView, relation = 'f'): ViewRows => ({ view, relation, ordinal: 'ordinal' });

/** Rows of the join of table `e` with table `f`. */
async function joined(view: FeatureView, options: PointInTimeOptions, keyColumns: Record<string, string> = {}) {
  const query = await joinPointInTime(
    db,
    '(SELECT * EXCLUDE (ordinal) FROM e ORDER BY ordinal)',
    [{ entities: entityRows(keyColumns), source: rowsOf(view), outputNames: {} }],
    options,
  );
  const rows = await db.rows(query);
  await db.run('DROP TABLE "features of view 0"');
  return rows;
}

const featureColumns = { k: 'BIGINT', eventAt: 'TIMESTAMP', createdAt: 'TIMESTAMP', x: 'DOUBLE' };

/** The value of `x` that one label at time `at` for key 1 gets. */
async function ask(rows: readonly Row[], at: number, options = known, more: Partial<FeatureView> = {}) {
  await table(
    'f',
    featureColumns,
    rows.map((row) => ({ k: 1, ...row })),
  );
  await table('e', { k: 'BIGINT', askedAt: 'TIMESTAMP' }, [{ k: 1, askedAt: at }]);
  const [row] = await joined(viewOf(more), options);
  return row?.['x'];
}

/** Cases by their numbers in the reference of features; case 15, a request without its data, is one of enrichment. */
describe('point-in-time join, case by case', () => {
  it('case 1: takes the row created last of two with one event time', async () => {
    const rows = [
      { eventAt: 10, createdAt: 12, x: 2 },
      { eventAt: 10, createdAt: 11, x: 1 },
    ];
    expect(await ask(rows, 20)).toBe(2);
    expect(await ask(rows.toReversed(), 20)).toBe(2);
  });

  it('takes the row that comes last where event and created time are equal', async () => {
    const rows = [
      { eventAt: 10, createdAt: 12, x: 2 },
      { eventAt: 10, createdAt: 12, x: 1 },
    ];
    expect(await ask(rows, 20)).toBe(1);
    expect(await ask(rows, 20, known, { createdTimestamp: null })).toBe(1);
  });

  it('case 2: takes the newer event before the newer creation', async () => {
    const rows = [
      { eventAt: 11, createdAt: 12, x: 1 },
      { eventAt: 10, createdAt: 15, x: 2 },
    ];
    expect(await ask(rows, 20)).toBe(1);
  });

  it('case 3 and 4: ignores a correction that was made after the label, and only then', async () => {
    const rows = [
      { eventAt: 10, createdAt: 11, x: 1 },
      { eventAt: 10, createdAt: 30, x: 2 },
    ];
    expect(await ask(rows, 20)).toBe(1);
    expect(await ask(rows, 29)).toBe(1);
    expect(await ask(rows, 30)).toBe(2);
    expect(await ask(rows, 20, latest)).toBe(2);
  });

  it('case 5: leaves out rows of unknown creation, unless creation does not matter', async () => {
    const rows = [
      { eventAt: 10, createdAt: null, x: 2 },
      { eventAt: 9, createdAt: 9, x: 1 },
    ];
    expect(await ask(rows, 20)).toBe(1);
    expect(await ask(rows, 20, latest)).toBe(2);
    expect(await ask(rows, 20, known, { createdTimestamp: null })).toBe(2);
  });

  it('case 6: uses a row for ever without a time-to-live', async () => {
    expect(await ask([{ eventAt: 0, createdAt: 0, x: 1 }], 3e9)).toBe(1);
  });

  it('case 7: uses a row up to and at the end of its time-to-live', async () => {
    const rows = [{ eventAt: 10, createdAt: 10, x: 1 }];
    expect(await ask(rows, 15, known, { ttlSeconds: 5 })).toBe(1);
    expect(await ask(rows, 16, known, { ttlSeconds: 5 })).toBeNull();
  });

  it('case 8: uses a row at the time of its event, not before', async () => {
    const rows = [{ eventAt: 10, createdAt: 10, x: 1 }];
    expect(await ask(rows, 10)).toBe(1);
    expect(await ask(rows, 9)).toBeNull();
  });

  it('case 9: never falls back to a row older than an expired one', async () => {
    const rows = [
      { eventAt: 10, createdAt: 10, x: 2 },
      { eventAt: 8, createdAt: 8, x: 1 },
    ];
    expect(await ask(rows, 16, known, { ttlSeconds: 5 })).toBeNull();
  });

  it('case 10: gives NULL, and keeps the row, for a key or a time that is not there', async () => {
    await table('f', featureColumns, [
      { k: 1, eventAt: 10, createdAt: 10, x: 1 },
      { k: null, eventAt: 10, createdAt: 10, x: 9 },
      { k: 1, eventAt: null, createdAt: 10, x: 9 },
    ]);
    await table('e', { k: 'BIGINT', askedAt: 'TIMESTAMP', y: 'BIGINT' }, [
      { k: 2, askedAt: 20, y: 0 },
      { k: null, askedAt: 20, y: 1 },
      { k: 1, askedAt: null, y: 2 },
      { k: 1, askedAt: 20, y: 3 },
    ]);
    expect((await joined(viewOf(), known)).map((row) => [row['y'], row['x']])).toEqual([
      ['0', null],
      ['1', null],
      ['2', null],
      ['3', 1],
    ]);
  });

  it('finds nothing where one of several keys is missing', async () => {
    const columns = { ...featureColumns, second: 'VARCHAR' };
    await table('f', columns, [
      { k: 1, second: null, eventAt: 10, createdAt: 10, x: 1 },
      { k: null, second: 'a', eventAt: 10, createdAt: 10, x: 2 },
      { k: 1, second: 'a', eventAt: 10, createdAt: 10, x: 3 },
    ]);
    await table('e', { k: 'BIGINT', second: 'VARCHAR', askedAt: 'TIMESTAMP' }, [
      { k: 1, second: null, askedAt: 20 },
      { k: null, second: 'a', askedAt: 20 },
      { k: 1, second: 'a', askedAt: null },
      { k: 1, second: 'a', askedAt: 20 },
    ]);
    const keys = [
      { name: 'k', type: 'int64' as const },
      { name: 'second', type: 'string' as const },
    ];
    expect((await joined(viewOf({ keys }), known)).map((row) => row['x'])).toEqual([null, null, null, 3]);
  });

  it('case 11: gives every one of equal entity rows its row, in order', async () => {
    await table('f', featureColumns, [{ k: 1, eventAt: 10, createdAt: 10, x: 1 }]);
    const twice = [
      { k: 1, askedAt: 20 },
      { k: 2, askedAt: 20 },
      { k: 1, askedAt: 20 },
    ];
    await table('e', { k: 'BIGINT', askedAt: 'TIMESTAMP' }, twice);
    expect((await joined(viewOf(), known)).map((row) => [row['k'], row['x']])).toEqual([
      ['1', 1],
      ['2', null],
      ['1', 1],
    ]);
  });

  it('case 12: joins a view without entities to every row', async () => {
    await table('f', { eventAt: 'TIMESTAMP', createdAt: 'TIMESTAMP', x: 'DOUBLE' }, [
      { eventAt: 10, createdAt: 10, x: 1 },
      { eventAt: 20, createdAt: 20, x: 2 },
    ]);
    await table('e', { k: 'VARCHAR', askedAt: 'TIMESTAMP' }, [
      { k: 'a', askedAt: 9 },
      { k: null, askedAt: 10 },
      { k: 'b', askedAt: 25 },
    ]);
    expect((await joined(viewOf({ keys: [] }), known)).map((row) => row['x'])).toEqual([null, 1, 2]);
  });

  it('case 13: gives features the names they are asked for under', async () => {
    await table('f', featureColumns, [{ k: 1, eventAt: 10, createdAt: 10, x: 1 }]);
    await table('e', { customer: 'INTEGER', askedAt: 'TIMESTAMP' }, [{ customer: 1, askedAt: 20 }]);
    const query = await joinPointInTime(
      db,
      '(SELECT * EXCLUDE (ordinal) FROM e)',
      [{ entities: entityRows({ k: 'customer' }), source: rowsOf(viewOf()), outputNames: { x: 'view__x' } }],
      known,
    );
    expect(await db.rows(`SELECT * EXCLUDE ("askedAt") FROM (${query})`)).toEqual([{ customer: 1, view__x: 1 }]);
    await db.run('DROP TABLE "features of view 0"');
  });

  it('case 14: joins two views over one source, each with its own time-to-live and columns', async () => {
    await table('f', { ...featureColumns, y: 'VARCHAR' }, [{ k: 1, eventAt: 10, createdAt: 10, x: 1, y: 'one' }]);
    await table('e', { k: 'BIGINT', askedAt: 'TIMESTAMP' }, [
      { k: 1, askedAt: 12 },
      { k: 1, askedAt: 20 },
    ]);
    const short = viewOf({ ttlSeconds: 5 });
    const long = viewOf({ ttlSeconds: 60, features: [{ name: 'y', type: 'string' }] });
    const done: number[] = [];
    const query = await joinPointInTime(
      db,
      '(SELECT * EXCLUDE (ordinal) FROM e ORDER BY ordinal)',
      [short, long].map((view) => ({ entities: entityRows(), source: rowsOf(view), outputNames: {} })),
      { ...known, onView: (count) => done.push(count) },
    );
    expect((await db.rows(query)).map((row) => [row['x'], row['y']])).toEqual([
      [1, 'one'],
      [null, 'one'],
    ]);
    expect(done).toEqual([1, 2]);
    await db.run('DROP TABLE "features of view 0"; DROP TABLE "features of view 1"');
  });

  it('gives the same rows in the same order where what each view gives is kept in files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'views-'));
    try {
      await db.run(`CREATE OR REPLACE TABLE f AS SELECT i % 97 AS k, TIMESTAMP '2001-01-01' + to_seconds(i * 7) AS "eventAt",
        TIMESTAMP '2001-01-01' + to_seconds(i * 7 + i % 50) AS "createdAt", i / 3 AS x, [i, i + 1]::FLOAT[2] AS pair,
        i AS ordinal FROM range(5000) r(i)`);
      await db.run(`CREATE OR REPLACE TABLE e AS SELECT (i * 31) % 101 AS k, TIMESTAMP '2001-01-01' + to_seconds((i * 13) % 40000)
        AS "askedAt", i AS ordinal FROM range(50000) r(i)`);
      const features: FeatureView['features'] = [
        { name: 'x', type: 'float64' },
        { name: 'pair', type: 'tensor' },
      ];
      const views = ['a', 'b'].map((name) => ({
        entities: entityRows(),
        source: rowsOf(viewOf({ features, ttlSeconds: name === 'a' ? 600 : 60 })),
        outputNames: { x: `${name}_x`, pair: `${name}_pair` },
      }));
      const base = '(SELECT * EXCLUDE (ordinal) FROM e ORDER BY ordinal)';
      const inFiles = await joinPointInTime(db, base, views, { ...known, folder });
      expect(await db.rows('SELECT table_name FROM duckdb_tables() ORDER BY 1')).toEqual([
        { table_name: 'e' },
        { table_name: 'f' },
      ]);
      const inTables = await joinPointInTime(db, base, views, known);
      expect(await db.columnsOf(inFiles)).toEqual(await db.columnsOf(inTables));
      await db.run(
        `CREATE OR REPLACE TABLE compared AS SELECT a, b FROM (SELECT a FROM (${inFiles}) a) POSITIONAL JOIN (SELECT b FROM (${inTables}) b)`,
      );
      const counted = `SELECT count(*)::INTEGER AS rows, count(a.a_x) > 1000 AS found,
        (count(*) FILTER (a IS DISTINCT FROM b))::INTEGER AS differ FROM compared`;
      expect(await db.rows(counted)).toEqual([{ rows: 50_000, found: true, differ: 0 }]);
      await db.run('DROP TABLE compared; DROP TABLE "features of view 0"; DROP TABLE "features of view 1"');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('case 16: finds the entities of a range of time', async () => {
    await table('f', featureColumns, [
      { k: 3, eventAt: 10, createdAt: 10, x: 1 },
      { k: 1, eventAt: 20, createdAt: 20, x: 2 },
      { k: 1, eventAt: 15, createdAt: 15, x: 3 },
      { k: 2, eventAt: 21, createdAt: 21, x: 4 },
      { k: 4, eventAt: 9, createdAt: 9, x: 5 },
      { k: null, eventAt: 15, createdAt: 9, x: 5 },
    ]);
    const at = (seconds: number) => BigInt(start + seconds) * 1_000_000n;
    const range = { startUs: at(10), endUs: at(20), timestamp: 'askedAt' };
    await db.run(
      `CREATE OR REPLACE TABLE e AS SELECT *, row_number() OVER () - 1 AS ordinal FROM (${entitiesInRange(rowsOf(viewOf()), range)})`,
    );
    expect((await joined(viewOf(), known)).map((row) => [row['k'], row['askedAt'], row['x']])).toEqual([
      ['1', '2026-01-01 00:00:20', 2],
      ['3', '2026-01-01 00:00:20', 1],
    ]);
  });

  it('case 17: gives NULL for a value that is missing in the row that wins, not an older value', async () => {
    const rows = [
      { eventAt: 10, createdAt: 10, x: 1 },
      { eventAt: 11, createdAt: 11, x: null },
    ];
    expect(await ask(rows, 20)).toBeNull();
  });

  it('case 18: joins on several keys of several types and keeps every column of the entity table in its place', async () => {
    const types: Record<string, [KeyType, string]> = {
      name: ['string', 'VARCHAR'],
      day: ['timestamp', 'DATE'],
      flag: ['bool', 'BOOLEAN'],
      k: ['int64', 'INTEGER'],
    };
    const keys = Object.entries(types).map(([name, [type]]) => ({ name, type }));
    const columns = Object.fromEntries(Object.entries(types).map(([name, [, sqlType]]) => [name, sqlType]));
    const key = { name: 'a', day: '2026-01-01', flag: true, k: 1 };
    await table('f', { ...featureColumns, ...columns }, [
      { ...key, eventAt: 10, createdAt: 10, x: 1 },
      { ...key, name: 'A', eventAt: 11, createdAt: 11, x: 2 },
      { ...key, flag: false, eventAt: 11, createdAt: 11, x: 3 },
      { ...key, k: 2, eventAt: 11, createdAt: 11, x: 4 },
      { ...key, day: '2026-01-02', eventAt: 11, createdAt: 11, x: 5 },
    ]);
    await table('e', { label: 'BIGINT', ...columns, askedAt: 'TIMESTAMP', note: 'VARCHAR' }, [
      { label: 7, ...key, askedAt: 20, note: 'hello' },
    ]);
    const [row] = await joined(viewOf({ keys }), known);
    expect(Object.keys(row ?? {})).toEqual(['label', 'name', 'day', 'flag', 'k', 'askedAt', 'note', 'x']);
    expect(row).toEqual({
      label: '7',
      name: 'a',
      day: '2026-01-01',
      flag: true,
      k: 1,
      askedAt: '2026-01-01 00:00:20',
      note: 'hello',
      x: 1,
    });
  });

  it('counts the time to live in elapsed time over the nights when clocks change', async () => {
    await db.run(`CREATE OR REPLACE TABLE f AS SELECT 1::BIGINT AS k, t::TIMESTAMPTZ AS "eventAt", t::TIMESTAMPTZ AS "createdAt",
      x::DOUBLE AS x, (row_number() OVER () - 1) AS ordinal
      FROM (VALUES ('2026-03-28 12:00:00+01', 1), ('2026-10-24 12:00:00+02', 2), ('2026-10-25 02:30:00+02', 3)) v(t, x)`);
    await db.run(`CREATE OR REPLACE TABLE e AS SELECT 1::BIGINT AS k, t::TIMESTAMPTZ AS "askedAt", (row_number() OVER () - 1) AS ordinal
      FROM (VALUES ('2026-03-29 12:00:00+02'), ('2026-03-29 13:00:00+02'), ('2026-03-29 13:00:01+02'),
                   ('2026-10-25 02:29:59+02'), ('2026-10-25 02:30:00+01'), ('2026-10-26 01:30:00+01'), ('2026-10-26 01:30:01+01')) v(t)`);
    const joinedRows = await joined(viewOf({ ttlSeconds: 86_400 }), known);
    // A day of 23 hours, one of 25: 24 hours are 24 hours.
    expect(joinedRows.map((row) => row['x'])).toEqual([1, 1, null, 2, 3, 3, null]);
  });

  it('compares times of any precision and zone, and no infinite ones', async () => {
    await db.run(`CREATE OR REPLACE TABLE f AS SELECT 1::BIGINT AS k, t::TIMESTAMPTZ AS "eventAt", t::TIMESTAMPTZ AS "createdAt",
      x::DOUBLE AS x, (row_number() OVER () - 1) AS ordinal
      FROM (VALUES ('2026-01-01 12:00:00+02', 1), ('2026-01-01 10:00:00.000001+00', 2), ('infinity', 3), ('-infinity', 4)) v(t, x)`);
    await db.run(`CREATE OR REPLACE TABLE e AS SELECT 1::BIGINT AS k, t::TIMESTAMP AS "askedAt", (row_number() OVER () - 1) AS ordinal
      FROM (VALUES ('2026-01-01 10:00:00'), ('2026-01-01 10:00:00.000001'), ('2026-01-01 09:59:59.999999'), ('infinity')) v(t)`);
    expect((await joined(viewOf({ ttlSeconds: 60 }), known)).map((row) => row['x'])).toEqual([1, 2, null, null]);
  });
});

interface FeatureRow extends Row {
  k: number | null;
  eventAt: number | null;
  createdAt: number | null;
  x: number | null;
}

/** What the answer is, by looking at every row. */
function answer(
  rows: readonly FeatureRow[],
  { k, askedAt }: { k: number | null; askedAt: number | null },
  view: FeatureView,
  { createdFilter }: PointInTimeOptions,
): { status: string; value: number | null } {
  let best: FeatureRow | undefined;
  const createdOf = (row: FeatureRow) => (view.createdTimestamp === null ? row.eventAt : row.createdAt);
  for (const row of rows) {
    const created = createdOf(row);
    if (k === null || row.k !== k || row.eventAt === null || askedAt === null || row.eventAt > askedAt) continue;
    if (createdFilter && (created === null || created > askedAt)) continue;
    const higher =
      best === undefined ||
      row.eventAt > (best.eventAt as number) ||
      (row.eventAt === best.eventAt &&
        (created ?? Number.NEGATIVE_INFINITY) >= (createdOf(best) ?? Number.NEGATIVE_INFINITY));
    if (higher) best = row;
  }
  if (best === undefined) return { status: 'none', value: null };
  const age = (askedAt as number) - (best.eventAt as number);
  if (view.ttlSeconds > 0 && age > view.ttlSeconds) return { status: 'expired', value: null };
  return { status: 'fresh', value: best.x };
}

const seconds = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const key = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const featureRow = fc.record({
  k: key,
  eventAt: seconds,
  createdAt: seconds,
  x: fc.option(fc.integer({ min: 0, max: 99 })),
});
const entityRow = fc.record({ k: key, askedAt: seconds });

describe('point-in-time join, against a loop over all rows', () => {
  it('has no wrong row on random tables with ties, missing values and duplicates', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(featureRow, { maxLength: 60 }),
        fc.array(entityRow, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(0, 1, 3, 1000),
        fc.boolean(),
        fc.constantFrom<string | null>('createdAt', null),
        fc.constantFrom(0, 64),
        async (rows, asking, ttlSeconds, createdFilter, createdTimestamp, loopJoinRows) => {
          await db.run(`SET asof_loop_join_threshold = ${loopJoinRows}`);
          await table('f', featureColumns, rows);
          await table('e', { k: 'BIGINT', askedAt: 'TIMESTAMP' }, asking);
          const view = viewOf({ ttlSeconds, createdTimestamp });
          const options = { createdFilter };
          const expected = asking.map((row) => answer(rows, row, view, options));
          expect((await joined(view, options)).map((row) => row['x'])).toEqual(expected.map(({ value }) => value));
          const matches = await db.rows(
            `SELECT feature, fresh FROM (${matchQuery(entityRows(), rowsOf(view), options)}) ORDER BY entity`,
          );
          const statuses = matches.map((row) =>
            row['feature'] === null ? 'none' : row['fresh'] === true ? 'fresh' : 'expired',
          );
          expect(statuses).toEqual(expected.map(({ status }) => status));
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });
});
