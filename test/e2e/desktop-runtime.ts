import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { removeFolder } from '../support/remove-folder.ts';
import { patienceMs, root } from './app.ts';

/** A folder with an Electron runtime: named by the environment, installed, or given by the team's tool. */
export function findElectron(): { dir: string } | { reason: string } {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (named !== undefined && existsSync(join(named, 'electron'))) return { dir: named };
  const installed = join(root, 'node_modules', 'electron', 'dist');
  if (existsSync(join(installed, 'electron'))) return { dir: installed };
  const tool = join(root, '..', 'shared', 'tools', 'electron-runtime');
  if (!existsSync(tool)) return { reason: 'no Electron runtime is installed or given' };
  try {
    return { dir: execFileSync('bash', [tool], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim() };
  } catch (error) {
    return { reason: `the tool that gives the Electron runtime failed: ${String(error)}` };
  }
}

export interface Display {
  name: string;
  close(): void;
}

/** The display of this session, or a virtual one. Rejects when there is neither. */
export function openDisplay(): Promise<Display> {
  const present = process.env['DISPLAY'];
  if (present !== undefined && present !== '') return Promise.resolve({ name: present, close: () => undefined });
  return new Promise((resolve, reject) => {
    const none = () => reject(new Error('There is no display and no Xvfb to make one.'));
    const server: ChildProcess = spawn(
      'Xvfb',
      ['-displayfd', '1', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    server.on('error', none);
    server.on('exit', none);
    server.stdout?.once('data', (chunk: Buffer) =>
      resolve({ name: `:${chunk.toString().trim()}`, close: () => server.kill() }),
    );
  });
}

export interface Desktop {
  app: ElectronApplication;
  dataDir: string;
  close(): Promise<void>;
}

export interface DesktopOptions {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/** Folders of one started app, and the environment that points to them. */
export function desktopFolders(display: string): {
  folder: string;
  dataDir: string;
  profile: string;
  env: Record<string, string>;
} {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-desktop-'));
  const dataDir = join(folder, 'data');
  const env = {
    ...(process.env as Record<string, string>),
    DISPLAY: display,
    SLIPWAY_DATA_DIR: dataDir,
    XDG_CONFIG_HOME: join(folder, 'config'),
  };
  return { folder, dataDir, profile: join(folder, 'profile'), env };
}

/** Starts the built desktop shell as `npm start` does, with folders of its own. */
export async function startDesktop(runtime: string, display: string, options: DesktopOptions = {}): Promise<Desktop> {
  const { folder, dataDir, profile, env } = desktopFolders(display);
  const app = await _electron.launch({
    executablePath: join(runtime, 'electron'),
    args: ['--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, root, ...(options.args ?? [])],
    cwd: root,
    env: { ...env, SLIPWAY_ENGINE_NODE: process.execPath, ...options.env },
    timeout: 2 * patienceMs,
  });
  app.context().setDefaultTimeout(patienceMs);
  return {
    app,
    dataDir,
    async close() {
      try {
        await app.close();
      } finally {
        await removeFolder(folder);
      }
    },
  };
}

/** Drops files of this machine on the window. One that a person has given to the page has its path; a script's has none. */
export async function dropFiles(window: Page, files: readonly string[]): Promise<void> {
  await window.evaluate(() => {
    document.getElementById('given')?.remove();
    const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, id: 'given' });
    document.body.append(input);
  });
  await window.locator('#given').setInputFiles([...files]);
  await window.evaluate(() => {
    const dataTransfer = new DataTransfer();
    for (const file of document.querySelector<HTMLInputElement>('#given')?.files ?? []) dataTransfer.items.add(file);
    document.getElementById('given')?.remove();
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
}

/** Process ids of the engine that belongs to a data directory (Linux). */
export function enginePids(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return environment.includes(`SLIPWAY_DATA_DIR=${dataDir}`) && command.includes('ui');
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Address and token of the engine, as the app itself gets them. */
export function engineAddress(window: Page): Promise<{ url: string; token: string }> {
  return window.evaluate(() =>
    (
      globalThis as unknown as { slipwayShell: { engine(): Promise<{ url: string; token: string }> } }
    ).slipwayShell.engine(),
  );
}
