import { copyFileSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listCrashReports } from '../../main/electron/crash-reports.ts';
import { buildApp, buildShell } from '../../main/launch/build.mjs';
import { removeFolder } from '../support/remove-folder.ts';
import { connectRpc } from '../support/rpc-client.ts';
import { root, screenshot } from './app.ts';
import {
  type Desktop,
  type Display,
  engineAddress,
  findElectron,
  openDisplay,
  startDesktop,
} from './desktop-runtime.ts';
import { editorPage } from './editor-page.ts';
import { hostileTexts, writeHostileGraph } from './hostile-graph.ts';

const runtime = findElectron();
const why = 'reason' in runtime ? ` (skipped: ${runtime.reason})` : '';

describe.skipIf('reason' in runtime)(`the desktop app under attack in the real runtime${why}`, () => {
  let display: Display | undefined;
  let desktop: Desktop;
  let window: Page;
  let folder: string;

  beforeAll(async () => {
    if ('reason' in runtime) return;
    buildApp();
    buildShell();
    display = await openDisplay();
    folder = mkdtempSync(join(tmpdir(), 'slipway-hostile-'));
    desktop = await startDesktop(runtime.dir, display.name, { args: [writeHostileGraph(join(folder, 'downloads'))] });
    window = await desktop.app.firstWindow();
  });
  afterAll(async () => {
    await desktop?.close();
    display?.close();
    if (folder !== undefined) await removeFolder(folder);
  });

  it('shows markup in titles, column names and cells as text', async () => {
    const editor = editorPage(window);
    await editor.node('query').waitFor();
    await expect.poll(() => editor.node('source').textContent()).toContain('<img');
    await editor.run();
    await editor.waitForNode('query', /(Fresh|Cached)/);
    await editor.select('query');
    const results = window.getByRole('region', { name: 'Results' });
    await expect.poll(() => results.textContent()).toContain('free model');
    expect(await results.textContent()).toContain(hostileTexts.image);
    const made = await window.evaluate(() => ({
      pwned: 'pwned' in globalThis,
      images: document.querySelectorAll('img[src="x"]').length,
      links: document.querySelectorAll('a[href^="javascript:"]').length,
      scripts: [...document.scripts].filter((script) => script.src === '').length,
      title: document.title,
    }));
    expect(made).toMatchObject({ pwned: false, images: 0, links: 0, scripts: 0 });
    expect(made.title).toContain('<img');
  });

  it('runs no script but its own files', async () => {
    const policy = await desktop.app.evaluate(async ({ session }, address) => {
      const answer = await session.defaultSession.fetch(address);
      return answer.headers.get('content-security-policy') ?? '';
    }, window.url());
    expect(policy.split('; ')).toContain("script-src 'self'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-eval|wasm-unsafe-eval|script-src[^;]*unsafe-inline|\*\.|https?:/);
    const ran = await window.evaluate(async () => {
      const attempt = (run: () => unknown): string => {
        try {
          return String(run());
        } catch (error) {
          return (error as Error).name;
        }
      };
      const inline = document.createElement('script');
      inline.textContent = 'globalThis.pwned = 1';
      const foreign = document.createElement('script');
      foreign.src = 'data:text/javascript,globalThis.pwned=1';
      const frame = document.createElement('iframe');
      frame.srcdoc = '<script>parent.pwned = 1</script>';
      const holder = document.createElement('div');
      holder.innerHTML = '<img src="x" onerror="globalThis.pwned=1"><a href="javascript:globalThis.pwned=1">x</a>';
      document.body.append(inline, foreign, frame, holder);
      holder.querySelector('a')?.click();
      // The debugger that carries this function may evaluate; a timer's callback is the page's own.
      await new Promise((resolve) => setTimeout(resolve, 300));
      // oxlint-disable-next-line eslint/no-eval -- the attack
      const evaluated = attempt(() => (0, eval)('1'));
      // oxlint-disable-next-line typescript/no-implied-eval -- the attack
      const compiled = attempt(() => new Function('return 1')());
      const reached = attempt(() =>
        (
          globalThis as unknown as { slipwayShell: { engine: { constructor: (code: string) => () => unknown } } }
        ).slipwayShell.engine.constructor('return process')(),
      );
      const pwned = 'pwned' in globalThis;
      for (const element of [inline, foreign, frame, holder]) element.remove();
      return { pwned, evaluated, compiled, reached };
    });
    expect(ran).toEqual({ pwned: false, evaluated: 'EvalError', compiled: 'EvalError', reached: 'EvalError' });
  });

  it('gives the page named calls and nothing of Node or Electron', async () => {
    const seen = await window.evaluate(() => {
      const shell = (globalThis as unknown as { slipwayShell: Record<string, unknown> }).slipwayShell;
      const names = ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron', '__dirname'];
      return {
        shell: Object.keys(shell).sort(),
        desktop: Object.keys(shell['desktop'] as object).sort(),
        leaked: names.filter((name) => name in globalThis),
      };
    });
    expect(seen).toEqual({
      desktop: [
        'checkForUpdate',
        'connectEngine',
        'downloadUpdate',
        'engineChoice',
        'findEngines',
        'findVersion',
        'installUpdate',
        'logs',
        'network',
        'newWindow',
        'notices',
        'notify',
        'onDeepLink',
        'onOpenFile',
        'onShowPage',
        'pathOfFile',
        'removeSecret',
        'restartEngine',
        'secrets',
        'setLanguage',
        'setNetwork',
        'setNotices',
        'setSecret',
        'setUpdates',
        'showEndpoints',
        'showLogs',
        'updates',
        'useLocalEngine',
      ],
      shell: [
        'capabilities',
        'chooseFolderDialog',
        'desktop',
        'engine',
        'initialGraph',
        'onEngineState',
        'onMenuCommand',
        'onOpenPath',
        'openGraphDialog',
        'rememberGraph',
        'saveGraphDialog',
      ],
      leaked: [],
    });
  });

  it('denies permissions, and lets text be copied', async () => {
    const answers = await window.evaluate(async () => {
      const ask = async (name: string): Promise<string> =>
        (await navigator.permissions.query({ name: name as PermissionName })).state;
      const refused = (promise: Promise<unknown>): Promise<string> =>
        promise.then(
          () => 'granted',
          () => 'refused',
        );
      return {
        geolocation: await ask('geolocation'),
        notifications: await ask('notifications'),
        camera: await refused(navigator.mediaDevices.getUserMedia({ video: true })),
        screen: await refused(navigator.mediaDevices.getDisplayMedia({ video: true })),
        reading: await refused(navigator.clipboard.readText()),
        notification: await Notification.requestPermission(),
      };
    });
    expect(answers).toEqual({
      geolocation: 'denied',
      notifications: 'denied',
      camera: 'refused',
      screen: 'refused',
      reading: 'refused',
      notification: 'denied',
    });
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focus());
    await window.evaluate(() => navigator.clipboard.writeText('copied'));
    expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('copied');
  });

  it('serves nothing from outside its folder', async () => {
    const paths = [
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/..%5c..%5cpackage.json',
      '/%00',
      '/%',
      '//etc/passwd',
    ];
    const answers = await desktop.app.evaluate(
      ({ session }, asked) =>
        Promise.all(
          asked.map((path) =>
            session.defaultSession.fetch(`https://app.slipway.localhost${path}`).then(
              (answer) => answer.status,
              () => 0,
            ),
          ),
        ),
      ['/index.html', ...paths],
    );
    expect(answers[0]).toBe(200);
    expect(answers.slice(1).filter((status) => status === 200)).toEqual([]);
  });

  it('refuses calls from other pages, even with its own preload script', async () => {
    const preload = join(root, 'dist', 'electron', 'preload.cjs');
    const answers = await desktop.app.evaluate(async ({ BrowserWindow }, script) => {
      const foreign = new BrowserWindow({ show: false, webPreferences: { preload: script, sandbox: true } });
      await foreign.loadURL('data:text/html,<title>foreign</title>');
      const results = (await foreign.webContents.executeJavaScript(`Promise.all(
        ['engine', 'initialGraph', 'openGraphDialog', 'rememberGraph'].map((name) =>
          slipwayShell[name]('/etc/passwd').then(() => 'answered', (error) => String(error))))`)) as string[];
      foreign.destroy();
      return results;
    }, preload);
    expect(answers).toHaveLength(4);
    for (const answer of answers) expect(answer).toContain('Refused');
  });

  it('refuses graph files made to hurt, and says why', async () => {
    const { url, token } = await engineAddress(window);
    const rpc = await connectRpc(url, { token });
    try {
      const place = join(folder, 'hurt');
      mkdirSync(place);
      const write = (name: string, text: string): string => {
        writeFileSync(join(place, name), text);
        return join(place, name);
      };
      const huge = write('huge.slipway.json', '{');
      truncateSync(huge, 200 * 1024 * 1024);
      await expect(rpc.client.graph.open({ path: huge })).rejects.toThrow('larger than 32 MiB');
      const deep = write('deep.slipway.json', `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`);
      await expect(rpc.client.graph.open({ path: deep })).rejects.toThrow(/nested deeper|not valid JSON/);
      await expect(rpc.client.graph.open({ path: '/dev/zero' })).rejects.toThrow('is no file');
      await expect(rpc.client.graph.open({ path: place })).rejects.toThrow('is a folder');
      const escaping = write(
        'escape.slipway.json',
        JSON.stringify({
          format: 'slipway/graph',
          formatVersion: 1,
          id: '../../escape',
          name: 'x',
          nodes: {
            '../../n': { kind: 'data.file', version: 1, params: { path: 'pkg:vega-datasets/../../package.json' } },
          },
          edges: [{ from: '__proto__.table', to: 'constructor.input' }],
        }),
      );
      const opened = await rpc.client.graph.open({ path: escaping }).catch((error: unknown) => String(error));
      if (typeof opened !== 'string') {
        expect(opened.writable).toBe(false);
        expect(opened.diagnostics.length).toBeGreaterThan(0);
      }
      for (const id of ['../../package', '..%2f..%2fpackage', '/etc/passwd', 'penguins/../../../package']) {
        await expect(rpc.client.graph.openTemplate({ id })).rejects.toThrow('There is no template');
      }
      for (const digest of ['../../slipway.db', '..', '/etc', `${'a'.repeat(62)}/..`]) {
        await expect(rpc.client.artifact.get({ digest })).rejects.toThrow();
        await expect(rpc.client.artifact.json({ digest, file: '../manifest.json' })).rejects.toThrow();
      }
      expect(await rpc.client.engine.info()).toHaveProperty('version');
    } finally {
      rpc.close();
    }
  });

  it('asks before a graph from elsewhere does more than compute, and says what it would do', async () => {
    const path = join(folder, 'downloads', 'penguins.slipway.json');
    copyFileSync(join(root, 'resources', 'templates', 'penguins.slipway.json'), path);
    await desktop.app.evaluate(
      ({ BrowserWindow }, file) => BrowserWindow.getAllWindows()[0]?.webContents.send('shell:open-path', file),
      path,
    );
    const editor = editorPage(window);
    await editor.node('register').waitFor();
    const bar = window.getByRole('region', { name: 'Trust in this graph' });
    await bar.getByText('2 steps').waitFor();
    await bar.getByRole('button', { name: 'What it would do' }).click();
    await bar.getByText('opens a port that answers requests').waitFor();
    await screenshot(window, 'desktop-trust');
    await editor.run();
    await window.getByText('is not trusted to run').waitFor();
    await bar.getByRole('button', { name: 'Trust this graph' }).click();
    await bar.waitFor({ state: 'detached' });
    await editor.run();
    await editor.waitForNode('register', /(Fresh|Cached)/);
  });

  it('comes back when its own process ends', async () => {
    await desktop.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const loaded = new Promise((resolve) => contents?.once('did-finish-load', () => resolve(undefined)));
      contents?.forcefullyCrashRenderer();
      await loaded;
    });
    const cards = (): Promise<unknown> =>
      desktop.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]
          ?.webContents.executeJavaScript(`document.querySelectorAll('.react-flow__node').length`)
          .catch(() => 0),
      );
    await expect.poll(cards).toBeGreaterThan(1);
    const crashes = await desktop.app.evaluate(({ app }) => app.getPath('crashDumps'));
    await expect.poll(() => listCrashReports(crashes).length).toBeGreaterThan(0);
  });
});

