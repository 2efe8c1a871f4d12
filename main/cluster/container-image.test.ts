import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cudaImageName, imageName } from './engine-image.ts';

const folder = join(import.meta.dirname, '../../resources/container');
const script = join(folder, 'build-root.sh');

it.skipIf(process.platform === 'win32')('the script of the image is valid and refuses options it does not know', () => {
  expect(spawnSync('bash', ['-n', script]).status).toBe(0);
  const refused = spawnSync('bash', [script, '--gpu', 'out'], { encoding: 'utf8' });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('[--cuda]');
});

it('fetches the CUDA libraries by a script that the pinned runtime has, before that is left out', () => {
  const text = readFileSync(script, 'utf8');
  const [, path = '', manifest = ''] = /node_modules\/(\S+)" --onnxruntime-node-install=(\w+)/.exec(text) ?? [];
  const metadata = createRequire(import.meta.url)(
    join(import.meta.dirname, '../../node_modules', path.replace('install.js', 'install-metadata.js')),
  ) as { requirements: Record<string, string[]> };
  expect(metadata.requirements['linux/x64']).toContain(manifest);
  expect(text.indexOf(path)).toBeLessThan(text.indexOf('leave-out.txt"'));
});

it('says how both images are built', () => {
  const text = readFileSync(join(folder, 'Containerfile'), 'utf8');
  for (const name of [imageName, cudaImageName]) expect(text).toMatch(new RegExp(`-t ${name} \\.`));
  expect(text).toMatch(/nvidia\/cuda:12\.\d+\.\d+-cudnn-runtime/);
});
