import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { createAlertRecords } from '../../main/store/alert-records.ts';
import { openDatabase } from '../../main/store/database.ts';
import { processesOf } from '../perf/process-tree-memory.ts';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';
import { servingProcessesOf } from '../support/serving-processes.ts';
import { screenshot } from './app.ts';
import {
  type Desktop,
  type Display,
  engineAddress,
  enginePids,
  findElectron,
  openDisplay,
  startDesktop,
} from './desktop-runtime.ts';
import { editorPage } from './editor-page.ts';

const runtime = findElectron();
const reason =
  process.platform !== 'linux' ? 'its processes are found in /proc' : 'reason' in runtime ? runtime.reason : undefined;
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

interface ShownNotice {
  title: string;
  body: string;
}

describe.skipIf(reason !== undefined)(`the desktop app while nobody looks at it${why}`, () => {
  let display: Display | undefined;
  let desktop: Desktop;
  let window: Page;
  let rpc: RpcConnection;

  beforeAll(async () => {
    if ('reason' in runtime) return;
    buildApp();
    buildShell();
    display = await openDisplay();
    desktop = await startDesktop(runtime.dir, display.name, { args: ['slipway://template/penguins'] });
    window = await desktop.app.firstWindow();
    const editor = editorPage(window);
    await editor.node('register').waitFor();
    await editor.run();
    await editor.waitForNode('register', /(Fresh|Cached)/);
    await editor.select('endpoint');
    await window.getByRole('button', { name: 'Start endpoint' }).last().click();
    const { url, token } = await engineAddress(window);
    rpc = await connectRpc(url, { token });
    await window.getByRole('button', { name: 'Stop endpoint' }).last().waitFor();
  });
  afterAll(async () => {
    rpc?.close();
    await desktop?.close();
    display?.close();
  });

  it('goes on with a run in whose middle the machine slept, and its endpoint answers', async () => {
    const editor = editorPage(window);
    await window.getByRole('link', { name: 'Home' }).click();
    await window.getByText('Handwritten digits').first().click();
    await editor.select('shift');
    await window.getByRole('region', { name: 'Results' }).getByRole('button', { name: 'Run to here' }).click();
    const latest = async () => (await rpc.client.run.list({ limit: 1 }))[0];
    await expect.poll(async () => (await latest())?.graphName).toBe('Handwritten digits');
    await window.locator('.react-flow__node[aria-label*="Running"]').first().waitFor();
    // As a sleep does it to all of them: each stands still, and its clocks have gone on when it wakes.
    const pid = desktop.app.process().pid ?? 0;
    await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('suspend'));
    const processes = processesOf(pid);
    for (const each of processes) process.kill(each, 'SIGSTOP');
    await sleep(6_000);
    for (const each of processes.toReversed()) process.kill(each, 'SIGCONT');
    await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('resume'));
    await expect.poll(async () => (await latest())?.status, { timeout: 120_000 }).toBe('succeeded');
    await editor.waitForNode('shift', /(Fresh|Cached)/);
    const [endpoint] = await rpc.client.endpoint.list();
    expect(endpoint).toMatchObject({ state: 'live' });
    const ready = await fetch(new URL('/v2/health/ready', endpoint?.http ?? ''));
    expect(ready.status).toBe(200);
  });

  it('tells of runs that end, of alerts and of endpoints that fail, and leads to each', async () => {
    // A display without a service for notifications: what would be shown is noted.
    await window.getByRole('link', { name: 'Home' }).click();
    await window.getByText('Penguins').first().click();
    await editorPage(window).waitForNode('register', /(Fresh|Cached)/);
    await desktop.app.evaluate(({ BrowserWindow, Notification }) => {
      const shown: Electron.Notification[] = [];
      Object.assign(globalThis, { shownNotices: shown });
      Notification.isSupported = () => true;
      Notification.prototype.show = function () {
        shown.push(this);
      };
      BrowserWindow.getAllWindows()[0]?.hide();
    });
    const shown = () =>
      desktop.app.evaluate(() =>
        (globalThis as unknown as { shownNotices: ShownNotice[] }).shownNotices.map(({ title, body }) => ({
          title,
          body,
        })),
      );
    const click = (which: number) =>
      desktop.app.evaluate(
        (_electron, index) =>
          (globalThis as unknown as { shownNotices: { emit(event: string): void }[] }).shownNotices[index]?.emit(
            'click',
          ),
        which,
      );
    const isVisible = () =>
      desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() ?? false);

    await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send('shell:menu-command', 'run.start'),
    );
    await expect.poll(shown).toEqual([{ title: 'Run of Penguins has finished', body: expect.any(String) as string }]);
    await click(0);
    await expect.poll(isVisible).toBe(true);
    const [run] = await rpc.client.run.list({ limit: 1 });
    await expect.poll(() => window.evaluate(() => location.hash)).toBe(`#/runs/${run?.runId}`);
    await window.locator('.screen-list').waitFor();
    await screenshot(window, 'desktop-notice-run');

    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    const database = openDatabase(desktop.dataDir);
    createAlertRecords(database).open({
      graphId: 'penguins',
      nodeId: 'drift',
      severity: 'warning',
      kind: 'drift',
      title: 'Inputs of penguins drift',
      explanation: { sentences: ['2 of 5 inputs differ.'], columns: [], performance: null, examples: [] },
    });
    database.close();
    const words = async () => (await shown()).map(({ title, body }) => `${title}\n${body}`).join('\n');
    await expect.poll(words).toContain('Inputs of penguins drift');

    // A serving process that ends again and again is left alone.
    const [engine] = enginePids(desktop.dataDir);
    const ended = new Set<number>();
    await expect
      .poll(
        async () => {
          const serving = servingProcessesOf(engine ?? 0).find((each) => !ended.has(each));
          const [endpoint] = await rpc.client.endpoint.list();
          if (endpoint?.state === 'live' && serving !== undefined) {
            ended.add(serving);
            process.kill(serving, 'SIGKILL');
          }
          return endpoint?.state;
        },
        { interval: 200 },
      )
      .toBe('failed');
    await expect.poll(words).toMatch(/Endpoint penguin\S* has failed/);
    expect((await shown()).length).toBeLessThanOrEqual(3);
    await click((await shown()).length - 1);
    await expect.poll(isVisible).toBe(true);
    await expect.poll(() => window.evaluate(() => location.hash)).toMatch(/^#\/endpoints\/./);
    await window.getByText('ended again and again').first().waitFor();
    await screenshot(window, 'desktop-notice-endpoint');
  });

  it('tells nothing where the person wants no notifications', async () => {
    const notify = (key: string) =>
      window.evaluate(
        (each) =>
          (
            globalThis as unknown as { slipwayShell: { desktop: { notify(notice: object): Promise<boolean> } } }
          ).slipwayShell.desktop.notify({ key: each, title: each, body: '', page: { screen: 'runs', id: '' } }),
        key,
      );
    await desktop.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getFocusedWindow = () => null;
    });
    await window.evaluate(() => {
      location.hash = '#/settings';
    });
    const wanted = window.getByRole('switch', { name: 'Tell me while I am elsewhere' });
    await wanted.waitFor();
    await wanted.scrollIntoViewIfNeeded();
    await screenshot(window, 'desktop-settings-notices');
    expect(await notify('wanted')).toBe(true);
    await wanted.click();
    await expect.poll(() => wanted.getAttribute('aria-checked')).toBe('false');
    expect(await notify('not wanted')).toBe(false);
    await wanted.click();
    await expect.poll(() => wanted.getAttribute('aria-checked')).toBe('true');
    // Somebody who looks at the app sees it there.
    await desktop.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getFocusedWindow = () => BrowserWindow.getAllWindows()[0] ?? null;
    });
    expect(await notify('seen in the app')).toBe(false);
  });

  it('goes out of sight when its last window is closed while an endpoint is live, once the person says so', async () => {
    await desktop.app.evaluate(({ dialog, Tray }) => {
      const seen: { inTray?: boolean; asked?: string } = {};
      Object.assign(globalThis, { seen });
      const { setContextMenu } = Tray.prototype;
      Tray.prototype.setContextMenu = function (menu) {
        seen.inTray = true;
        setContextMenu.call(this, menu);
      };
      dialog.showMessageBox = ((options: { message: string }) => {
        seen.asked = options.message;
        return Promise.resolve({ response: 0, checkboxChecked: false });
      }) as unknown as typeof dialog.showMessageBox;
    });
    const seen = () =>
      desktop.app.evaluate(() => (globalThis as unknown as { seen: { inTray?: boolean; asked?: string } }).seen);
    const { document } = await rpc.client.graph.openTemplate({ id: 'penguins' });
    await rpc.client.endpoint.start({ document, nodeId: 'endpoint' });
    await expect.poll(async () => (await seen()).inTray).toBe(true);
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(async () => (await seen()).asked).toBe('An endpoint is live');
    const windows = () =>
      desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((each) => each.isVisible()));
    await expect.poll(windows).toEqual([false]);
    await desktop.app.evaluate(({ app }) => void app.emit('activate'));
    await expect.poll(windows).toEqual([true]);
  });
});