describe.skipIf('reason' in runtime)(`navigation in the real runtime${why}`, () => {
  it('is denied, and so are windows and other hosts', async () => {
    if ('reason' in runtime) return;
    const display = await openDisplay();
    const desktop = await startDesktop(runtime.dir, display.name);
    try {
      const window = await desktop.app.firstWindow();
      await window.locator('.react-flow__node').first().waitFor();
      const before = window.url();
      const attempts = await window.evaluate(async () => {
        const opened = globalThis.open('https://example.com');
        const outcomes = await Promise.all(
          ['https://example.com/', 'http://127.0.0.1:1/', 'file:///etc/passwd'].map((url) =>
            fetch(url).then(
              () => 'fetched',
              () => 'refused',
            ),
          ),
        );
        location.href = 'https://example.com/';
        return { opened: opened === null, outcomes };
      });
      expect(attempts).toEqual({ opened: true, outcomes: ['refused', 'refused', 'refused'] });
      await window.waitForTimeout(500);
      expect(window.url()).toBe(before);
      expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
      // The network stack refuses as well: this request does not come from a page with a policy.
      const direct = await desktop.app.evaluate(({ session }) =>
        session.defaultSession.fetch('http://127.0.0.1:1/').then(
          () => 'fetched',
          (error: unknown) => String(error),
        ),
      );
      expect(direct).toContain('ERR_BLOCKED_BY_CLIENT');
    } finally {
      await desktop.close();
      display.close();
    }
  });

  it('tells the person when the engine keeps ending, with the place of the logs', async () => {
    if ('reason' in runtime) return;
    const display = await openDisplay();
    const folder = mkdtempSync(join(tmpdir(), 'slipway-no-engine-'));
    const broken = join(folder, 'broken-node');
    writeFileSync(broken, '#!/bin/sh\necho "the engine is broken" >&2\nexit 7\n', { mode: 0o755 });
    const desktop = await startDesktop(runtime.dir, display.name, { env: { SLIPWAY_ENGINE_NODE: broken } });
    try {
      await desktop.app.evaluate(({ dialog }) => {
        const told: unknown[] = [];
        (globalThis as { told?: unknown[] }).told = told;
        dialog.showMessageBox = ((options: unknown) => {
          told.push(options);
          return new Promise(() => undefined);
        }) as unknown as typeof dialog.showMessageBox;
      });
      const told = (): Promise<{ message: string; detail: string; buttons: string[] }[]> =>
        desktop.app.evaluate(
          () => (globalThis as unknown as { told: { message: string; detail: string; buttons: string[] }[] }).told,
        );
      await expect.poll(async () => (await told()).length).toBe(1);
      const [first] = await told();
      expect(first?.message).toBe('The engine does not start');
      expect(first?.detail).toContain('the engine is broken');
      expect(first?.detail).toMatch(/Logs: \/.*engine\.log/);
      expect(first?.buttons).toEqual(['Try again', 'Show logs', 'Quit']);
      // The window is there and says so too.
      const window = await desktop.app.firstWindow();
      await window.getByText('The engine cannot be reached.').first().waitFor();
    } finally {
      await desktop.close();
      display.close();
      await removeFolder(folder);
    }
  });
});
