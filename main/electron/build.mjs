// Bundles the desktop shell: its Node may be older than the engine's and cannot run TypeScript. Both files are CommonJS: a
// sandboxed preload cannot be a module, and the main script must have run before Electron is ready.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, '..', '..', 'dist', 'electron');
const common = {
  bundle: true,
  minify: true,
  keepNames: true,
  platform: 'node',
  target: 'node20',
  external: ['electron'],
  logLevel: 'warning',
};
await build({ ...common, entryPoints: [join(here, 'main.ts')], outfile: join(outdir, 'main.cjs'), format: 'cjs' });
await build({
  ...common,
  entryPoints: [join(here, 'preload.ts')],
  outfile: join(outdir, 'preload.cjs'),
  format: 'cjs',
});
