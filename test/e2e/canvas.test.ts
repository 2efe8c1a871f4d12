import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { stepsGraph } from '../perf/canvas/steps-graph.ts';
import { wideGraph } from '../perf/canvas/wide-graph.ts';
import { chromiumPath, type RunningApp } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { cardsAtRest } from './at-rest.ts';
import { editorPage } from './editor-page.ts';

let app: RunningApp;
let browser: Browser;

/** Where the app counts renders when asked to. */
type Counting = { slipwayRenders?: Record<string, number> };

const cards = '.react-flow__node';
const edges = '.react-flow__edge';

describe.skipIf(chromiumPath === undefined)('the canvas at scale', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function open(text: string): Promise<Page> {
    const path = join(app.dataDir, `${Math.random().toString(36).slice(2)}.slipway.json`);
    writeFileSync(path, text);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.addInitScript((graph) => {
      (globalThis as Counting).slipwayRenders = {};
      localStorage.setItem('slipway.last-graph', graph);
    }, path);
    await page.goto(app.url);
    return page;
  }
  const counted = (page: Page, what: string) =>
    page.evaluate((name) => (globalThis as Counting).slipwayRenders?.[name] ?? 0, what);

  it('renders at most one card per status event', async () => {
    const page = await open(stepsGraph(40));
    await page.getByText('41 of 41 steps will run').waitFor();
    await cardsAtRest(page);
    const before = await counted(page, 'node-card');
    expect(before).toBeGreaterThan(0);
    await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/Last run finished/).waitFor({ timeout: 120_000 });
    await page.getByText('Everything is up to date').waitFor();
    const events = await counted(page, 'status-event');
    expect(events).toBeGreaterThanOrEqual(3 * 41);
    expect((await counted(page, 'node-card')) - before).toBeLessThanOrEqual(events);
    await page.context().close();
  });

  it('draws a far graph without cards, and near only those around the view', async () => {
    const page = await open(wideGraph(1000));
    await page.locator('.far-view').waitFor();
    await cardsAtRest(page);
    expect(await page.locator(cards).count()).toBe(0);

    await page.locator('.react-flow__pane').hover({ position: { x: 400, y: 300 } });
    for (let step = 0; step < 22; step++) {
      await page.mouse.wheel(0, -150);
    }
    await page.locator(cards).first().waitFor();
    await page.locator('.far-view').waitFor({ state: 'detached' });
    await cardsAtRest(page);
    const near = await page.locator(cards).count();
    expect(near).toBeGreaterThan(5);
    expect(near).toBeLessThan(250);

    // A node anywhere in the graph can be reached: it is brought into view and rendered. The last node has none after it.
    await page.keyboard.press('Control+a');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator(`${cards}.selected`).count()).toBe(1);
    await page.context().close();
  });

  it('selects and moves drawn cards', async () => {
    const page = await open(wideGraph(300));
    const canvas = page.locator('.far-view');
    await canvas.waitFor();
    await cardsAtRest(page);
    // The first card lies at the top left of the graph as fitted.
    const at = await page.evaluate(() => {
      const style = document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform ?? '';
      const [, x, y, zoom] = /translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)/.exec(style) ?? [];
      const box = document.querySelector('.canvas')?.getBoundingClientRect();
      return {
        x: (box?.left ?? 0) + Number(x) + 74 * Number(zoom),
        y: (box?.top ?? 0) + Number(y) + 56 * Number(zoom),
      };
    });
    await page.mouse.click(at.x, at.y);
    await page.getByRole('complementary', { name: 'Inspector' }).getByText('data.file').waitFor();
    await page.mouse.move(at.x, at.y);
    await page.mouse.down();
    await page.mouse.move(at.x + 30, at.y + 20, { steps: 4 });
    await page.mouse.up();
    await page
      .getByRole('button', { name: /300 nodes/ })
      .getByLabel('unsaved changes')
      .waitFor();
    await page.context().close();
  });

  it('leads an edge through a node dropped on it, and heals the edge when the node goes', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(app.url);
    const editor = editorPage(page);
    await editor.node('clean').waitFor();
    const ids = () => page.locator(edges).evaluateAll((all) => all.map((edge) => edge.getAttribute('data-id')));
    await cardsAtRest(page);
    const edge = await page.locator(`${edges}[data-id="flights.table→clean.input"] path`).first().boundingBox();
    const canvas = await page.locator('.canvas').boundingBox();
    if (!edge || !canvas) throw new Error('The edge is not on the screen.');
    await page.locator('.palette-item', { hasText: /^SQL$/ }).dragTo(page.locator('.canvas'), {
      targetPosition: { x: edge.x + edge.width / 2 - canvas.x, y: edge.y + edge.height / 2 - canvas.y },
    });
    const through = ['flights.table→sql.input', 'sql.table→clean.input'];
    await expect.poll(ids).toEqual(expect.arrayContaining(through));
    expect(await ids()).not.toContain('flights.table→clean.input');
    await page.keyboard.press('Delete');
    await expect.poll(ids).toContain('flights.table→clean.input');
    await page.keyboard.press('Control+z');
    await expect.poll(ids).toContain('flights.table→sql.input');
    await context.close();
  });
});
