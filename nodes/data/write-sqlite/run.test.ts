import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { tableArtifact } from '../../../test/support/table-artifact.ts';
import { writeSqliteNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'write-sqlite-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rows = (from: number) => `SELECT * FROM (VALUES
  (${from}, 'a"b', 0.5::DOUBLE, true, TIMESTAMP '2001-02-03 04:05:06', DATE '2001-02-03', [1, 2]),
  (9007199254740993, NULL, NULL, NULL, NULL, NULL, NULL)) AS t(id, "na""me", x, ok, moment, day, list)`;

async function save(given: object, query = rows(1)) {
  const params = writeSqliteNode.params.parse({ path: 'out.db', table: 'things', ...given });
  const input = await tableArtifact(dir, query);
  const { report } = await runner.run(stepContext(dir, params, { inputs: { table: [input] } }));
  return (JSON.parse(readFileSync(report?.files['report.json'] ?? '', 'utf8')) as { written: boolean }).written;
}

const probe = (given: object) =>
  runner.probe?.(stepContext(dir, writeSqliteNode.params.parse({ path: 'out.db', table: 'things', ...given })));

function query(sql: string, path = 'out.db'): unknown[] {
  const sqlite = new Database(join(dir, path));
  try {
    return sqlite.prepare(sql).safeIntegers(true).raw(true).all();
  } finally {
    sqlite.close();
  }
}

function change(sql: string, path = 'out.db'): void {
  const sqlite = new Database(join(dir, path));
  sqlite.exec(sql);
  sqlite.close();
}

describe('data.write-sqlite', () => {
  it('makes a table with all values, and replaces its rows', async () => {
    expect(await save({})).toBe(true);
    expect(query('SELECT * FROM things ORDER BY id')).toEqual([
      [1n, 'a"b', 0.5, 1n, '2001-02-03T04:05:06.000000Z', '2001-02-03', '[1,2]'],
      [9007199254740993n, null, null, null, null, null, null],
    ]);
    const token = await probe({});
    expect(await save({})).toBe(false);
    expect(await probe({})).toBe(token);
    change('CREATE INDEX kept ON things (id)');
    expect(await save({}, rows(2))).toBe(true);
    expect(await probe({})).not.toBe(token);
    expect(query('SELECT id FROM things ORDER BY id')).toEqual([[2n], [9007199254740993n]]);
    expect(query(`SELECT name FROM sqlite_schema WHERE name = 'kept'`)).toEqual([['kept']]);
  });

  it('writes again when somebody took rows or the table away', async () => {
    await save({}, rows(3));
    const token = await probe({});
    change('DELETE FROM things WHERE id = 3');
    expect(await probe({})).not.toBe(token);
    expect(await save({}, rows(3))).toBe(true);
    change('DROP TABLE things');
    expect(await probe({})).not.toBe(await probe({}));
    expect(await save({}, rows(3))).toBe(true);
  });

  it('appends the same rows once', async () => {
    const append = { path: 'append.db', mode: 'append' };
    expect(await save(append, 'SELECT 1 AS a')).toBe(true);
    expect(await save(append, 'SELECT 2 AS a')).toBe(true);
    expect(await save(append, 'SELECT 1 AS a')).toBe(false);
    expect(query('SELECT a FROM things ORDER BY a', 'append.db')).toEqual([[1n], [2n]]);
  });

  it('inserts and updates by key', async () => {
    const upsert = { path: 'upsert.db', mode: 'upsert', keys: ['k'] };
    await save(upsert, `SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v)`);
    await save(upsert, `SELECT * FROM (VALUES (2, 'B'), (3, 'c')) AS t(k, v)`);
    await save(upsert, `SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v)`);
    expect(query('SELECT k, v FROM things ORDER BY k', 'upsert.db')).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [3n, 'c'],
    ]);
    await expect(save(upsert, `SELECT unnest([1, 1]) AS k, 'x' AS v`)).rejects.toMatchObject({
      code: 'data.expectation',
    });
  });

  it('changes nothing when something goes wrong', async () => {
    change('CREATE TABLE strict (a INTEGER CHECK (a < 10))', 'strict.db');
    const params = { path: 'strict.db', table: 'strict', mode: 'append' };
    await save(params, 'SELECT 1 AS a');
    await expect(save(params, 'SELECT unnest(range(8, 12)) AS a')).rejects.toMatchObject({ code: 'data.query' });
    expect(query('SELECT a FROM strict', 'strict.db')).toEqual([[1n]]);
    await expect(save({ ...params, path: 'strict.db' }, 'SELECT 1 AS b')).rejects.toMatchObject({
      code: 'data.column-missing',
      fix: expect.stringContaining('a'),
    });
  });

  it.each([
    [{ table: '' }, 'params.invalid'],
    [{ table: 'slipway_writes' }, 'params.invalid'],
    [{ mode: 'upsert' }, 'params.invalid'],
    [{ mode: 'upsert', keys: ['nope'] }, 'data.column-missing'],
    [{ path: 'no/folder/x.db' }, 'data.not-found'],
  ])('refuses %j', async (given, code) => {
    await expect(save(given)).rejects.toMatchObject({ code });
  });

  it('quotes the name of the table', async () => {
    const table = 'x"; DROP TABLE things; --';
    expect(await save({ path: 'odd.db', table }, 'SELECT 1 AS a')).toBe(true);
    expect(query(`SELECT a FROM "x""; DROP TABLE things; --"`, 'odd.db')).toEqual([[1n]]);
  });
});
