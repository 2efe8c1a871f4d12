// `npm start`: installs what is missing, builds, then opens the desktop app; without a display or a desktop runtime it
// serves the same app to a browser. Runs on any Node >= 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, pinnedNode, root, toolEnvironment } from './install.mjs';

function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Path of Electron's binary; fetched on the first start. Undefined, with the reason on stderr, when there is none. */
function electronBinary() {
  if (process.env.SLIPWAY_NO_DESKTOP) return undefined;
  const folder = join(root, 'node_modules', 'electron');
  const name =
    process.platform === 'darwin'
      ? 'Electron.app/Contents/MacOS/Electron'
      : process.platform === 'win32'
        ? 'electron.exe'
        : 'electron';
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return join(process.env.ELECTRON_OVERRIDE_DIST_PATH, name);
  const installed = join(folder, 'dist', name);
  if (existsSync(installed)) return installed;
  process.stderr.write('Fetching the desktop runtime (first start only)…\n');
  const result = spawnSync(pinnedNode(), [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 300_000,
  });
  if (result.status === 0 && existsSync(installed)) return installed;
  const reason = String(result.stderr ?? '').split('\n')[0];
  process.stderr.write(`The desktop runtime could not be fetched (${reason}); using the browser instead.\n`);
  return undefined;
}

/** Electron's sandbox on Linux needs user namespaces or a set-uid helper; as root it refuses to start at all. */
function electronFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

ensureInstalled();
const { buildApp, buildShell } = await import('./build.mjs');
buildApp();
const binary = hasDisplay() ? electronBinary() : undefined;
const args = process.argv.slice(2);
let child;
let stopping = false;

function start(command, commandArgs, env, onEnd) {
  child = spawn(command, commandArgs, { cwd: root, stdio: 'inherit', env });
  child.on('error', (error) => onEnd(1, null, error.message));
  child.on('exit', (code, signal) => onEnd(code, signal, `it ended with ${code ?? signal}`));
}

function end(code, signal) {
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
}

function startInBrowser() {
  start(pinnedNode(), [join(root, 'main', 'cli', 'slipway.ts'), 'ui', ...args], toolEnvironment(), end);
}

/** A runtime that ends within this time with an error never showed a window: a library or the display is missing. */
const failedStartMs = 5_000;

function startOnDesktop() {
  const startedMs = Date.now();
  const env = toolEnvironment({ SLIPWAY_ENGINE_NODE: process.env.SLIPWAY_ENGINE_NODE ?? pinnedNode() });
  start(binary, [...electronFlags(), root, ...args], env, (code, signal, reason) => {
    if (code === 0 || stopping || Date.now() - startedMs > failedStartMs) return end(code, signal);
    process.stderr.write(`The desktop runtime does not start (${reason}); using the browser instead.\n`);
    startInBrowser();
  });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopping = true;
    child.kill(signal);
  });
}
if (binary === undefined) {
  if (!hasDisplay()) process.stderr.write('No display found; serving the app to a browser.\n');
  startInBrowser();
} else {
  buildShell();
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
  process.stderr.write(`Slipway ${version} is starting…\n`);
  startOnDesktop();
}
