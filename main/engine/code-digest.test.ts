import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCodeDigests } from './code-digest.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-code-'));
  await writeFile(
    join(dir, 'run.ts'),
    "import { a } from './a.ts';\nimport type { T } from './types.ts';\nexport { a };\n",
  );
  await writeFile(
    join(dir, 'a.ts'),
    "export { b as a } from './b.ts';\nexport const wasm = new URL('./k.wasm', import.meta.url);\n",
  );
  await writeFile(join(dir, 'b.ts'), "export const b = () => import('./c.ts');\n");
  for (const name of ['c.ts', 'types.ts', 'k.wasm', 'unused.ts']) await writeFile(join(dir, name), '1');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const digest = () => createCodeDigests(() => pathToFileURL(join(dir, 'run.ts')))('data.test');

it.each(['run.ts', 'a.ts', 'b.ts', 'c.ts', 'k.wasm'])('changes with %s', async (name) => {
  const before = digest();
  expect(digest()).toBe(before);
  await writeFile(join(dir, name), `${name === 'run.ts' ? "import './a.ts';" : ''}2`);
  expect(digest()).not.toBe(before);
});

it.each(['types.ts', 'unused.ts'])('does not change with %s', async (name) => {
  const before = digest();
  await writeFile(join(dir, name), '2');
  expect(digest()).toBe(before);
});
