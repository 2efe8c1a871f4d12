import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type RunningApp, screenshot, startApp } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

/** What the engine does with calls while a page looks at the screens. */
type Answers = 'answered' | 'kept waiting' | 'refused';

/** Screens and the call that fills each; without one a screen shows what the app knows by itself. */
const screens: readonly { screen: string; call?: string; emptyAction?: RegExp }[] = [
  { screen: 'home', call: 'graph/templates' },
  { screen: 'data', call: 'dataset/list', emptyAction: /Open/ },
  { screen: 'features', call: 'feature/list', emptyAction: /Open/ },
  { screen: 'runs', call: 'run/list', emptyAction: /Open/ },
  { screen: 'experiments', call: 'experiment/list', emptyAction: /Open/ },
  { screen: 'models', call: 'model/list', emptyAction: /Open/ },
  { screen: 'endpoints', call: 'endpoint/list', emptyAction: /Open/ },
  { screen: 'monitors', emptyAction: /Open|Start/ },
  { screen: 'cluster', call: 'cluster/contexts' },
  { screen: 'devices', call: 'engine/devices' },
  { screen: 'help' },
  { screen: 'settings', call: 'engine/info' },
];
const filled = screens.filter((one) => one.call !== undefined);

describe.skipIf(chromiumPath === undefined)('states of screens', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  /** A page whose engine answers, waits or refuses, as `answers.now` says. */
  async function open(answers: { now: Answers }): Promise<{ page: Page; uncaught: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const uncaught: string[] = [];
    page.on('pageerror', (error) => uncaught.push(String(error)));
    await page.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        const text = typeof message === 'string' ? message : message.toString('utf8');
        const call = /"u":"[^"]*?\/([\w-]+\/[\w-]+)"/.exec(text)?.[1];
        if (answers.now === 'answered' || !filled.some((one) => one.call === call)) {
          server.send(message);
          return;
        }
        if (answers.now === 'kept waiting') return;
        const id = /"i":("[^"]*"|\d+)/.exec(text)?.[1] ?? '""';
        const data = {
          code: 'store.corrupt',
          category: 'environment',
          message: 'The store is damaged.',
          fix: 'Mend it.',
        };
        const body = { json: { defined: false, code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'no', data } };
        socket.send(`{"i":${id},"p":{"s":500,"b":${JSON.stringify(body)}}}`);
      });
      server.onMessage((message) => socket.send(message));
    });
    await page.goto(app.url);
    await page.locator('.app').waitFor();
    return { page, uncaught };
  }

  const go = (page: Page, screen: string) =>
    page.evaluate((to) => {
      location.hash = `#/${to}`;
    }, screen);

  async function each(
    answers: { now: Answers },
    wanted: typeof screens,
    look: (page: Page, screen: (typeof screens)[number]) => Promise<void>,
  ): Promise<void> {
    const { page, uncaught } = await open(answers);
    try {
      for (const one of wanted) {
        await go(page, one.screen);
        await look(page, one).catch(async (error: unknown) => {
          await screenshot(page, `failed-state-${one.screen}`);
          throw new Error(`${one.screen}: ${String(error).slice(0, 600)}`);
        });
      }
      expect(uncaught).toEqual([]);
    } finally {
      await page.context().close();
    }
  }

  it('loading: each screen has its lines, and says what it waits for', () =>
    each({ now: 'kept waiting' }, filled, (page) =>
      page.getByRole('main').locator('.skeleton[role="status"]').first().waitFor(),
    ));

  it('failed: each screen says what happened and what to do, and tries again', () => {
    const answers: { now: Answers } = { now: 'refused' };
    return each(answers, filled, async (page) => {
      const failed = page.getByRole('main').getByRole('alert').filter({ hasText: 'The store is damaged.' }).first();
      await failed.waitFor();
      await failed.getByText('Mend it.').waitFor();
      answers.now = 'answered';
      await failed.getByRole('button', { name: 'Try again' }).click();
      await failed.waitFor({ state: 'detached' });
      // Before the next screen asks.
      answers.now = 'refused';
    });
  });

  it('empty: each list says in a sentence what comes here, and offers a way to it', () =>
    each(
      { now: 'answered' },
      screens.filter(({ emptyAction }) => emptyAction),
      async (page, { emptyAction }) => {
        const empty = page.getByRole('main').locator('.state-block:not(.failed)').first();
        await empty.waitFor();
        await empty
          .getByRole('button', { name: emptyAction ?? /./ })
          .first()
          .waitFor();
      },
    ));

  it('a link opens a screen, and a page in it, directly', async () => {
    const { page, uncaught } = await open({ now: 'answered' });
    for (const [hash, screen] of [
      ['#/data', 'data'],
      ['#/help/feature.impute', 'help'],
      ['#/settings', 'settings'],
    ] as const) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.reload();
      await page.locator(`.rail a[href="#/${screen}"][aria-current="page"]`).waitFor();
      await page.getByRole('main').locator(':scope > *').first().waitFor();
      expect(await page.evaluate(() => location.hash)).toBe(hash);
    }
    expect(uncaught).toEqual([]);
    await page.context().close();
  });

  it('parts of the app that cannot be loaded take nothing else with them', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    // The last of the parts that are loaded ahead.
    const ahead = page.waitForResponse(/home-screen.*\.js$/);
    await page.goto(app.url);
    await ahead;
    await page.route(/\.js$/, (route) => route.abort());
    await page.locator('.react-flow__node').first().click();
    await page.getByLabel('Node title').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+o');
    await page.locator('.toast.failed').waitFor();
    expect(await page.locator('.react-flow__node').count()).toBeGreaterThan(0);
    await context.close();
  });

  it('offline: each screen keeps what it had under the bar that says so', async () => {
    const own = await startApp();
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      const uncaught: string[] = [];
      page.on('pageerror', (error) => uncaught.push(String(error)));
      await page.goto(own.url);
      await page.locator('.react-flow__node').first().waitFor();
      for (const { screen } of screens) {
        await go(page, screen);
        await page.getByRole('main').locator(':scope > *').first().waitFor();
      }
      await own.stop();
      await page.locator('.offline-bar').waitFor();
      for (const { screen } of screens) {
        await go(page, screen);
        await page.locator('.offline-bar').waitFor();
        await expect.poll(() => page.getByRole('main').innerText()).not.toBe('');
      }
      await go(page, 'graph');
      await page.locator('.react-flow__node').first().waitFor();
      expect(uncaught).toEqual([]);
      await context.close();
    } finally {
      await own.stop();
    }
  });
});
