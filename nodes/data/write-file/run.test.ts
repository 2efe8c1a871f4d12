import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { runSlipway } from '../../../test/support/run-slipway.ts';
import { tableArtifact, tableRows } from '../../../test/support/table-artifact.ts';
import { fileNode } from '../file/definition.ts';
import { runner as fileRunner } from '../file/run.ts';
import { writeFileNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

/** Programs of the system, where it has them. */
const commands = { mount: 'mount', umount: 'umount' };
const dir = mkdtempSync(join(tmpdir(), 'write-file-'));
afterAll(() => removeFolder(dir));

const rows = `SELECT * FROM (VALUES
  (1, 'a,"b"', 0.1::DOUBLE, true, TIMESTAMP '2001-02-03 04:05:06.123456'), (2, NULL, NULL, false, NULL),
  (9007199254740993, 'ü
line', -0.5, NULL, TIMESTAMP '1969-12-31 23:59:59')) AS t(id, name, x, ok, moment)`;

async function save(params: object, query = rows) {
  const input = await tableArtifact(dir, query);
  const context = stepContext(dir, writeFileNode.params.parse(params), { inputs: { table: [input] } });
  const { report } = await runner.run(context);
  return JSON.parse(readFileSync(report?.files['report.json'] ?? '', 'utf8')) as Record<string, unknown>;
}

async function load(params: object) {
  const { table } = await fileRunner.run(stepContext(dir, fileNode.params.parse(params)));
  return tableRows(table);
}

const probe = (params: object) => runner.probe?.({ ...stepContext(dir, writeFileNode.params.parse(params)) });

describe('data.write-file', () => {
  it.each(['t.csv', 't.tsv', 't.csv.gz', 't.parquet', 't.json', 't.ndjson.zst', 't.arrow'])(
    'writes %s',
    async (path) => {
      const report = await save({ path });
      expect(report).toMatchObject({ rows: 3, bytes: statSync(join(dir, path)).size, written: true });
      const [names, ...values] = await load({ path });
      expect(names).toEqual(['id', 'name', 'x', 'ok', 'moment']);
      expect(values[0]).toEqual([1, 'a,"b"', 0.1, true, '2001-02-03T04:05:06.123456Z']);
      expect(values[1]?.slice(0, 4)).toEqual([2, null, null, false]);
      expect(values[2]).toEqual(['9007199254740993', 'ü\nline', -0.5, null, '1969-12-31T23:59:59Z']);
      expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('keeps tensors in Arrow and Parquet', async () => {
    for (const path of ['v.arrow', 'v.parquet']) {
      await save({ path }, 'SELECT CAST([1.5, 2] AS FLOAT[2]) AS v');
      expect((await load({ path }))[1]?.[0]).toEqual(path === 'v.arrow' ? '[1.5,2]' : [1.5, 2]);
    }
  });

  it('leaves a file of the same content alone', async () => {
    await save({ path: 'same.csv' });
    const before = statSync(join(dir, 'same.csv')).mtimeMs;
    const token = await probe({ path: 'same.csv' });
    expect(await save({ path: 'same.csv', existing: 'fail' })).toMatchObject({ written: false });
    expect(statSync(join(dir, 'same.csv')).mtimeMs).toBe(before);
    expect(await probe({ path: 'same.csv' })).toBe(token);
    await expect(save({ path: 'same.csv', existing: 'fail' }, 'SELECT 1 AS a')).rejects.toThrow(
      'exists with other content',
    );
    await save({ path: 'same.csv' }, 'SELECT 1 AS a');
    expect(await probe({ path: 'same.csv' })).not.toBe(token);
    rmSync(join(dir, 'same.csv'));
    expect(await probe({ path: 'same.csv' })).not.toBe(await probe({ path: 'same.csv' }));
  });

  it('follows a link to the file and keeps the link', async () => {
    mkdirSync(join(dir, 'real'), { recursive: true });
    writeFileSync(join(dir, 'real', 'f.csv'), 'old\n');
    symlinkSync(join(dir, 'real', 'f.csv'), join(dir, 'link.csv'));
    await save({ path: 'link.csv' }, 'SELECT 1 AS a');
    expect(readFileSync(join(dir, 'real', 'f.csv'), 'utf8')).toBe('a\n1\n');
  });

  it.each([
    ['', 'params.invalid'],
    ['no/such/folder/x.csv', 'data.not-found'],
    ['pkg:zod/x.csv', 'data.unreadable'],
    ['s3://bucket/x.csv', 'data.unreadable'],
    ['real/', 'params.invalid'],
    ['x.unknown', 'params.invalid'],
  ])('refuses the path “%s”', async (path, code) => {
    await expect(save({ path })).rejects.toMatchObject({ code });
  });

  it('leaves the old file when the disk fills up', async () => {
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    try {
      execFileSync(commands.mount, ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      process.stderr.write(
        'SKIPPED: this user may not mount a small disk, so data.write-file is not tested on a full one.\n',
      );
      return;
    }
    try {
      await save({ path: 'disk/out.csv' }, 'SELECT 1 AS a');
      const big = 'SELECT i, md5(i::VARCHAR) AS text FROM range(100000) AS t(i)';
      await expect(save({ path: 'disk/out.csv' }, big)).rejects.toMatchObject({ code: 'disk.full' });
      expect(readFileSync(join(disk, 'out.csv'), 'utf8')).toBe('a\n1\n');
      expect(readdirSync(disk)).toEqual(['out.csv']);
    } finally {
      execFileSync(commands.umount, ['-l', disk]);
    }
  });

  it('is cached while the file is as it was left, and writes again when it is gone', async () => {
    const graph = join(dir, 'g.slipway.json');
    writeFileSync(join(dir, 'in.csv'), 'a\n1\n2\n');
    const nodes = {
      file: { kind: 'data.file', version: 1, params: { path: 'in.csv' } },
      out: { kind: 'data.write-file', version: 1, params: { path: 'out.csv' } },
    };
    const edges = [{ from: 'file.table', to: 'out.table' }];
    writeFileSync(
      graph,
      JSON.stringify({ format: 'slipway/graph', formatVersion: 1, id: 'g', name: 'G', nodes, edges }),
    );
    const status = async () => {
      const { last } = await runSlipway(['run', graph], join(dir, 'data'));
      return (last['steps'] as { id: string; status: string }[]).map((step) => `${step.id} ${step.status}`);
    };
    expect(await status()).toEqual(['file executed', 'out executed']);
    expect(await status()).toEqual(['file cached', 'out cached']);
    rmSync(join(dir, 'out.csv'));
    expect(await status()).toEqual(['file cached', 'out executed']);
    expect(readFileSync(join(dir, 'out.csv'), 'utf8')).toBe('a\n1\n2\n');
    writeFileSync(join(dir, 'in.csv'), 'a\n3\n');
    expect(await status()).toEqual(['file executed', 'out executed']);
    writeFileSync(join(dir, 'in.csv'), 'a\n1\n2\n');
    await status();
    expect(readFileSync(join(dir, 'out.csv'), 'utf8')).toBe('a\n1\n2\n');
  });
});
