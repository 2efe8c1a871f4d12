import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { sqliteNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'sqlite-node-'));
const path = join(dir, 'shop.db');
beforeAll(() => {
  const db = new Database(path);
  db.exec(`
    CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL, "paid off" BOOLEAN, day DATE, at DATETIME, zip, note TEXT, raw BLOB);
    INSERT INTO orders VALUES
      (9007199254740993, 1.5, 1, '2024-02-29', '2024-02-29 12:00:00+02:00', 1234, 'it''s', x'00ff'),
      (2, 3, 0, NULL, '2024-03-01T00:00:00', 'A1', NULL, NULL);
    CREATE VIEW paid AS SELECT id FROM orders WHERE "paid off";
    CREATE TABLE empty (a);
    CREATE TABLE gone (a);
    CREATE VIEW broken AS SELECT a FROM gone;
    DROP TABLE gone;
  `);
  db.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function read(given: object) {
  const ctx = stepContext(dir, sqliteNode.params.parse({ path: 'shop.db', ...given }));
  const { table } = await runner.run(ctx);
  const columns = table?.schema?.columns ?? [];
  const page = await readTablePage(table?.files['data.parquet'] ?? '', columns, { offset: 0, limit: 10 });
  return {
    types: Object.fromEntries(columns.map((column) => [column.name, column.sqlType])),
    rows: page.rows,
    ctx,
    table,
  };
}

describe('data.sqlite', () => {
  it('lists tables, views and columns as a query writes them, without views that no longer work', async () => {
    const catalog = (at: string) => runner.catalog?.(stepContext(dir, sqliteNode.params.parse({ path: at })));
    const tables = (await catalog('shop.db')) ?? [];
    expect(tables.map(({ name }) => name)).toEqual(['empty', 'orders', 'paid']);
    expect(tables[1]?.columns.slice(1, 3)).toEqual([
      { name: 'amount', type: 'REAL' },
      { name: '"paid off"', type: 'BOOLEAN' },
    ]);
    await expect(catalog('nothing.db')).rejects.toThrow('nothing.db');
  });

  it('reads a table with the types its values have', async () => {
    const { types, rows, ctx } = await read({ table: 'orders' });
    expect(types).toEqual({
      id: 'BIGINT',
      amount: 'DOUBLE',
      'paid off': 'BOOLEAN',
      day: 'DATE',
      at: 'TIMESTAMP',
      zip: 'VARCHAR',
      note: 'VARCHAR',
      raw: 'BLOB',
    });
    expect(rows.map((row) => row.slice(0, 7))).toEqual([
      [2, 3, false, null, '2024-03-01T00:00:00Z', 'A1', null],
      ['9007199254740993', 1.5, true, '2024-02-29', '2024-02-29T10:00:00Z', '1234', "it's"],
    ]);
    expect(ctx.logs).toEqual(['warn: Column “zip” has 1 texts among numbers and is read as text.']);
  });

  it('reads views and queries, with types as they are set', async () => {
    expect((await read({ table: 'PAID' })).rows).toEqual([['9007199254740993']]);
    const { types, rows } = await read({
      query: 'SELECT note, amount FROM orders ORDER BY amount; -- cheapest first',
      types: { amount: 'int64' },
    });
    expect(types).toEqual({ note: 'VARCHAR', amount: 'BIGINT' });
    expect(rows).toEqual([
      ["it's", 2],
      [null, 3],
    ]);
  });

  it('gives the same digest for the same content', async () => {
    const [one, two] = [await read({ table: 'orders' }), await read({ query: 'SELECT * FROM orders' })];
    expect(one.table?.contentDigest).toBe(two.table?.contentDigest);
  });

  it.each([
    ['DELETE FROM orders'],
    ['SELECT 1; SELECT 2'],
    ["ATTACH 'other.db' AS other"],
    ['PRAGMA journal_mode = DELETE'],
    ['/* SELECT */ INSERT INTO orders DEFAULT VALUES RETURNING id'],
    ['WITH x AS (SELECT 1) DELETE FROM orders RETURNING id'],
  ])('refuses %s', async (query) => {
    await expect(read({ query })).rejects.toMatchObject({ code: 'data.query' });
  });

  it('names what is wrong', async () => {
    await expect(read({ table: 'order' })).rejects.toMatchObject({ code: 'data.query', fix: 'Did you mean orders?' });
    await expect(read({ query: 'SELECT missing FROM orders' })).rejects.toMatchObject({
      code: 'data.query',
      message: expect.stringContaining('no such column'),
    });
    await expect(read({ query: 'SELECT 1 AS a, 2 AS A' })).rejects.toMatchObject({ code: 'data.query' });
    await expect(read({ table: 'empty' })).rejects.toMatchObject({ code: 'data.empty' });
    await expect(read({ table: 'orders', types: { zip: 'int64' } })).rejects.toMatchObject({
      code: 'data.column-type',
    });
    await expect(read({ table: 'orders', types: { zap: 'int64' } })).rejects.toMatchObject({
      code: 'data.column-missing',
    });
    writeFileSync(
      join(dir, 'text.db'),
      'this is no database but a long enough text to be taken for one, is it not?'.repeat(20),
    );
    await expect(read({ path: 'text.db', table: 'a' })).rejects.toMatchObject({ code: 'data.unreadable' });
    await expect(read({ path: 'gone.db', table: 'a' })).rejects.toMatchObject({ code: 'data.not-found' });
  });

  it('describes its columns without running', async () => {
    const describeWith = (params: object) =>
      runner.describe?.({
        ...stepContext(dir, sqliteNode.params.parse({ path: 'shop.db', ...params })),
        inputs: {},
      });
    const described = await describeWith({ query: 'SELECT id, at FROM orders' });
    expect(described).toMatchObject({
      outputs: {
        table: {
          schema: {
            columns: [
              { name: 'id', type: 'int64' },
              { name: 'at', type: 'timestamp' },
            ],
          },
        },
      },
    });
    expect(await describeWith({ query: 'SELECT' })).toMatchObject({ problems: [{ field: 'query' }] });
    expect(await describeWith({})).toMatchObject({ problems: [{ field: 'table' }] });
  });

  it('has a probe that follows committed changes in the write-ahead log', async () => {
    const wal = join(dir, 'wal.db');
    const db = new Database(wal);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const probe = () => runner.probe?.(stepContext(dir, sqliteNode.params.parse({ path: 'wal.db', table: 't' })));
    const before = await probe();
    expect(await probe()).toBe(before);
    db.exec('INSERT INTO t VALUES (2)');
    expect(await probe()).not.toBe(before);
    expect((await read({ path: 'wal.db', table: 't' })).rows).toEqual([[1], [2]]);
    db.close();
  });

  it('reads more rows than fit in one chunk, in order', async () => {
    const { table } = await read({
      query: 'WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 9999) SELECT i FROM r',
    });
    expect(table?.rowCount).toBe(10_000);
  });
});
