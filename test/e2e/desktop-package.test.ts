import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { root } from './app.ts';
import { desktopFolders, type Display, enginePids, findElectron, openDisplay } from './desktop-runtime.ts';
import { editorPage } from './editor-page.ts';

const runtime = findElectron();
const reason =
  process.platform !== 'linux' ? 'only the Linux folder is tested' : 'reason' in runtime ? runtime.reason : undefined;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(`the packaged app${why}`, () => {
  let output: string;
  let binary: string;
  let folders: ReturnType<typeof desktopFolders>;
  let display: Display | undefined;
  let child: ChildProcess;
  let browser: Browser;
  let window: Page;

  beforeAll(async () => {
    if ('reason' in runtime) return;
    buildApp();
    buildShell();
    output = mkdtempSync(join(tmpdir(), 'slipway-package-'));
    const version = readFileSync(join(runtime.dir, 'version'), 'utf8').trim().replace(/^v/, '');
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules', 'electron-builder', 'cli.js'),
        '--dir',
        '--publish=never',
        `-c.electronVersion=${version}`,
        `-c.electronDist=${runtime.dir}`,
        `-c.directories.output=${output}`,
      ],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, CSC_IDENTITY_AUTO_DISCOVERY: 'false' },
      },
    );
    binary = join(output, 'linux-unpacked', 'slipway-app');
    display = await openDisplay();
    if (display === undefined) throw new Error('There is no display and no Xvfb to make one.');
    folders = desktopFolders(display.name);
    // The fuses refuse Node's inspector, so the page is reached through Chromium's own debugging port.
    child = spawn(
      binary,
      ['--no-sandbox', '--disable-gpu', `--user-data-dir=${folders.profile}`, '--remote-debugging-port=0'],
      { cwd: folders.folder, env: folders.env, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    browser = await chromium.connectOverCDP(await debuggerAddress(child));
    const [context] = browser.contexts();
    window = context?.pages()[0] ?? (await context?.waitForEvent('page')) ?? missingPage();
  });
  afterAll(async () => {
    await browser?.close();
    if (child?.exitCode === null) {
      child.kill();
      await new Promise((resolve) => child.once('exit', resolve));
    }
    display?.close();
    if (folders !== undefined) rmSync(folders.folder, { recursive: true, force: true });
    if (output !== undefined) rmSync(output, { recursive: true, force: true });
  });

  it('opens with the sample graph and runs one, without a checkout or a Node of the machine', async () => {
    await window.locator('.react-flow__node[data-id="trailing"]').waitFor({ timeout: 60_000 });
    const editor = editorPage(window);
    await window.getByRole('link', { name: 'Home' }).click();
    await window.getByText('Penguins').first().click();
    await editor.node('register').waitFor();
    await editor.run();
    await editor.waitForNode('register', /(Fresh|Cached)/);
    expect(existsSync(join(folders.dataDir, 'slipway.db'))).toBe(true);
    const [pid] = enginePids(folders.dataDir);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]).toBe(
      join(output, 'linux-unpacked', 'resources', 'node', 'node'),
    );
  });

  it('cannot be used as a Node of its own', () => {
    const env = { ...folders.env, ELECTRON_RUN_AS_NODE: '1' };
    const asNode = spawnSync(binary, ['-e', 'console.log("ran as node")', '--no-sandbox'], {
      env: { ...env, XDG_CONFIG_HOME: join(folders.folder, 'other') },
      encoding: 'utf8',
      timeout: 3_000,
    });
    expect(asNode.stdout).not.toContain('ran as node');
    const inspected = spawnSync(binary, ['--inspect=0', '--no-sandbox', `--user-data-dir=${folders.profile}-2`], {
      env: { ...folders.env, NODE_OPTIONS: '--inspect=0', SLIPWAY_DATA_DIR: join(folders.folder, 'second') },
      encoding: 'utf8',
      timeout: 4_000,
    });
    expect(inspected.stderr).not.toContain('Debugger listening');
  });

  it('carries the libraries of this system only', () => {
    const modules = join(output, 'linux-unpacked', 'resources', 'app.asar.unpacked', 'node_modules');
    const files = execFileSync('find', [modules, '-name', '*.node', '-o', '-name', '*.dll', '-o', '-name', '*.dylib'], {
      encoding: 'utf8',
    });
    expect(files).toContain(`${process.platform}/${process.arch}`);
    expect(files).not.toMatch(/darwin|win32|\.dll|\.dylib/);
  });
});

function missingPage(): never {
  throw new Error('The packaged app opened no window.');
}

/** The address in Chromium's line `DevTools listening on ws://…`. */
function debuggerAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stderr === null) return reject(new Error('The app has no error stream.'));
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on('exit', (code) => reject(new Error(`The packaged app ended with ${code}: ${lines.join('\n')}`)));
  });
}
