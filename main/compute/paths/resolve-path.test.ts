import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileDigest } from './file-digest.ts';
import { resolveDataPath, resolveDataPaths } from './resolve-path.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-paths-'));
beforeAll(() => {
  mkdirSync(join(dir, 'data'));
  for (const name of ['b.csv', 'a.csv', 'flights.parquet', 'odd[1].csv']) writeFileSync(join(dir, 'data', name), name);
});
afterAll(() => removeFolder(dir));

test('absolute, relative and package paths', async () => {
  const expected = join(dir, 'data', 'a.csv');
  expect(await resolveDataPath('data/a.csv', dir)).toBe(expected);
  expect(await resolveDataPath('../data/a.csv', join(dir, 'data'))).toBe(expected);
  expect(await resolveDataPath(expected, '/')).toBe(expected);
  const installed = await resolveDataPath('pkg:vega-datasets/data/airports.csv', dir);
  expect(installed.endsWith(join('vega-datasets', 'data', 'airports.csv'))).toBe(true);
});

test('globs are sorted, also in packages; an existing name is no glob', async () => {
  expect(await resolveDataPaths('data/?.csv', dir)).toEqual([join(dir, 'data', 'a.csv'), join(dir, 'data', 'b.csv')]);
  expect(await resolveDataPaths(join(dir, '*', 'a.csv'), '/')).toEqual([join(dir, 'data', 'a.csv')]);
  expect(await resolveDataPath('data/odd[1].csv', dir)).toBe(join(dir, 'data', 'odd[1].csv'));
  const flights = await resolveDataPaths('pkg:vega-datasets/data/flights-{2,5}k.json', dir);
  expect(flights.map((path) => path.slice(-15))).toEqual(['flights-2k.json', 'flights-5k.json']);
  await expect(resolveDataPath('data/*.csv', dir)).rejects.toMatchObject({ code: 'data.not-found' });
});

test('what is missing is named, with near misses', async () => {
  await expect(resolveDataPath('data/flight.parquet', dir)).rejects.toMatchObject({
    code: 'data.not-found',
    message: expect.stringContaining('data/flight.parquet does not exist'),
    fix: 'Did you mean flights.parquet?',
  });
  await expect(resolveDataPath('dta/a.csv', dir)).rejects.toMatchObject({
    message: expect.stringContaining('there is no folder'),
  });
  await expect(resolveDataPaths('data/*.json', dir)).rejects.toMatchObject({ message: 'No file matches data/*.json.' });
  await expect(resolveDataPath('data', dir)).rejects.toMatchObject({ message: 'data is a folder, not a file.' });
  await expect(resolveDataPath(' ', dir)).rejects.toMatchObject({ message: 'No file is chosen.' });
  await expect(resolveDataPath('s3://bucket/a.csv', dir)).rejects.toMatchObject({ code: 'data.not-found' });
  await expect(resolveDataPath('pkg:no-such-package/a.csv', dir)).rejects.toMatchObject({
    message: expect.stringContaining('no-such-package is not installed'),
  });
  await expect(resolveDataPath('pkg:vega-datasets', dir)).rejects.toMatchObject({ code: 'data.not-found' });
});

test('a package path stays inside its package', async () => {
  for (const path of [
    'pkg:vega-datasets/../zod/package.json',
    'pkg:vega-datasets/data/../../zod/package.json',
    'pkg:vega-datasets//etc/hostname',
    'pkg:vega-datasets/data\\..\\..\\zod/package.json',
    'pkg:vega-datasets/../*/package.json',
    'pkg:../zod/package.json',
    'pkg:vega-datasets/{..,data}/../zod/package.json',
    'pkg:vega-datasets/{..,data}/zod/package.json',
  ]) {
    await expect(resolveDataPaths(path, dir), path).rejects.toMatchObject({ code: 'data.not-found' });
  }
});

test('a link out of a package is refused', async () => {
  const root = join(dirname(createRequire(import.meta.url).resolve('zod/package.json')), '..');
  const name = `slipway-test-${process.pid}`;
  const folder = join(root, name);
  mkdirSync(folder);
  try {
    symlinkSync(join(dir, 'data', 'a.csv'), join(folder, 'link.csv'));
    symlinkSync(join(dir, 'data'), join(folder, 'folder'));
    for (const path of ['link.csv', '*.csv', 'folder/a.csv']) {
      await expect(resolveDataPaths(`pkg:${name}/${path}`, dir), path).rejects.toMatchObject({
        message: expect.stringContaining('leads out of its package'),
      });
    }
  } finally {
    await removeFolder(folder);
  }
});

test('the digest of a file follows its bytes', async () => {
  const path = join(dir, 'changing.txt');
  writeFileSync(path, 'abc');
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(await fileDigest(path)).toBe(abc);
  expect(await fileDigest(path)).toBe(abc);
  writeFileSync(path, 'abd!');
  expect(await fileDigest(path)).not.toBe(abc);
  await expect(fileDigest(join(dir, 'none'))).rejects.toMatchObject({ code: 'data.unreadable' });
});
