import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imagesNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
let dir: string;
beforeAll(async () => {
  chain = await StepChain.create();
  dir = mkdtempSync(join(tmpdir(), 'slipway-images-'));
  const png = (value: number, width = 4, height = 4) =>
    encode({ width, height, channels: 1, data: new Uint8Array(width * height).fill(value) });
  const put = (name: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  };
  put('set/cat/a.png', png(10));
  put('set/cat/b.PNG', png(20, 8, 2));
  put('set/dog/[odd] ’name’.png', png(30));
  put('set/top.png', png(40));
  put('set/dog/broken.jpg', 'no image');
  put('set/dog/notes.txt', 'not read');
  put('empty/readme.txt', '');
  put('broken/a.png', '');
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await chain[Symbol.asyncDispose]();
});

async function images(
  params: z.input<typeof imagesNode.params>,
  given: { threads?: number; memoryBytes?: number } = {},
) {
  const made = await chain.run(imagesNode, runner, params, {}, { baseDir: dir, ...given });
  const page = async (port: 'table' | 'quarantine') => {
    const found = made[port];
    const columns = found?.manifest.schema?.columns ?? [];
    return (await readTablePage(found?.path('data.parquet') ?? '', columns, { offset: 0, limit: 100 })).rows;
  };
  return { made, table: await page('table'), quarantine: await page('quarantine') };
}

it('reads the same on any number of threads, and estimates what fits a small machine', async () => {
  for (let at = 0; at < 70; at++) {
    mkdirSync(join(dir, 'many'), { recursive: true });
    const data = new Uint8Array(25).map((_, pixel) => (at * 31 + pixel * 7) % 256);
    writeFileSync(
      join(dir, `many/${String(at).padStart(2, '0')}.png`),
      at % 20 === 9 ? 'broken' : encode({ width: 5, height: 5, channels: 1, data }),
    );
  }
  const params = { path: 'many', width: 3, height: 3 };
  const [one, four] = [
    await images(params, { threads: 1 }),
    await images(params, { threads: 4, memoryBytes: 2 ** 33 }),
  ];
  expect(one.table).toHaveLength(66);
  expect(four.table).toEqual(one.table);
  expect(four.quarantine).toEqual(one.quarantine);
  for (const size of [
    { width: 28, height: 28 },
    { width: 224, height: 224, colours: 'grey' as const },
    { width: 180, height: 180, colours: 'rgb' as const },
  ]) {
    const values = imagesNode.params.parse({ path: 'many', ...size });
    const memoryBytes = imagesNode.resources?.(values, {
      rows: undefined,
      columns: undefined,
      bytes: undefined,
    }).memoryBytes;
    expect(memoryBytes).toBeLessThan(2 ** 30);
  }
});

describe('data.images', () => {
  it('reads a folder, with labels of its folders and reasons for what is broken', async () => {
    const { made, table, quarantine } = await images({ path: 'set', width: 2, height: 2 });
    expect(table).toEqual([
      ['cat/a.png', 'cat', 4, 4, [10, 10, 10, 10]],
      ['cat/b.PNG', 'cat', 8, 2, [0, 0, 20, 20]].with(4, expect.any(Array)),
      ['dog/[odd] ’name’.png', 'dog', 4, 4, [30, 30, 30, 30]],
      ['top.png', null, 4, 4, [40, 40, 40, 40]],
    ]);
    expect(quarantine).toEqual([['dog/broken.jpg', expect.stringContaining('neither PNG nor JPEG')]]);
    const params = imagesNode.params.parse({ path: 'set', width: 2, height: 2 });
    const described = await runner.describe?.({
      params,
      inputs: {},
      baseDir: dir,
      signal: new AbortController().signal,
      secret: String,
    });
    expect(described?.outputs['table']).toMatchObject({ schema: made['table']?.manifest.schema });
  });

  it('takes a glob and colours, without labels', async () => {
    const { table } = await images({ path: 'set/c*/*', width: 1, height: 1, colours: 'rgb', label: 'none' });
    expect(table.map((row) => row[0])).toEqual(['a.png', 'b.PNG']);
    expect(table[0]?.[3]).toEqual([10, 10, 10]);
  });

  it('says what is missing or broken', async () => {
    await expect(images({ path: 'nowhere' })).rejects.toMatchObject({ code: 'data.not-found' });
    await expect(images({ path: 'empty' })).rejects.toMatchObject({ code: 'data.not-found' });
    await expect(images({ path: 'broken' })).rejects.toMatchObject({ code: 'data.empty' });
    const large = images({ path: 'set', width: 1024, height: 1024 });
    await expect(large).rejects.toMatchObject({ code: 'params.invalid', fix: 'Make them smaller, such as 316 × 316.' });
    await expect(images({ path: 'set', onBroken: 'fail' })).rejects.toThrow('dog/broken.jpg');
  });

  it('has a key that follows names and content', async () => {
    const probe = () =>
      runner.probe?.({
        params: imagesNode.params.parse({ path: 'set' }),
        baseDir: dir,
        streamsDir: '',
        signal: new AbortController().signal,
        secret: String,
      });
    const before = await probe();
    expect(await probe()).toBe(before);
    writeFileSync(join(dir, 'set/dog/c.png'), readFileSync(join(dir, 'set/cat/a.png')));
    const added = await probe();
    expect(added).not.toBe(before);
    rmSync(join(dir, 'set/dog/c.png'));
    expect(await probe()).toBe(before);
    symlinkSync('.', join(dir, 'set/dog/round'));
    expect(await probe()).toBe(before);
    rmSync(join(dir, 'set/dog/round'));
  });
});
