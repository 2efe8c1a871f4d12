import type { Browser, CDPSession, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { cardsAtRest } from './at-rest.ts';

let app: RunningApp;
let browser: Browser;

interface Point {
  x: number;
  y: number;
}

describe.skipIf(chromiumPath === undefined)('by touch', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function withTouch(
    use: (page: Page, touch: (type: string, points: Point[]) => Promise<void>) => Promise<void>,
  ) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      hasTouch: true,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await cardsAtRest(page);
    const session: CDPSession = await context.newCDPSession(page);
    const touch = async (type: string, points: Point[]) => {
      await session.send('Input.dispatchTouchEvent', {
        type: type as 'touchStart',
        touchPoints: points.map((point, id) => ({ ...point, id })),
      });
    };
    try {
      await use(page, touch);
      expect(errors).toEqual([]);
    } catch (error) {
      await screenshot(page, `failed-touch-${Date.now()}`);
      throw error;
    } finally {
      await context.close();
    }
  }

  const zoomOf = (page: Page) =>
    page.evaluate(() =>
      Number(
        /scale\(([\d.]+)\)/.exec(
          document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform ?? '',
        )?.[1] ?? 0,
      ),
    );

  async function centreOf(page: Page, selector: string): Promise<Point> {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not on the screen.`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  it('pinches to zoom and drags to pan', () =>
    withTouch(async (page, touch) => {
      const centre = await centreOf(page, '.canvas');
      // Below the cards of the sample, where the canvas is empty.
      const at = { x: centre.x, y: centre.y + 170 };
      await expect.poll(() => zoomOf(page)).toBeGreaterThan(0);
      const before = await zoomOf(page);
      const fingers = (apart: number): Point[] => [
        { x: at.x - apart, y: at.y },
        { x: at.x + apart, y: at.y },
      ];
      await touch('touchStart', fingers(30));
      for (const apart of [45, 60, 75]) await touch('touchMove', fingers(apart));
      await touch('touchEnd', []);
      await expect.poll(() => zoomOf(page)).toBeGreaterThan(before * 1.5);
    }));

  it('opens the menu of a node on a long press', () =>
    withTouch(async (page, touch) => {
      const at = await centreOf(page, '.react-flow__node[data-id="trees"] .node-title');
      await touch('touchStart', [at]);
      await page.getByRole('menuitem', { name: 'Run to here' }).waitFor();
      await touch('touchEnd', []);
      await page.getByRole('menuitem', { name: 'Duplicate' }).tap();
      await page.locator('.react-flow__node[data-id^="trees"]').nth(1).waitFor();
    }));

  it('drags a kind from the list onto the canvas', () =>
    withTouch(async (page, touch) => {
      const from = await centreOf(page, '.palette-item:has-text("Aggregate")');
      const canvas = await centreOf(page, '.canvas');
      const to = { x: canvas.x, y: canvas.y + 170 };
      const along = (share: number): Point[] => [
        { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share * share },
      ];
      // The start and what follows at once: a finger that rests for half a second opens the menu.
      await Promise.all([touch('touchStart', [from]), touch('touchMove', along(0.1))]);
      for (const share of [0.3, 0.6, 1]) await touch('touchMove', along(share));
      await page.locator('.touch-ghost').waitFor();
      await touch('touchEnd', []);
      await page.locator('.react-flow__node[data-id="aggregate"]').waitFor();
      await page.locator('.touch-ghost').waitFor({ state: 'detached' });
    }));

  it('opens the example of a kind from its menu in the list', () =>
    withTouch(async (page, touch) => {
      const at = await centreOf(page, '.palette-item:has-text("Aggregate")');
      await touch('touchStart', [at]);
      await page.getByRole('menuitem', { name: 'Open the example' }).waitFor();
      await touch('touchEnd', []);
      await page.getByRole('menuitem', { name: 'Open the example' }).tap();
      await page.locator('.react-flow__node[data-id="aggregate"]').waitFor();
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(2);
      await page.evaluate(() => {
        location.hash = '#/help/feature.impute';
      });
      await page.getByRole('heading', { name: 'Impute', level: 1 }).waitFor();
      await screenshot(page, 'help-example');
    }));
});
