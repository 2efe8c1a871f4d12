import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../../test/support/postgres-server.ts';
import { planColumn } from './column-plan.ts';
import { postgresNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const programs = postgresPrograms();
if (programs === undefined) {
  process.stderr.write('SKIPPED: PostgreSQL (initdb, pg_ctl) is not installed, so data.postgres is not tested.\n');
}
const dir = mkdtempSync(join(tmpdir(), 'postgres-node-'));
let server: PostgresServer;

async function execute(sql: string): Promise<void> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function contextOf(given: object, signal?: AbortSignal) {
  const { host, port, user, password } = server;
  const params = postgresNode.params.parse({ host, port, user, password: { secret: 'PG' }, ...given });
  const secret = (name: string) => (name === 'PG' ? password : 'wrong');
  return stepContext(dir, params, { secret, ...(signal && { signal }) });
}

async function read(given: object) {
  const { table } = await runner.run(contextOf(given));
  const columns = table?.schema?.columns ?? [];
  const page = await readTablePage(table?.files['data.parquet'] ?? '', columns, { offset: 0, limit: 10 });
  return { types: Object.fromEntries(columns.map((column) => [column.name, column.sqlType])), rows: page.rows, table };
}

it('plans columns by their types', () => {
  const plan = (name: string, category: string, dataTypeModifier: number) => {
    const { expression, type } = planColumn({ name: 'c', dataTypeModifier }, { name, category }, 'q.c');
    return [expression, type];
  };
  expect(plan('numeric', 'N', ((10 << 16) | 2) + 4)).toEqual(["nullif(q.c, 'NaN'::numeric)", 'DECIMAL(10,2)']);
  expect(plan('numeric', 'N', ((40 << 16) | 2) + 4)).toEqual(['q.c', 'DOUBLE']);
  expect(plan('numeric', 'N', ((5 << 16) | (-3 & 0x7ff)) + 4)).toEqual(['q.c', 'DOUBLE']);
  expect(plan('numeric', 'N', -1)).toEqual(['q.c', 'DOUBLE']);
  expect(plan('_int4', 'A', -1)).toEqual(['array_to_json(q.c)::text', 'VARCHAR']);
  expect(plan('tsrange', 'R', -1)).toEqual(['q.c::text', 'VARCHAR']);
});

describe.skipIf(programs === undefined)('data.postgres against a server', () => {
  it('lists tables and columns as a query writes them', async () => {
    const tables = (await runner.catalog?.(contextOf({}))) ?? [];
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['big', 'counter', '"odd schema".things']));
    expect(tables.find(({ name }) => name === 'counter')?.columns).toEqual([{ name: 'n', type: 'integer' }]);
    const things = tables.find(({ name }) => name === '"odd schema".things')?.columns ?? [];
    expect(things.at(-1)).toEqual({ name: '"quo""ted"', type: 'text' });
    expect(tables.some(({ name }) => name.includes('pg_'))).toBe(false);
    await expect(runner.catalog?.(contextOf({ user: 'nobody' }))).rejects.toThrow('nobody');
  });

  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
    await execute(`
      CREATE TYPE mood AS ENUM ('glad', 'sad');
      CREATE SCHEMA "odd schema";
      CREATE TABLE "odd schema".things (
        id bigint PRIMARY KEY, small smallint, ok boolean, price numeric(12, 3), any_number numeric, f4 real, f8 double precision,
        day date, local timestamp, zoned timestamptz, doc jsonb, tags text[], matrix int[][], id2 uuid, span interval, feel mood,
        raw bytea, "quo""ted" text);
      INSERT INTO "odd schema".things VALUES
        (9007199254740993, -7, true, 123456789.125, 0.1, 0.5, 'NaN', '2024-02-29', '2024-02-29 12:00:00.123456',
         '2024-02-29 12:00:00+05:30', '{"b": [1, null]}', ARRAY['a', NULL, 'it''s "q"'], '{{1,2},{3,4}}',
         '00000000-0000-0000-0000-00000000000a', '1 day 2 hours', 'glad', '\\x00ff', E'line\\n"two", \\\\N'),
        (2, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '');
      CREATE TABLE big AS SELECT i, repeat('x', 1000) AS filler FROM generate_series(1, 60000) AS i;
      CREATE TABLE counter (n int); INSERT INTO counter VALUES (1);
      CREATE TABLE holes AS SELECT CASE WHEN i % 2 = 0 THEN i END AS i FROM generate_series(1, 4) AS i;
      CREATE FUNCTION grow() RETURNS int LANGUAGE sql AS 'INSERT INTO counter VALUES (9) RETURNING n';
    `);
  });
  afterAll(async () => {
    server?.remove();
    await removeFolder(dir);
  });

  it('reads every type', async () => {
    const { types, rows } = await read({ table: 'odd schema.things' });
    expect(types).toEqual({
      id: 'BIGINT',
      small: 'SMALLINT',
      ok: 'BOOLEAN',
      price: 'DECIMAL(12,3)',
      any_number: 'DOUBLE',
      f4: 'FLOAT',
      f8: 'DOUBLE',
      day: 'DATE',
      local: 'TIMESTAMP',
      zoned: 'TIMESTAMP',
      doc: 'VARCHAR',
      tags: 'VARCHAR',
      matrix: 'VARCHAR',
      id2: 'VARCHAR',
      span: 'VARCHAR',
      feel: 'VARCHAR',
      raw: 'VARCHAR',
      'quo"ted': 'VARCHAR',
    });
    expect(rows[0]).toEqual([
      '9007199254740993',
      -7,
      true,
      123456789.125,
      0.1,
      0.5,
      'NaN',
      '2024-02-29',
      '2024-02-29T12:00:00.123456Z',
      '2024-02-29T06:30:00Z',
      '{"b": [1, null]}',
      '["a",null,"it\'s \\"q\\""]',
      '[[1,2],[3,4]]',
      '00000000-0000-0000-0000-00000000000a',
      '1 day 02:00:00',
      'glad',
      '00ff',
      'line\n"two", \\N',
    ]);
    expect(rows[1]?.slice(0, 8)).toEqual([2, null, null, null, null, null, null, null]);
    expect(rows[1]?.at(-1)).toBe('');
  });

  it('keeps rows that are missing values only', async () => {
    expect((await read({ query: 'SELECT i FROM holes ORDER BY i NULLS FIRST -- all' })).rows).toEqual([
      [null],
      [null],
      [2],
      [4],
    ]);
  });

  it('streams a large table', async () => {
    const { table } = await read({ table: 'big' });
    expect(table?.rowCount).toBe(60_000);
  });

  it.each([
    ['DELETE FROM counter'],
    ['SELECT 1) AS q; DROP TABLE counter; SELECT * FROM (SELECT 1'],
    ['SELECT grow()'],
    ['WITH d AS (DELETE FROM counter RETURNING n) SELECT * FROM d'],
  ])('does not let a query change anything: %s', async (query) => {
    await expect(read({ query })).rejects.toMatchObject({ code: 'data.query' });
    expect((await read({ table: 'counter' })).rows).toEqual([[1]]);
  });

  it('says what the server says', async () => {
    await expect(read({ table: 'nowhere' })).rejects.toMatchObject({ code: 'data.query', details: { field: 'table' } });
    await expect(read({ query: 'SELECT nn FROM counter' })).rejects.toMatchObject({ code: 'data.column-missing' });
    await expect(read({ query: 'SELECT 1 AS a, 2 AS a' })).rejects.toMatchObject({ code: 'data.query' });
    await expect(read({ database: 'nothing', table: 'a' })).rejects.toMatchObject({ code: 'data.unreadable' });
    await expect(read({ password: { secret: 'OTHER' }, table: 'a' })).rejects.toMatchObject({
      code: 'data.unreadable',
      details: { field: 'password' },
    });
    await expect(read({ query: 'SELECT n FROM counter WHERE n > 1' })).rejects.toMatchObject({ code: 'data.empty' });
    await expect(read({ port: 1, table: 'a' })).rejects.toMatchObject({
      code: 'data.connection',
      category: 'environment',
    });
  });

  it('describes columns and problems without reading', async () => {
    const describeWith = (given: object) => runner.describe?.({ ...contextOf(given), inputs: {} });
    expect(await describeWith({ table: 'counter' })).toMatchObject({
      outputs: { table: { schema: { columns: [{ name: 'n', type: 'int64', sqlType: 'INTEGER' }] } } },
    });
    expect(await describeWith({ query: 'SELECT nn FROM counter' })).toMatchObject({ problems: [{ field: 'query' }] });
    expect(await describeWith({})).toMatchObject({ problems: [{ field: 'table' }] });
  });

  it('probes as it is told', async () => {
    const probe = (given: object) => runner.probe?.(contextOf({ table: 'counter', ...given }));
    expect(await probe({})).not.toBe(await probe({}));
    expect(await probe({ refresh: 'never' })).toBe('');
    const query = { refresh: 'query', probeQuery: 'SELECT max(n), count(*) FROM big, counter WHERE i = 1;' };
    const before = await probe(query);
    expect(await probe(query)).toBe(before);
    await execute('UPDATE counter SET n = 2');
    expect(await probe(query)).not.toBe(before);
    await execute('UPDATE counter SET n = 1');
    await expect(probe({ refresh: 'query' })).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const reading = runner.run(contextOf({ query: 'SELECT pg_sleep(60)' }, controller.signal));
    setTimeout(() => controller.abort(), 200);
    await expect(reading).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  it('names a connection that is lost in the middle, and reads again afterwards', async () => {
    const query = 'SELECT i, pg_sleep(0.001) FROM big';
    const reading = runner.run(contextOf({ query }));
    setTimeout(() => server.stopNow(), 300);
    await expect(reading).rejects.toMatchObject({ code: 'data.connection', category: 'environment' });
    server.start();
    expect((await read({ table: 'counter' })).rows).toEqual([[1]]);
  });
});
