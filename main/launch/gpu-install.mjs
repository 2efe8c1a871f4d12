// `npm run gpu:install`: fetches ONNX Runtime's CUDA libraries, which are too large for the npm registry. Asks first;
// `--yes` agrees without asking.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ensureInstalled, pinnedNode } from './install.mjs';

ensureInstalled();
const require = createRequire(import.meta.url);
const scripts = join(dirname(require.resolve('onnxruntime-node/package.json')), 'script');
const metadata = require(join(scripts, 'install-metadata.js'));
const machine = `${process.platform}/${process.arch}`;
const [variant] = metadata.requirements[machine] ?? [];

if (variant === undefined) {
  process.stderr.write(
    `There is no CUDA package for ${machine}. WebGPU, DirectML (Windows) and Core ML (macOS) need no download: see "slipway doctor".\n`,
  );
  process.exit(1);
}
if (!process.argv.includes('--yes')) {
  if (!process.stdin.isTTY) {
    process.stderr.write('This downloads several hundred MB. Run it with --yes to agree.\n');
    process.exit(2);
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(
    `Download ONNX Runtime's ${variant} libraries (several hundred MB) from nuget.org? [y/N] `,
  );
  prompt.close();
  if (!/^y(es)?$/i.test(answer.trim())) process.exit(0);
}
const result = spawnSync(pinnedNode(), [join(scripts, 'install.js'), `--onnxruntime-node-install=${variant}`], {
  stdio: 'inherit',
});
if (result.status !== 0) {
  process.stderr.write('The libraries could not be fetched; everything else works as before.\n');
  process.exit(1);
}
process.stderr.write('Done. "slipway doctor" says whether this machine can use them.\n');
