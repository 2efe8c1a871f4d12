import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { type MariaDbServer, mariaDbPrograms, startMariaDb } from '../../../test/support/mariadb-server.ts';
import { tableRows } from '../../../test/support/table-artifact.ts';
import { mysqlNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const programs = mariaDbPrograms();
if (programs === undefined) {
  process.stderr.write(
    'SKIPPED: MariaDB (mariadbd, mariadb-install-db) is not installed, so data.mysql is not tested.\n',
  );
}
const dir = mkdtempSync(join(tmpdir(), 'mysql-node-'));
let server: MariaDbServer;

function contextOf(given: object, signal?: AbortSignal) {
  const { host, port, user, password } = server;
  const params = mysqlNode.params.parse({ host, port, user, database: 'shop', password: { secret: 'DB' }, ...given });
  return stepContext(dir, params, {
    secret: (name) => (name === 'DB' ? password : 'wrong'),
    ...(signal && { signal }),
  });
}

async function read(given: object) {
  const { table } = await runner.run(contextOf(given));
  const types = table?.schema?.columns.map(({ sqlType }) => sqlType);
  return { types, rows: await tableRows(table), count: table?.rowCount };
}

describe.skipIf(programs === undefined)('data.mysql against a server', () => {
  beforeAll(async () => {
    if (programs !== undefined) server = await startMariaDb(programs);
    await server.execute([
      `CREATE TABLE things (id bigint unsigned PRIMARY KEY, tiny tinyint(1), f float, d double, price decimal(12,3), huge decimal(60,2),
        day date, local datetime(6), zoned timestamp(3) NULL, clock time, y year, doc json, feel enum('glad','sad'), raw varbinary(9), bits bit(9),
        text_ text, \`od\`\`d "n\` varchar(20)) CHARACTER SET utf8mb4`,
      `SET time_zone = '+05:30'`,
      `INSERT INTO things VALUES (18446744073709551615, -1, 0.5, 0.1, -123456789.125, 1.5, '2024-02-29', '2024-02-29 12:00:00.123456',
        '2024-02-29 12:00:00.5', '-12:30:00', 2024, '{"a": [1]}', 'glad', x'00ff', b'100000001', 'ü🙂\n"x"', ''),
        (2, ${Array.from({ length: 16 }, () => 'NULL').join(', ')})`,
      'CREATE TABLE big AS SELECT seq AS i, repeat("x", 500) AS filler FROM seq_1_to_40000',
      'CREATE TABLE counter (n int)',
      'INSERT INTO counter VALUES (1)',
      `CREATE FUNCTION grow() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO counter VALUES (9); RETURN 1; END`,
    ]);
  });
  afterAll(async () => {
    await server?.remove();
    await removeFolder(dir);
  });

  it('lists tables and columns as a query writes them', async () => {
    const tables = (await runner.catalog?.(contextOf({}))) ?? [];
    expect(tables.map(({ name }) => name)).toEqual(['big', 'counter', 'things']);
    expect(tables[1]?.columns).toEqual([{ name: 'n', type: 'int' }]);
    expect(tables[2]?.columns.at(-1)).toEqual({ name: '`od``d "n`', type: 'varchar' });
    const all = (await runner.catalog?.(contextOf({ database: '' }))) ?? [];
    expect(all.map(({ name }) => name)).toContain('shop.counter');
  });

  it('reads every type', async () => {
    const { types, rows } = await read({ query: 'SELECT * FROM things ORDER BY id DESC' });
    expect(types).toEqual([
      'DECIMAL(20,0)',
      'BIGINT',
      'FLOAT',
      'DOUBLE',
      'DECIMAL(12,3)',
      'DOUBLE',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP',
      'VARCHAR',
      'BIGINT',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
      'VARCHAR',
    ]);
    expect(rows[0]?.at(-1)).toBe('od`d "n');
    expect(rows[1]?.slice(1)).toEqual([
      -1,
      0.5,
      0.1,
      -123456789.125,
      1.5,
      '2024-02-29',
      '2024-02-29T12:00:00.123456Z',
      '2024-02-29T06:30:00.5Z',
      '-12:30:00',
      2024,
      '{"a": [1]}',
      'glad',
      '00ff',
      '0101',
      'ü🙂\n"x"',
      '',
    ]);
    expect(rows[2]).toEqual([2, ...Array.from({ length: 16 }, () => null)]);
  });

  it('streams a large table', async () => {
    expect((await read({ table: 'shop.big' })).count).toBe(40_000);
  });

  it.each([
    ['DELETE FROM counter'],
    ['SELECT n FROM counter; DELETE FROM counter'],
    ['SELECT 1) AS q; DROP TABLE counter; SELECT * FROM (SELECT 1'],
    ['SELECT grow()'],
    ['CREATE TABLE evil (a int)'],
    [`SELECT 1 INTO OUTFILE '/tmp/evil'`],
  ])('does not let a query change anything: %s', async (query) => {
    await expect(read({ query })).rejects.toMatchObject({ code: 'data.query' });
    expect((await read({ table: 'counter' })).rows).toEqual([['n'], [1]]);
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
    await expect(read({ port: 1, table: 'a' })).rejects.toMatchObject({ code: 'data.connection' });
  });

  it('describes and probes', async () => {
    expect(await runner.describe?.({ ...contextOf({ table: 'counter' }), inputs: {} })).toMatchObject({
      outputs: { table: { schema: { columns: [{ name: 'n', type: 'int64' }] } } },
    });
    expect(await runner.describe?.({ ...contextOf({}), inputs: {} })).toMatchObject({ problems: [{ field: 'table' }] });
    const probe = (given: object) => runner.probe?.(contextOf({ table: 'counter', ...given }));
    expect(await probe({})).not.toBe(await probe({}));
    const query = { refresh: 'query', probeQuery: 'SELECT max(n) AS m FROM counter;' };
    const before = await probe(query);
    expect(await probe(query)).toBe(before);
    await server.execute(['UPDATE counter SET n = 2']);
    expect(await probe(query)).not.toBe(before);
    await server.execute(['UPDATE counter SET n = 1']);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const reading = runner.run(contextOf({ query: 'SELECT sleep(60) AS s' }, controller.signal));
    setTimeout(() => controller.abort(), 300);
    await expect(reading).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  it('names a connection that is lost in the middle, and reads again afterwards', async () => {
    const reading = runner.run(contextOf({ query: 'SELECT i, sleep(0.001) AS s FROM big' }));
    const ended = expect(reading).rejects.toMatchObject({ code: 'data.connection', category: 'environment' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await server.stopNow();
    await ended;
    await server.start();
    expect((await read({ table: 'counter' })).rows).toEqual([['n'], [1]]);
  });
});
