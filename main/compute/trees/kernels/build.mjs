// Compiles the tree kernels to WebAssembly: `node build.mjs [OUT.wasm]`.
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = resolve(fileURLToPath(import.meta.url), '../../../../..');
const sources = ['binning', 'histogram', 'objectives', 'partition', 'predict', 'scores', 'splits'];
const options = [
  '-O3 --noAssert --runtime stub --enable simd --enable threads --enable bulk-memory',
  '--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536',
];
const out = resolve(process.argv[2] ?? join(root, 'dist/kernels/trees.wasm'));
// Written beside and renamed: several processes may compile at once.
const written = `${out}.${process.pid}`;

await mkdir(dirname(out), { recursive: true });
const { error, stderr } = await asc.main([
  ...sources.map((name) => join(root, 'main/compute/trees/kernels/assembly', `${name}.ts`)),
  ...options.join(' ').split(' '),
  '--outFile',
  written,
]);
if (error) {
  process.stderr.write(stderr.toString());
  throw error;
}
await rename(written, out);
