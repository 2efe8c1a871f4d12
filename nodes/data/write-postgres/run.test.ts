import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../../../test/support/postgres-server.ts';
import { tableArtifact } from '../../../test/support/table-artifact.ts';
import { writePostgresNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const programs = postgresPrograms();
if (programs === undefined) {
  process.stderr.write(
    'SKIPPED: PostgreSQL (initdb, pg_ctl) is not installed, so data.write-postgres is not tested.\n',
  );
}
const dir = mkdtempSync(join(tmpdir(), 'write-postgres-'));
let server: PostgresServer;

async function query(sql: string): Promise<unknown[][]> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows as unknown[][];
  } finally {
    await client.end();
  }
}

function contextOf(given: object) {
  const { host, port, user, password } = server;
  const params = writePostgresNode.params.parse({
    host,
    port,
    user,
    password: { secret: 'PG' },
    table: 'things',
    ...given,
  });
  return stepContext(dir, params, { secret: () => password });
}

async function save(given: object, sql: string): Promise<boolean> {
  const input = await tableArtifact(dir, sql);
  const { report } = await runner.run({ ...contextOf(given), inputs: { table: [input] } });
  return (JSON.parse(readFileSync(report?.files['report.json'] ?? '', 'utf8')) as { written: boolean }).written;
}

describe.skipIf(programs === undefined)('data.write-postgres', () => {
  beforeAll(async () => {
    server = await startPostgres(programs ?? '');
  });
  afterAll(async () => {
    server?.remove();
    await removeFolder(dir);
  });

  it('makes a table with all values, and replaces its rows', async () => {
    const rows = (id: number) => `SELECT * FROM (VALUES
      (${id}, 'a,"b' || chr(10), 0.1::DOUBLE, 1.25::DECIMAL(6,2), true, TIMESTAMP '2001-02-03 04:05:06', DATE '2001-02-03', [1, 2], ''),
      (9007199254740993, NULL, 'NaN'::DOUBLE, NULL, NULL, NULL, NULL, NULL, NULL)) AS t(id, "na""me", x, price, ok, moment, day, list, empty)`;
    expect(await save({}, rows(1))).toBe(true);
    const read = `SELECT id::text, "na""me", x::text, price::text, ok, moment::text, day::text, list, empty FROM things ORDER BY id`;
    expect(await query(read)).toEqual([
      ['1', 'a,"b\n', '0.1', '1.25', true, '2001-02-03 04:05:06', '2001-02-03', '[1,2]', ''],
      ['9007199254740993', null, 'NaN', null, null, null, null, null, null],
    ]);
    const token = await runner.probe?.(contextOf({}));
    expect(await runner.probe?.(contextOf({}))).toBe(token);
    expect(await save({}, rows(1))).toBe(false);
    expect(await save({}, rows(2))).toBe(true);
    expect(await runner.probe?.(contextOf({}))).not.toBe(token);
    expect(await query('SELECT count(*)::int FROM things')).toEqual([[2]]);
  });

  it('appends once, and upserts into a schema', async () => {
    await query('CREATE SCHEMA "s 1"');
    const append = { table: 's 1.log', mode: 'append' };
    for (const [value, written] of [
      [1, true],
      [2, true],
      [1, false],
    ] as const) {
      expect(await save(append, `SELECT ${value} AS a`)).toBe(written);
    }
    expect(await query('SELECT a::int FROM "s 1".log ORDER BY a')).toEqual([[1], [2]]);
    const upsert = { table: 'kv', mode: 'upsert', keys: ['k'] };
    await save(upsert, `SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v)`);
    await save(upsert, `SELECT * FROM (VALUES (2, 'B'), (3, 'c')) AS t(k, v)`);
    expect(await query('SELECT k::int, v FROM kv ORDER BY k')).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'c'],
    ]);
  });

  it('changes nothing when the server refuses a row', async () => {
    await query('CREATE TABLE small (a int CHECK (a < 10), b int DEFAULT 7)');
    const params = { table: 'small', mode: 'append' };
    await save(params, 'SELECT 1 AS a');
    await expect(save(params, 'SELECT unnest(range(8, 12)) AS a')).rejects.toMatchObject({ code: 'data.query' });
    expect(await query('SELECT a, b FROM small')).toEqual([[1, 7]]);
    await expect(save(params, 'SELECT 1 AS nope')).rejects.toMatchObject({ code: 'data.column-missing' });
  });

  it('leaves what was there when the server goes away in the middle', async () => {
    await query('CREATE TABLE slow (a int)');
    await query(
      'CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$',
    );
    await query('CREATE TRIGGER t BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION nap()');
    const writing = save({ table: 'slow', mode: 'append' }, 'SELECT unnest(range(1000)) AS a');
    setTimeout(() => server.stopNow(), 1500);
    await expect(writing).rejects.toMatchObject({ code: 'data.connection' });
    server.start();
    expect(await query('SELECT count(*)::int FROM slow')).toEqual([[0]]);
  });
});
