import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { endProcess, patienceMs, root, screenshot, startSlipway } from './app.ts';
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
import { removeFolder } from '../support/remove-folder.ts';

const runtime = findElectron();
const why = 'reason' in runtime ? ` (skipped: ${runtime.reason})` : '';

describe.skipIf('reason' in runtime)(`what the desktop adds, in the real runtime${why}`, () => {
  let display: Display | undefined;
  let desktop: Desktop;
  let window: Page;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-shell-'));
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    if ('reason' in runtime) return;
    buildApp();
    buildShell();
    display = await openDisplay();
    desktop = await startDesktop(runtime.dir, display.name, { args: ['slipway://template/penguins'] });
    window = await desktop.app.firstWindow();
  });
  afterAll(async () => {
    await desktop?.close();
    display?.close();
    for (const child of children) await endProcess(child);
    await removeFolder(folder);
  });

  /** What a second process of the app does: it hands its arguments over and ends. */
  function openAgain(argument: string): void {
    if ('reason' in runtime || display === undefined) return;
    const profile = join(desktop.dataDir, '..', 'profile');
    const args = ['--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, root, argument];
    execFileSync(join(runtime.dir, 'electron'), args, {
      env: { ...process.env, DISPLAY: display.name },
      timeout: patienceMs,
      stdio: 'ignore',
    });
  }

  async function openSettings(page: Page): Promise<void> {
    await page.evaluate(() => {
      location.hash = '#/settings';
    });
    await page.getByRole('heading', { name: 'Secrets' }).waitFor();
  }

  it('follows the link it was started with', async () => {
    await editorPage(window).node('register').waitFor();
  });

  it('follows a link that comes later, and ignores one it does not know', async () => {
    openAgain('slipway://open?path=/etc/passwd');
    openAgain('slipway://template/digits');
    await window.getByText('Handwritten digits').first().waitFor();
    expect(await window.getByText('passwd').count()).toBe(0);
  });

  it('keeps secrets out of files without a keychain, and gives them to the engine', async () => {
    await openSettings(window);
    await window.getByLabel('Name, such as PG_PASSWORD').fill('shell_test');
    await window.getByLabel('Value').fill('open sesame');
    await window.getByRole('button', { name: 'Keep secret' }).click();
    await window.getByText('SHELL_TEST', { exact: true }).waitFor();
    await screenshot(window, 'desktop-settings');
    const [before] = enginePids(desktop.dataDir);
    await window.getByRole('status').getByRole('button', { name: 'Restart engine' }).click();
    await expect
      .poll(() => {
        const pid = enginePids(desktop.dataDir).find((other) => other !== before);
        return pid === undefined ? '' : readFileSync(`/proc/${pid}/environ`, 'utf8');
      })
      .toContain('SLIPWAY_SECRET_SHELL_TEST=open sesame');
    expect(existsSync(join(desktop.dataDir, '..', 'profile', 'secrets.json'))).toBe(false);
  });

  it('keeps crash reports in its logs folder, says how many there are, and shows them', async () => {
    const { logs, crashes } = await desktop.app.evaluate(({ app, shell }) => {
      // A display without a file manager: what would be shown is noted.
      shell.openPath = (path) => {
        Object.assign(globalThis, { openedPath: path });
        return Promise.resolve('');
      };
      return { logs: app.getPath('logs'), crashes: app.getPath('crashDumps') };
    });
    expect(crashes).toBe(join(logs, 'crashes'));
    rmSync(crashes, { recursive: true, force: true });
    await window.getByRole('link', { name: 'Home' }).click();
    await openSettings(window);
    await window.getByText('Nothing has crashed.').waitFor();
    mkdirSync(join(crashes, 'pending'), { recursive: true });
    writeFileSync(join(crashes, 'pending', 'one.dmp'), 'MDMP');
    await window.getByRole('link', { name: 'Home' }).click();
    await openSettings(window);
    await window.getByText('1 crash report, the last one').waitFor();
    await window.getByRole('heading', { name: 'Logs and crash reports' }).scrollIntoViewIfNeeded();
    await screenshot(window, 'desktop-settings-logs');
    await window.getByRole('button', { name: 'Show folder' }).click();
    await expect
      .poll(() => desktop.app.evaluate(() => (globalThis as unknown as { openedPath?: string }).openedPath))
      .toBe(logs);
  });

  it('opens several windows on one engine', async () => {
    const [other] = await Promise.all([
      desktop.app.waitForEvent('window'),
      window.getByRole('button', { name: 'New window' }).click(),
    ]);
    await other.locator('.react-flow__node').first().waitFor();
    // The one before its restart takes its time to end.
    await expect.poll(() => enginePids(desktop.dataDir)).toHaveLength(1);
    await other.close();
  });

  it('refuses requests that are not what the app sends', async () => {
    const refusals = await window.evaluate(async () => {
      const { desktop: shell } = (
        globalThis as unknown as { slipwayShell: { desktop: Record<string, (...args: unknown[]) => Promise<unknown>> } }
      ).slipwayShell;
      const tried = [
        () => shell['setSecret']?.('lower case', 'x'),
        () => shell['setSecret']?.('NAME', ''),
        () => shell['setNetwork']?.({ proxy: 1, certificates: '' }),
        () => shell['notify']?.({ key: '', title: 'x'.repeat(1000), body: '', page: { screen: 'runs', id: '' } }),
        () => shell['notify']?.({ key: '', title: '', body: '', page: { screen: 'settings', id: '' } }),
        () => shell['showEndpoints']?.('no list'),
        () => shell['setLanguage']?.('constructor'),
      ];
      const outcomes = await Promise.all(
        tried.map((call) =>
          Promise.resolve(call()).then(
            () => 'accepted',
            () => 'refused',
          ),
        ),
      );
      return outcomes;
    });
    expect(refusals).toEqual(Array(7).fill('refused'));
  });

  it('says at its field what is wrong with the network settings, and keeps nothing of it', async () => {
    await window.getByRole('link', { name: 'Settings' }).click();
    const form = window.getByRole('region', { name: 'Network' });
    await form.getByLabel('Proxy').fill('javascript:alert(1)');
    await form.getByLabel('Extra certificates').fill('/nowhere.pem');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('The proxy has to be an address such as').waitFor();
    await form.getByText('There is no such file.').waitFor();
    await screenshot(window, 'network-settings');
    const kept = await window.evaluate(() =>
      (
        globalThis as unknown as { slipwayShell: { desktop: { network(): Promise<unknown> } } }
      ).slipwayShell.desktop.network(),
    );
    expect(kept).toEqual({ proxy: '', certificates: '' });
  });

  it('moves over to an engine of another machine and back', async () => {
    const tokenFile = join(folder, 'token');
    const dataDir = join(folder, 'remote');
    const remote = await startSlipway(
      ['ui', '--port', '0', '--token-file', tokenFile, '--data-dir', dataDir],
      'ui.ready',
    );
    children.push(remote.child);
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(String(remote.event['url'])).toContain(`#token=${readFileSync(tokenFile, 'utf8').trim()}`);

    await openSettings(window);
    await window.getByLabel('Address').fill('http://127.0.0.1:1');
    await window.getByLabel('Token').fill('anything');
    await window.getByRole('button', { name: 'Connect', exact: true }).click();
    await window.getByText('cannot be reached').waitFor();

    await window.getByLabel('Address').fill(String(remote.event['url']));
    const [moved] = await Promise.all([
      desktop.app.waitForEvent('window'),
      window.getByRole('button', { name: 'Connect', exact: true }).click(),
    ]);
    await moved.locator('.react-flow__node').first().waitFor();
    await expect.poll(() => enginePids(desktop.dataDir)).toEqual([]);
    await openSettings(moved);
    await moved.getByText('Connected to http://127.0.0.1').waitFor();
    await moved.getByText(dataDir).waitFor();
    await screenshot(moved, 'desktop-remote-engine');

    // Files of this machine: data has no path there, graphs are read here.
    await moved.getByRole('link', { name: 'Graph' }).click();
    const csv = join(folder, 'rows.csv');
    writeFileSync(csv, 'a,b\n1,2\n');
    const template = JSON.parse(
      readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8'),
    ) as object;
    const graphs = ['Dropped', 'Opened'].map((name) => {
      const path = join(folder, `${name.toLowerCase()}.slipway.json`);
      writeFileSync(path, JSON.stringify({ ...template, name: `${name} graph` }));
      return path;
    });
    await dropFiles(moved, [csv, graphs[0] ?? '']);
    await moved.getByText('The engine cannot read rows.csv from here.').waitFor();
    await moved.getByText('Dropped graph').first().waitFor();
    await screenshot(moved, 'desktop-remote-drop');
    openAgain(graphs[1] ?? '');
    await moved.getByText('Opened graph').first().waitFor();
    const kept = readFileSync(join(desktop.dataDir, '..', 'profile', 'shell.json'), 'utf8');
    for (const graph of graphs) expect(kept).not.toContain(graph);
    expect(readFileSync(join(desktop.dataDir, '..', 'profile', 'shell.json'), 'utf8')).not.toContain(
      readFileSync(tokenFile, 'utf8').trim(),
    );

    await openSettings(moved);
    const [back] = await Promise.all([
      desktop.app.waitForEvent('window'),
      moved.getByRole('button', { name: 'Back to this machine' }).click(),
    ]);
    await back.locator('.react-flow__node').first().waitFor();
    // The one before takes its time to end.
    await expect.poll(() => enginePids(desktop.dataDir).length).toBe(1);
  });
});
