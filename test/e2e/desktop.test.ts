import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { patienceMs, root, screenshot } from './app.ts';
import { type Desktop, type Display, enginePids, findElectron, openDisplay, startDesktop } from './desktop-runtime.ts';
import { editorPage } from './editor-page.ts';

const runtime = findElectron();
const why = 'reason' in runtime ? ` (skipped: ${runtime.reason})` : '';

describe.skipIf('reason' in runtime)(`the desktop app in the real runtime${why}`, () => {
  let display: Display | undefined;
  let desktop: Desktop;
  let window: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    if ('reason' in runtime) return;
    buildApp();
    buildShell();
    display = await openDisplay();
    if (display === undefined) throw new Error('There is no display and no Xvfb to make one.');
    desktop = await startDesktop(runtime.dir, display.name);
    window = await desktop.app.firstWindow();
    window.on('pageerror', (error) => errors.push(String(error)));
    window.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });
  afterAll(async () => {
    await desktop?.close();
    display?.close();
  });

  it('opens with the sample graph, sandboxed and isolated', async () => {
    await window.locator('.react-flow__node[data-id="trailing"]').waitFor();
    await screenshot(window, 'desktop-start');
    const seen = await window.evaluate(() => ({
      node: typeof (globalThis as { process?: unknown }).process,
      require: typeof (globalThis as { require?: unknown }).require,
      shell: Object.keys((globalThis as { slipwayShell?: object }).slipwayShell ?? {}),
      origin: location.origin,
    }));
    expect(seen).toMatchObject({ node: 'undefined', require: 'undefined', origin: 'https://app.slipway.localhost' });
    expect(seen.shell).toContain('engine');
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { contextIsolation, sandbox, nodeIntegration, webviewTag } = contents.getLastWebPreferences();
      return { contextIsolation, sandbox, nodeIntegration, webviewTag };
    });
    expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false });
  });

  it('runs a graph and shows its result', async () => {
    const editor = editorPage(window);
    await window.getByRole('link', { name: 'Home' }).click();
    await window.getByText('Penguins').first().click();
    await editor.node('register').waitFor();
    await editor.run();
    await editor.waitForNode('register', /(Fresh|Cached)/);
    await editor.select('evaluate');
    await window.getByText('accuracy').first().waitFor();
    await screenshot(window, 'desktop-evaluation');
    expect(existsSync(join(desktop.dataDir, 'slipway.db'))).toBe(true);
    expect(errors).toEqual([]);
  });

  it('comes back after its engine was killed, with the work still open', async () => {
    const [pid] = enginePids(desktop.dataDir);
    if (pid === undefined) throw new Error('The engine process was not found.');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => enginePids(desktop.dataDir).some((other) => other !== pid)).toBe(true);
    const editor = editorPage(window);
    await expect.poll(() => editor.node('register').count()).toBe(1);
    await editor.run();
    await window.getByText('Everything is up to date').waitFor();
  });

  it('keeps to one instance', () => {
    if ('reason' in runtime || display === undefined) return;
    const profile = join(desktop.dataDir, '..', 'profile');
    // The second process hands its arguments over and ends at once.
    execFileSync(join(runtime.dir, 'electron'), ['--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, root], {
      env: { ...process.env, DISPLAY: display.name },
      timeout: patienceMs,
      stdio: 'ignore',
    });
  });

  // Last: the app is gone afterwards.
  it('takes its engine with it when it is killed', async () => {
    expect(enginePids(desktop.dataDir)).not.toEqual([]);
    desktop.app.process().kill('SIGKILL');
    await expect.poll(() => enginePids(desktop.dataDir)).toEqual([]);
  });
});
