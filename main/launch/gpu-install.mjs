// `npm run gpu:install`: `slipway doctor --install-cuda` by the Node of the project.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, pinnedNode } from './install.mjs';

ensureInstalled();
const args = ['main/cli/slipway.ts', 'doctor', '--install-cuda', ...process.argv.slice(2)];
process.exit(spawnSync(pinnedNode(), args, { stdio: 'inherit' }).status ?? 1);
