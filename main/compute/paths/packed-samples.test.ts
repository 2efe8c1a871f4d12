import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { unpackedPackage } from './packed-samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packageOf(name: string, fields: object, files: Record<string, Buffer>): string {
  const root = join(folder, name);
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...fields }));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(root, 'data', file), bytes);
  return root;
}

it('leaves a package alone whose files are not packed', async () => {
  const root = packageOf('plain', {}, { 'a.json': Buffer.from('{}') });
  expect(await unpackedPackage(root, 'plain', join(folder, 'cache'))).toBe(root);
});

it('unpacks once, byte for byte, also when several ask at the same time', async () => {
  const text = '{"data":[0,0.5]}';
  const root = packageOf('packed', { packed: 'data' }, { '0.json.gz': gzipSync(text) });
  const cache = join(folder, 'cache');
  const roots = await Promise.all([1, 2, 3].map(() => unpackedPackage(root, 'packed', cache)));
  expect(new Set(roots).size).toBe(1);
  expect(readFileSync(join(roots[0] ?? '', 'data', '0.json'), 'utf8')).toBe(text);
  expect(readdirSync(cache)).toEqual(['packed-1.0.0']);
  // What is there is taken as it is.
  rmSync(join(root, 'data', '0.json.gz'));
  expect(await unpackedPackage(root, 'packed', cache)).toBe(roots[0]);
});

it('says where samples could not be unpacked', async () => {
  const root = packageOf('broken', { packed: 'data' }, { '0.json.gz': Buffer.from('not gzip') });
  await expect(unpackedPackage(root, 'broken', join(folder, 'cache'))).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining(join(folder, 'cache')) as string,
  });
});
