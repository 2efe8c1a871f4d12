// Runs on whatever Node (>= 20) the machine has, before anything is installed: only node: imports.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** Whether every locked package is there, by the list that npm writes at the end of an install, whoever ran it. */
function isInstalled() {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = packagesOf(list);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) => {
      const found = installed[path];
      // Optional packages of other platforms stay out.
      return path === '' || (found === undefined ? Boolean(optional || devOptional) : found.version === version);
    },
  );
}

/** Installs the locked packages when one of them is missing or of another version. */
export function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write('Installing packages…\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed. Check that the npm registry is reachable, then start again.\n');
    process.exit(3);
  }
}

/** The Node 24 that the project pins, whatever started this script. */
export function pinnedNode() {
  const bin = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(bin) ? bin : process.execPath;
}

/** Environment in which child processes find the pinned Node and the project's tools first. */
export function toolEnvironment(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = [dirname(pinnedNode()), join(root, 'node_modules', '.bin'), process.env.PATH].join(separator);
  return { ...process.env, PATH: path, ...extra };
}
