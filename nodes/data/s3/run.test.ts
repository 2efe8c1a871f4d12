import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { s3Credentials, type S3Server, startS3Server } from '../../../test/support/s3-server.ts';
import { tableArtifact, tableRows } from '../../../test/support/table-artifact.ts';
import { writeS3Node } from '../write-s3/definition.ts';
import { runner as writer } from '../write-s3/run.ts';
import { s3Node } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 's3-node-'));
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server(['lake']);
  server.set('lake/sales/year=2023/a.csv', 'id,x\n1,a\n');
  server.set('lake/sales/year=2024/b.csv', 'id,x\n2,b\n');
  server.set('lake/sales/year=2024/c.csv', 'id,x\n3,c\n');
  server.set('lake/sales/readme.txt', 'no table');
  server.set('lake/sales/../../evil.csv', 'id,x\n9,e\n');
});
afterAll(async () => {
  await server.close();
  await removeFolder(dir);
});

const secrets: Record<string, string> = {
  ID: s3Credentials.AWS_ACCESS_KEY_ID,
  KEY: s3Credentials.AWS_SECRET_ACCESS_KEY,
};
const connection = () => ({
  bucket: 'lake',
  endpoint: server.endpoint,
  accessKeyId: { secret: 'ID' },
  secretAccessKey: { secret: 'KEY' },
});
const secret = (name: string) => secrets[name] ?? 'wrong';

function contextOf(given: object) {
  return stepContext(dir, s3Node.params.parse({ ...connection(), ...given }), { secret });
}

const read = async (given: object) => tableRows((await runner.run(contextOf(given))).table);

async function save(given: object, sql: string): Promise<boolean> {
  const input = await tableArtifact(dir, sql);
  const params = writeS3Node.params.parse({ ...connection(), ...given });
  const { report } = await writer.run(stepContext(dir, params, { secret, inputs: { table: [input] } }));
  return (JSON.parse(readFileSync(report?.files['report.json'] ?? '', 'utf8')) as { written: boolean }).written;
}

describe('data.s3', () => {
  it('reads an object, and many with their partitions', async () => {
    expect(await read({ key: 'sales/year=2023/a.csv' })).toEqual([
      ['id', 'x'],
      [1, 'a'],
    ]);
    expect(await read({ key: 'sales/*/*.csv', partitions: true })).toEqual([
      ['id', 'x', 'year'],
      [1, 'a', 2023],
      [2, 'b', 2024],
      [3, 'c', 2024],
    ]);
  });

  it('keeps a hostile key inside its folder', async () => {
    await expect(read({ key: 'sales/../../evil.csv' })).rejects.toThrow('which no address can hold');
  });

  it('follows changes', async () => {
    const probe = () => runner.probe?.(contextOf({ key: 'sales/**/*.csv' }));
    const token = await probe();
    expect(await probe()).toBe(token);
    server.set('lake/sales/year=2024/d.csv', 'id,x\n4,d\n');
    expect(await probe()).not.toBe(token);
  });

  it('tries again, and never takes a part for the whole', async () => {
    server.faults.push(
      { method: 'GET', key: 'a.csv', truncateAt: 6, times: 1 },
      { method: 'GET', key: 'a.csv', status: 503, times: 1 },
    );
    expect(await read({ key: 'sales/year=2023/a.csv' })).toEqual([
      ['id', 'x'],
      [1, 'a'],
    ]);
  });

  it.each<[object, object]>([
    [{ key: 'sales/none.csv' }, { code: 'data.not-found', details: { field: 'key' } }],
    [{ key: '' }, { code: 'params.invalid' }],
    [
      { key: 'x', bucket: 'Not A Bucket' },
      { code: 'params.invalid', details: { field: 'bucket' } },
    ],
    [
      { key: 'x', accessKeyId: null },
      { code: 'params.invalid', details: { field: 'accessKeyId' } },
    ],
    [
      { key: 'x', secretAccessKey: { secret: 'NOPE' } },
      { code: 'data.unreadable', details: { field: 'accessKeyId' } },
    ],
    [{ key: 'sales/readme.txt', mostMb: 0.000_001 }, { code: 'data.unreadable' }],
  ])('says what is wrong with %j', async (given, expected) => {
    await expect(read(given)).rejects.toMatchObject(expected);
  });

  it('describes the first object', async () => {
    expect(await runner.describe?.({ ...contextOf({ key: 'sales/**/*.csv' }), inputs: {} })).toMatchObject({
      outputs: { table: { schema: { columns: [{ name: 'id' }, { name: 'x' }] } } },
    });
    expect(await runner.describe?.({ ...contextOf({ bucket: '' }), inputs: {} })).toMatchObject({
      problems: [{ field: 'bucket' }],
    });
  });
});

describe('data.write-s3', () => {
  it('writes an object that is read back, once', async () => {
    const key = 'out/a b/ü.parquet';
    expect(await save({ key }, 'SELECT 1 AS a')).toBe(true);
    expect(await read({ key })).toEqual([['a'], [1]]);
    const probe = () =>
      writer.probe?.(stepContext(dir, writeS3Node.params.parse({ ...connection(), key }), { secret }));
    const token = await probe();
    expect(await probe()).toBe(token);
    server.objects.delete(`lake/${key}`);
    expect(await probe()).not.toBe(await probe());
    expect(await save({ key }, 'SELECT 2 AS a')).toBe(true);
    expect(await read({ key })).toEqual([['a'], [2]]);
    await expect(save({ key: 'folder/' }, 'SELECT 1 AS a')).rejects.toMatchObject({ code: 'params.invalid' });
  });
});
