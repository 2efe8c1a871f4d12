// Builds the app for the browser and the desktop shell into dist/ when a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode, root, toolEnvironment } from './install.mjs';

/** Newest modification time in ms of the given files and folders and all below them; a removed file changes its folder. */
function newestSource(paths) {
  let newest = 0;
  for (const path of paths) {
    const info = statSync(path, { throwIfNoEntry: false });
    if (info === undefined) continue;
    newest = Math.max(newest, info.mtimeMs);
    if (info.isDirectory()) {
      newest = Math.max(newest, newestSource(readdirSync(path).map((name) => join(path, name))));
    }
  }
  return newest;
}

function buildWhenStale(name, sources, command) {
  const stamp = join(root, 'dist', `.${name}-built`);
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (newestSource(sources.map((source) => join(root, source))) <= built) return;
  process.stderr.write(`Building the ${name}…\n`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  const startedAt = new Date();
  // A test runner's NODE_ENV would make React's development build.
  const result = spawnSync(pinnedNode(), command, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...toolEnvironment(), NODE_ENV: 'production' },
  });
  if (result.status !== 0) {
    process.stderr.write(`Building the ${name} failed.\n`);
    process.exit(1);
  }
  writeFileSync(stamp, '');
  // Of the start: a source changed during the build is newer.
  utimesSync(stamp, startedAt, startedAt);
}

const bundler = 'node_modules/vite/bin/vite.js';

export function buildApp() {
  // An installed product carries the built app and no bundler.
  if (!existsSync(join(root, bundler))) return;
  buildWhenStale(
    'app',
    ['renderer', 'shared', 'nodes', 'package-lock.json'],
    [bundler, 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'],
  );
}

export function buildShell() {
  buildWhenStale('desktop shell', ['main/electron', 'shared', 'package-lock.json'], ['main/electron/build.mjs']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildApp();
  buildShell();
}
