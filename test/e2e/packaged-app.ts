import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { removeFolder } from '../support/remove-folder.ts';
import { endProcess, patienceMs, root } from './app.ts';
import { desktopFolders } from './desktop-runtime.ts';

/** Packages the app as a folder around a given Electron runtime (Linux); gives the folder that holds `linux-unpacked`. */
export function packageApp(runtimeDir: string): string {
  buildApp();
  buildShell();
  const output = mkdtempSync(join(tmpdir(), 'slipway-package-'));
  for (const script of ['licences.mjs', 'bundle-packages.mjs']) {
    execFileSync(process.execPath, [join(root, 'main', 'launch', script)], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const version = readFileSync(join(runtimeDir, 'version'), 'utf8').trim().replace(/^v/, '');
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules', 'electron-builder', 'cli.js'),
      '--dir',
      '--publish=never',
      `-c.electronVersion=${version}`,
      `-c.electronDist=${runtimeDir}`,
      `-c.directories.output=${output}`,
    ],
    // With VITEST set electron-builder links files to node_modules where a release copies them.
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, VITEST: undefined } },
  );
  return output;
}

/** Bytes of all files below a folder. */
export function bytesBelow(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

export interface PackagedApp {
  binary: string;
  child: ChildProcess;
  window: Page;
  folders: ReturnType<typeof desktopFolders>;
  close(): Promise<void>;
}

const connectTimeoutMs = 30_000;

/** Starts a packaged app with folders of its own, or in those of an earlier start, and finds its window; tries twice. */
export async function startPackaged(
  output: string,
  display: string,
  folders = desktopFolders(display),
): Promise<PackagedApp> {
  const started = () => startOnce(output, folders);
  return started().catch(started);
}

async function startOnce(output: string, folders: PackagedApp['folders']): Promise<PackagedApp> {
  const binary = join(output, 'linux-unpacked', 'slipway-app');
  // The fuses refuse Node's inspector, so the page is reached through Chromium's own debugging port.
  const args = ['--no-sandbox', '--disable-gpu', `--user-data-dir=${folders.profile}`, '--remote-debugging-port=0'];
  const child = spawn(binary, args, { cwd: folders.folder, env: folders.env, stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    const address = await debuggerAddress(child);
    await pageOf(address);
    const browser = await chromium.connectOverCDP(address, { timeout: connectTimeoutMs });
    return await packagedApp(binary, child, browser, folders);
  } catch (error) {
    await endProcess(child);
    throw error;
  }
}

async function packagedApp(
  binary: string,
  child: ChildProcess,
  browser: Browser,
  folders: PackagedApp['folders'],
): Promise<PackagedApp> {
  const [context] = browser.contexts();
  // Its first start reads some hundred MiB of the disk.
  context?.setDefaultTimeout(2 * patienceMs);
  const window = context?.pages()[0] ?? (await context?.waitForEvent('page'));
  if (window === undefined) throw new Error('The packaged app opened no window.');
  return {
    binary,
    child,
    window,
    folders,
    async close() {
      // The app first: leaving Chromium's debugging port while it runs can take 30 s.
      await endProcess(child);
      await browser.close();
      await removeFolder(folders.folder);
    },
  };
}

/**
 * Waits until the app has a page. Who connects while its window is being made may never get an answer, nor may anyone
 * after that: the page waits for a debugger that is not there.
 */
async function pageOf(address: string): Promise<void> {
  const list = `http://${new URL(address).host}/json/list`;
  for (const untilMs = performance.now() + patienceMs; ; await sleep(200)) {
    try {
      const targets = (await (await fetch(list)).json()) as { type: string; title: string }[];
      if (targets.some(({ type, title }) => type === 'page' && title !== '')) return;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    if (performance.now() > untilMs) throw new Error('The packaged app opened no window.');
  }
}

/** The address in Chromium's line `DevTools listening on ws://…`. */
function debuggerAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stderr === null) {
      reject(new Error('The app has no error stream.'));
      return;
    }
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on('exit', (code) => reject(new Error(`The packaged app ended with ${code}: ${lines.join('\n')}`)));
  });
}
