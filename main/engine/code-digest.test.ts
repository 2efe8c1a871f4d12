import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCodeDigests } from './code-digest.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

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
afterEach(() => removeFolder(dir));

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

it.each([
  ['main/compute/python/step.py', true, true],
  ['main/compute/python/describe.py', true, true],
  ['nodes/data/python/tables.py', true, false],
  ['nodes/train/python/estimator.py', false, true],
])('changes for the kinds that run a script through %s', async (file, changesData, changesTrain) => {
  for (const folder of ['main/compute/python', 'nodes/data/python', 'nodes/train/python']) {
    await cp(fileURLToPath(new URL(`../../${folder}`, import.meta.url)), join(dir, folder), { recursive: true });
  }
  const digests = () => {
    const digestOf = createCodeDigests((kind) => pathToFileURL(join(dir, 'nodes', kind.replace('.', '/'), 'run.ts')));
    return [digestOf('data.python'), digestOf('train.python')];
  };
  const [data, train] = digests();
  expect(digests()).toEqual([data, train]);
  await appendFile(join(dir, file), '\n');
  const [dataAfter, trainAfter] = digests();
  expect([dataAfter !== data, trainAfter !== train]).toEqual([changesData, changesTrain]);
});

it('counts sources, not what is compiled from them; without sources what is compiled', async () => {
  await mkdir(join(dir, 'sources'));
  await writeFile(join(dir, 'sources', 'one.ts'), '1');
  await writeFile(
    join(dir, 'c.ts'),
    "const a = new URL('./sources/', import.meta.url);\nconst b = new URL('./dist/k.wasm', import.meta.url);\n",
  );
  const before = digest();
  await mkdir(join(dir, 'dist'));
  await writeFile(join(dir, 'dist', 'k.wasm'), '1');
  expect(digest()).toBe(before);
  await writeFile(join(dir, 'sources', 'one.ts'), '2');
  expect(digest()).not.toBe(before);
  await rm(join(dir, 'sources'), { recursive: true });
  const compiled = digest();
  await writeFile(join(dir, 'dist', 'k.wasm'), '2');
  expect(digest()).not.toBe(compiled);
});
