import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import type { ShellContract } from '../../shared/rpc/shell-contract.ts';
import { patienceMs, root, screenshot } from './app.ts';
import {
  type Desktop,
  type Display,
  dropFiles,
  enginePids,
  findElectron,
  openDisplay,
  startDesktop,
} from './desktop-runtime.ts';
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

  it('shows the endpoints that are live in the tray', async () => {
    // Electron lists no trays: what the shell puts into one is noted on its way, also of an earlier try of this test.
    await desktop.app.evaluate(({ Tray }) => {
      if ('shownInTray' in globalThis) return;
      const shown: { labels: string[] }[] = [];
      Object.assign(globalThis, { shownInTray: shown });
      const { setContextMenu } = Tray.prototype;
      Tray.prototype.setContextMenu = function (menu) {
        shown.push({ labels: (menu?.items ?? []).map(({ label }) => label) });
        setContextMenu.call(this, menu);
      };
    });
    const inTray = () =>
      desktop.app.evaluate(() => (globalThis as unknown as { shownInTray: { labels: string[] }[] }).shownInTray.at(-1));
    const editor = editorPage(window);
    await editor.select('endpoint');
    const start = window.getByRole('button', { name: 'Start endpoint' }).last();
    const stop = window.getByRole('button', { name: 'Stop endpoint' }).last();
    await start.or(stop).first().waitFor();
    if (!(await stop.isVisible())) await start.click();
    await expect
      .poll(async () => (await inTray())?.labels[0] ?? '', { timeout: 60_000 })
      .toMatch(/^penguin\S* {2}http:/);
    expect((await inTray())?.labels).toEqual(expect.arrayContaining(['Open Slipway', 'Quit']));
    const speak = (language: 'en' | 'de') =>
      window.evaluate(
        (wanted) =>
          (globalThis as unknown as { slipwayShell: ShellContract }).slipwayShell.desktop?.setLanguage(wanted),
        language,
      );
    try {
      await speak('de');
      expect((await inTray())?.labels).toEqual(expect.arrayContaining(['Slipway öffnen', 'Beenden']));
    } finally {
      await speak('en');
    }
    expect((await inTray())?.labels).toEqual(expect.arrayContaining(['Open Slipway', 'Quit']));
  });

  it('has connections that are new after the machine slept, and goes on with its run', async () => {
    const editor = editorPage(window);
    await Promise.all([
      window.waitForEvent('websocket'),
      desktop.app.evaluate(({ powerMonitor }) => {
        powerMonitor.emit('suspend');
        powerMonitor.emit('resume');
      }),
    ]);
    await editor.run();
    await window.getByText('Everything is up to date').waitFor({ timeout: 60_000 });
  });

  it('turns dropped data and models into nodes, opens dropped graphs, and lists them under recent files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-drop-'));
    try {
      const graph = join(folder, 'dropped.slipway.json');
      const template = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
      writeFileSync(graph, JSON.stringify({ ...JSON.parse(template), name: 'Dropped graph' }));
      const csv = join(folder, 'rows.csv');
      writeFileSync(csv, 'a,b\n1,2\n');
      const onnx = join(folder, 'model.onnx');
      writeFileSync(onnx, 'not read before it is run');
      const parquet = join(folder, 'rows.parquet');
      const database = await (await DuckDBInstance.create()).connect();
      await database.run(`COPY (SELECT range AS a, 'x' AS b FROM range(7)) TO '${parquet}' (FORMAT parquet)`);
      database.closeSync();
      const nodes = window.locator('.react-flow__node');
      const before = await nodes.count();
      await dropFiles(window, [csv, onnx, parquet]);
      await expect.poll(() => nodes.count()).toBe(before + 3);
      await window.getByText('rows.csv').first().waitFor();
      await nodes.filter({ hasText: 'rows.parquet' }).waitFor();
      await window.getByRole('region', { name: 'Results' }).getByRole('button', { name: 'Run to here' }).click();
      await nodes.filter({ hasText: '7 rows' }).getByText('2 columns').waitFor();
      await screenshot(window, 'desktop-dropped-parquet');
      await dropFiles(window, [graph]);
      await window.getByText('Dropped graph').first().waitFor();
      const recent = () =>
        desktop.app.evaluate(({ Menu }) => {
          const file = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'File')?.submenu;
          return (
            file?.items.find(({ label }) => label === 'Open recent')?.submenu?.items.map(({ label }) => label) ?? []
          );
        });
      await expect.poll(recent).toContain('dropped.slipway.json');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('does what its native menu says', async () => {
    await desktop.app.evaluate(({ Menu }) => {
      const help = Menu.getApplicationMenu()?.items.find(({ label }) => label === 'Help')?.submenu;
      help?.items.find(({ label }) => label === 'Keyboard shortcuts')?.click();
    });
    await window.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await window.keyboard.press('Escape');
    await window.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' });
  });

  it('speaks the language of the app in its menu, and keeps it', async () => {
    const menu = () =>
      desktop.app.evaluate(({ Menu }) =>
        (Menu.getApplicationMenu()?.items ?? []).flatMap(({ label, submenu }) => [
          label,
          ...(submenu?.items ?? []).map((item) => item.label),
        ]),
      );
    const kept = async (): Promise<unknown> =>
      JSON.parse(readFileSync(join(desktop.dataDir, '..', 'profile', 'shell.json'), 'utf8')).language;
    await window.evaluate(() => {
      location.hash = '#/settings';
    });
    try {
      await window.getByRole('radio', { name: 'Deutsch' }).click();
      await expect.poll(menu).toEqual(expect.arrayContaining(['Datei', 'Speichern unter…', 'Ausschneiden', 'Beenden']));
      expect(await menu()).not.toContain('File');
      expect(await kept()).toBe('de');
    } finally {
      await window.getByRole('radio', { name: 'English' }).click();
    }
    await expect.poll(menu).toEqual(expect.arrayContaining(['File', 'Save as…', 'Cut', 'Quit']));
    expect(await kept()).toBe('en');
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
