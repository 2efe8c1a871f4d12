import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, root, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { cardsAtRest, holdsFocus, portAt } from './at-rest.ts';

let app: RunningApp;
let browser: Browser;

let lastFile = 0;

const nodes = '.react-flow__node';
const edges = '.react-flow__edge';
const node = (page: Page, id: string) => page.locator(`${nodes}[data-id="${id}"]`);
const edgeIds = (page: Page) =>
  page.locator(edges).evaluateAll((all) => all.map((edge) => edge.getAttribute('data-id') ?? ''));

describe.skipIf(chromiumPath === undefined)('editing on the canvas', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function withPenguins(use: (page: Page) => Promise<void>): Promise<void> {
    lastFile += 1;
    const path = join(app.dataDir, `editing-${lastFile}.slipway.json`);
    copyFileSync(join(root, 'resources/templates/penguins.slipway.json'), path);
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.addInitScript((graph) => localStorage.setItem('slipway.last-graph', graph), path);
    try {
      await page.goto(app.url);
      await node(page, 'impute').waitFor();
      // The bar about trust moves everything down once.
      await page.getByText('This graph comes from elsewhere.').waitFor();
      await cardsAtRest(page);
      await use(page);
      expect(errors).toEqual([]);
    } catch (error) {
      await screenshot(page, `failed-editing-${Date.now()}`);
      throw error;
    } finally {
      await context.close();
    }
  }

  async function boxOf(page: Page, selector: string) {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`${selector} is not on the screen.`);
    return { ...box, cx: box.x + box.width / 2, cy: box.y + box.height / 2 };
  }
  const port = (ref: string, side: 'source' | 'target') => {
    const [id, name] = ref.split('.');
    return `[data-nodeid="${id}"][data-handleid="${name}"].${side}`;
  };
  async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }) {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
  }
  async function menu(page: Page, id: string, entry: string) {
    await node(page, id).locator('.node-title').click({ button: 'right' });
    await page
      .getByRole('menuitem', { name: new RegExp(`^${entry}`) })
      .first()
      .click();
  }

  it('selects by marquee, aligns, distributes, and takes each back', () =>
    withPenguins(async (page) => {
      for (const id of ['impute', 'encode', 'split']) {
        await node(page, id)
          .locator('.node-title')
          .click({ modifiers: ['Control'] });
      }
      const before = await boxOf(page, `${nodes}[data-id="impute"]`);
      await menu(page, 'impute', 'Align bottom');
      const bottom = async (id: string) => {
        const box = await boxOf(page, `${nodes}[data-id="${id}"]`);
        return Math.round(box.y + box.height);
      };
      await expect.poll(async () => (await bottom('impute')) - (await bottom('encode'))).toBe(0);
      await menu(page, 'impute', 'Distribute across');
      await page.keyboard.press('Control+z');
      await page.keyboard.press('Control+z');
      await expect
        .poll(async () => Math.round((await boxOf(page, `${nodes}[data-id="impute"]`)).y))
        .toBe(Math.round(before.y));
      await cardsAtRest(page);
      // A marquee with Shift takes what it touches.
      const first = await boxOf(page, `${nodes}[data-id="penguins"]`);
      const second = await boxOf(page, `${nodes}[data-id="clean"]`);
      await page.keyboard.down('Shift');
      await drag(
        page,
        { x: first.x - 14, y: first.y - 14 },
        { x: second.x + second.width + 6, y: second.y + second.height + 6 },
      );
      await page.keyboard.up('Shift');
      await expect.poll(() => page.locator(`${nodes}.selected`).count()).toBe(2);
    }));

  it('frames nodes, and writes a comment on the canvas', () =>
    withPenguins(async (page) => {
      for (const id of ['impute', 'encode']) {
        await node(page, id)
          .locator('.node-title')
          .click({ modifiers: ['Control'] });
      }
      await menu(page, 'impute', 'Frame');
      await page.locator('.frame').first().waitFor();
      const card = await boxOf(page, `${nodes}[data-id="penguins"]`);
      await page.mouse.click(card.x + 40, card.y + card.height + 30, { button: 'right' });
      await page.getByRole('menuitem', { name: 'Add a comment here' }).click();
      await expect.poll(() => page.locator('.frame').count()).toBe(2);
      await page.keyboard.press('Escape');
      await page.locator('.canvas').focus();
      await page.keyboard.press('Control+z');
      await expect.poll(() => page.locator('.frame').count()).toBe(1);
    }));

  it('takes the end of an edge off its port, and back', () =>
    withPenguins(async (page) => {
      const before = await edgeIds(page);
      expect(before).toContain('split.train→encode.input');
      const end = await boxOf(page, `${edges}[data-id="split.train→encode.input"] .react-flow__edgeupdater-target`);
      const card = await boxOf(page, `${nodes}[data-id="penguins"]`);
      await drag(page, { x: end.cx, y: end.cy }, { x: card.x + 40, y: card.y + card.height + 30 });
      await expect.poll(() => edgeIds(page)).not.toContain('split.train→encode.input');
      await page.keyboard.press('Control+z');
      await expect.poll(() => edgeIds(page)).toContain('split.train→encode.input');
    }));

  it('offers what fits a link dropped on the empty canvas, what was used before first', () =>
    withPenguins(async (page) => {
      const canvas = await boxOf(page, '.canvas');
      const empty = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height - 150 };
      const from = await boxOf(page, port('clean.table', 'source'));
      await portAt(page, { x: from.cx, y: from.cy });
      await drag(page, { x: from.cx, y: from.cy }, empty);
      const picker = page.getByRole('listbox', { name: 'Kinds' });
      await picker.waitFor();
      await holdsFocus(page, page.locator('.kind-picker').getByRole('combobox'));
      await page.keyboard.type('aggregate');
      await page.keyboard.press('Enter');
      await node(page, 'aggregate').waitFor();
      await expect.poll(() => edgeIds(page)).toContain('clean.table→aggregate.input');
      await page.keyboard.press('Control+z');
      await node(page, 'aggregate').waitFor({ state: 'detached' });
      await cardsAtRest(page);
      await portAt(page, { x: from.cx, y: from.cy });
      await drag(page, { x: from.cx, y: from.cy }, empty);
      await expect.poll(() => picker.getByRole('option').first().innerText()).toContain('Aggregate');
      await page.keyboard.press('Escape');
    }));

  it('cuts, copies and pastes between graphs in tabs', () =>
    withPenguins(async (page) => {
      for (const id of ['impute', 'scale']) {
        await node(page, id)
          .locator('.node-title')
          .click({ modifiers: ['Control'] });
      }
      await page.keyboard.press('Control+c');
      await page.getByRole('button', { name: 'New graph' }).first().click();
      await page.getByText('A graph starts with data.').waitFor();
      await page.locator('.canvas').focus();
      await page.keyboard.press('Control+v');
      await expect.poll(() => page.locator(nodes).count()).toBe(2);
      await expect.poll(() => edgeIds(page)).toEqual(['impute.features→scale.input']);
      await page.keyboard.press('Control+x');
      await expect.poll(() => page.locator(nodes).count()).toBe(0);
      await page.keyboard.press('Control+1');
      await node(page, 'impute').waitFor();
    }));

  it('says before a run why each step will run and what it costs', () =>
    withPenguins(async (page) => {
      await page.getByText(/of \d+ steps will run/).waitFor();
      await page.getByRole('banner').getByRole('button', { name: 'Plan' }).click();
      const results = page.getByRole('region', { name: 'Results' });
      await results.getByText('never run').first().waitFor();
      await expect.poll(() => results.innerText()).toMatch(/~[\d.]+ m?s/);
    }));
});
