import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type AppPage, chromiumPath, openPage, root, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { cardsAtRest, holdsFocus, screenAtRest } from './at-rest.ts';
import { editorPage } from './editor-page.ts';
import { runCommand } from './palette-command.ts';

let app: RunningApp;
let browser: Browser;
let lastFile = 0;

const template = join(root, 'resources/templates/penguins.slipway.json');

/** A copy of the penguins sample on the engine's machine. */
function penguinsFile(): string {
  const folder = join(app.dataDir, 'journeys');
  mkdirSync(folder, { recursive: true });
  lastFile += 1;
  const path = join(folder, `penguins-${lastFile}.slipway.json`);
  copyFileSync(template, path);
  return path;
}

interface Graph {
  name: string;
  nodes: Record<string, { kind: string; title?: string; params: Record<string, unknown> }>;
}

function changeFile(path: string, change: (graph: Graph) => void): void {
  const graph = JSON.parse(readFileSync(path, 'utf8')) as Graph;
  change(graph);
  writeFileSync(path, `${JSON.stringify(graph, null, 2)}\n`);
}

function node(page: Page, id: string) {
  return page.locator(`.react-flow__node[data-id="${id}"]`);
}

/** The node that holds the focus, or stands for it in the outline. */
async function inFocus(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, selector);
}

describe.skipIf(chromiumPath === undefined)('journeys', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function withPage(use: (page: AppPage) => Promise<void>, path?: string): Promise<void> {
    const opened = await openPage(browser, 'about:blank');
    const { page } = opened;
    if (path !== undefined) {
      await page.addInitScript((graph) => {
        if (localStorage.getItem('slipway.last-graph') === null) localStorage.setItem('slipway.last-graph', graph);
      }, path);
    }
    try {
      await page.goto(app.url);
      await page.locator('.react-flow__node').first().waitFor();
      await cardsAtRest(page);
      await use(opened);
      expect(opened.errors).toEqual([]);
    } catch (error) {
      await screenshot(page, `failed-${Date.now()}`);
      throw error;
    } finally {
      await page.context().close();
    }
  }

  it('collapses nodes into a group, edits inside it, and undoes across levels', () =>
    withPage(async ({ page }) => {
      const before = await page.locator('.react-flow__node').count();
      for (const id of ['impute', 'encode'])
        await node(page, id)
          .locator('.node-title')
          .click({ modifiers: ['Control'] });
      await page.keyboard.press('Shift+G');
      await node(page, 'group').waitFor();
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(before - 1);
      await node(page, 'group').locator('.node-title').dblclick();
      await page.getByRole('navigation', { name: 'Place in the graph' }).getByRole('button').waitFor();
      await node(page, 'impute').locator('.node-title').click();
      await page.keyboard.press('Delete');
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(1);
      await page.getByRole('navigation', { name: 'Place in the graph' }).getByRole('button').click();
      await node(page, 'group').waitFor();
      // Undo shows where the change was made, then takes the group back too.
      await page.keyboard.press('Control+z');
      await node(page, 'impute').waitFor();
      await page.keyboard.press('Control+z');
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(before);
    }, penguinsFile()));

  it('keeps a group for other graphs, by version, and brings a graph up to the newest', () =>
    withPage(async ({ page, errors }) => {
      const group = node(page, 'group');
      const menu = async (entry: string) => {
        await group.locator('.node-title').click({ button: 'right' });
        await page.getByRole('menuitem', { name: entry }).click();
      };
      await node(page, 'impute').locator('.node-title').click();
      await page.keyboard.press('Shift+G');
      await menu('Save to the library');
      await page.getByText('Saved to the library as group, version 1.').waitFor();
      const library = page.getByRole('region', { name: 'Library' }).getByRole('button', { name: /Group/ });
      await library.getByText('v1').waitFor();
      // Another graph takes it, changes it, and saves it as the next version.
      await runCommand(page, 'New graph');
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(0);
      await library.dblclick();
      await group.waitFor();
      await group.locator('.node-title').dblclick();
      await node(page, 'impute').locator('.node-title').click();
      await page.keyboard.press('Control+d');
      await node(page, 'impute-2').waitFor();
      await page.getByRole('navigation', { name: 'Place in the graph' }).getByRole('button').click();
      await menu('Save to the library');
      await page.getByText('Saved to the library as group, version 2.').waitFor();
      await menu('Update (now group, version 2)');
      await page.getByText('It is the newest version already.').waitFor();
      // The first graph follows when it is told to.
      await page.getByRole('navigation', { name: 'Open graphs' }).getByRole('button').first().click();
      await menu('Update (now group, version 1)');
      await page.getByText('Now group, version 2.').waitFor();
      await group.locator('.node-title').dblclick();
      await node(page, 'impute-2').waitFor();
      expect(errors).toEqual([]);
    }, penguinsFile()));

  it('speaks German after a choice in Settings, and keeps the graph and its undo', () =>
    withPage(async ({ page }) => {
      await node(page, 'impute').locator('.node-title').click();
      const nodes = () => page.locator('.react-flow__node').count();
      const count = await nodes();
      await page.keyboard.press('d');
      await expect.poll(nodes).toBe(count + 1);
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('radio', { name: 'Deutsch' }).click();
      await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
      await expect.poll(() => page.evaluate(() => document.documentElement.lang)).toBe('de');
      await page.getByRole('link', { name: 'Graphen' }).click();
      await page.getByRole('button', { name: 'Ausführen', exact: true }).waitFor();
      await expect.poll(nodes).toBe(count + 1);
      await page.keyboard.press('Control+z');
      await expect.poll(nodes).toBe(count);
      await screenshot(page, 'editor-german-light');
    }, penguinsFile()));

  it('compares the graph with a file and takes one of the changes', () => {
    const mine = penguinsFile();
    const other = penguinsFile();
    changeFile(other, (graph) => {
      graph.name = 'Other penguins';
      const [, first] = Object.entries(graph.nodes)[0] ?? [];
      if (first) first.title = 'Birds';
    });
    return withPage(async ({ page }) => {
      await runCommand(page, 'Compare with a file');
      const picker = page.getByRole('dialog', { name: 'Compare with a file' });
      await picker.getByRole('textbox', { name: 'Folder' }).fill(join(app.dataDir, 'journeys'));
      await page.keyboard.press('Enter');
      await picker.getByRole('option', { name: new RegExp(other.split('/').at(-1) ?? '') }).dblclick();
      const dialog = page.getByRole('dialog', { name: /^Compare with penguins/ });
      const row = dialog.getByRole('row', { name: /\.title/ });
      await row.getByRole('radio', { name: 'Theirs' }).click();
      await dialog.getByRole('button', { name: 'Take 1 change' }).click();
      await page.locator('.node-title', { hasText: 'Birds' }).waitFor();
      expect(await page.title()).toContain('Penguins');
      await page.keyboard.press('Control+z');
      await expect.poll(() => page.locator('.node-title', { hasText: 'Birds' }).count()).toBe(0);
    }, mine);
  });

  it('keeps two windows on one engine in step, and offers a file that was saved elsewhere', () => {
    const path = penguinsFile();
    return withPage(async ({ page }) => {
      // In a context of its own, which ends with the browser.
      const second = await openPage(browser, 'about:blank');
      await second.page.addInitScript((graph) => localStorage.setItem('slipway.last-graph', graph), path);
      await second.page.goto(app.url);
      await node(second.page, 'impute').waitFor();
      await cardsAtRest(second.page);
      const count = (await page.locator('.react-flow__node').count()) + 1;
      await node(page, 'impute').locator('.node-title').click();
      await page.keyboard.press('d');
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(count);
      await page.keyboard.press('Control+s');
      // Without changes of its own the other window reads the file again.
      await expect.poll(() => second.page.locator('.react-flow__node').count()).toBe(count);
      await node(second.page, 'impute').locator('.node-title').click();
      await second.page.keyboard.press('d');
      await expect.poll(() => second.page.locator('.react-flow__node').count()).toBe(count + 1);
      await page.keyboard.press('Control+z');
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(count - 1);
      await page.keyboard.press('Control+s');
      const bar = second.page.getByRole('alert').filter({ hasText: 'was saved elsewhere' });
      await bar.waitFor();
      await bar.getByRole('button', { name: 'Take the file' }).click();
      await expect.poll(() => second.page.locator('.react-flow__node').count()).toBe(count - 1);
      await second.page.context().close();
    }, path);
  });

  it('brings unsaved work back after the window crashed', () =>
    withPage(async ({ page }) => {
      const count = await page.locator('.react-flow__node').count();
      await node(page, 'impute').locator('.node-title').click();
      await page.keyboard.press('d');
      await expect
        .poll(() => page.evaluate(() => Object.keys(localStorage).some((key) => key.startsWith('slipway.recovery.'))))
        .toBe(true);
      await page.reload();
      await page
        .getByRole('status')
        .filter({ hasText: 'Unsaved work on Penguins was kept.' })
        .getByRole('button', { name: 'Show' })
        .click();
      await page.getByRole('heading', { name: 'Unsaved work from before' }).waitFor();
      await page.locator('.home-row').getByRole('button', { name: 'Open' }).first().click();
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(count + 1);
      // What is closed without saving stays at hand, after the notice has gone too.
      await page.getByRole('button', { name: 'Close Penguins' }).click();
      await page.getByRole('status').filter({ hasText: 'Home keeps a copy.' }).waitFor();
      await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Home' }).click();
      await page.locator('.home-row').getByRole('button', { name: 'Open' }).first().click();
      await expect.poll(() => page.locator('.react-flow__node').count()).toBe(count + 1);
    }, penguinsFile()));

  it('completes a query while it is typed and shows its first rows', () =>
    withPage(async ({ page }) => {
      const editor = editorPage(page);
      await editor.newGraph();
      await editor.addNode('File');
      await page.locator('[data-field="path"] input').fill('pkg:vega-datasets/data/seattle-weather.csv');
      await editor.addNode('SQL');
      await editor.arrange();
      await editor.connect('file.table', 'sql.input');
      await editor.select('file');
      await page.getByRole('region', { name: 'Results' }).getByRole('button', { name: 'Run to here' }).click();
      await editor.waitForNode('file', /Fresh|Cached/);
      await editor.select('sql');
      const query = page.locator('.sql-field textarea');
      await query.fill('SELECT date, ');
      await query.press('End');
      await page.keyboard.type('prec');
      await page
        .getByRole('listbox', { name: 'Names that fit here' })
        .getByRole('option', { name: /precipitation/, selected: true })
        .waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.type(' FROM input WHERE precipitation > 20');
      expect(await query.inputValue()).toBe('SELECT date, precipitation FROM input WHERE precipitation > 20');
      await page.getByRole('region', { name: 'First rows' }).getByRole('cell').first().waitFor();
    }));

  it('leaves the canvas its room at a zoom of 200 %, with every panel in reach', async () => {
    const context = await browser.newContext({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
    const page = await context.newPage();
    await page.goto(app.url);
    await page.locator('.react-flow__node, .far-view').first().waitFor();
    await screenAtRest(page);
    const canvas = await page.locator('.canvas').boundingBox();
    expect((canvas?.width ?? 0) * (canvas?.height ?? 0)).toBeGreaterThan(640 * 400 * 0.6);
    for (const [show, panel] of [
      ['Show nodes', 'Nodes'],
      ['Show inspector', 'Inspector'],
    ] as const) {
      await page.getByRole('button', { name: show }).click();
      await page.getByRole('complementary', { name: panel }).waitFor();
      await screenAtRest(page);
      const box = await page.getByRole('complementary', { name: panel }).boundingBox();
      expect(box?.width ?? 0).toBeGreaterThan(200);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(640);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(640);
    await context.close();
  });

  it('by keyboard: finds a node, changes a setting and puts it back', () =>
    withPage(async ({ page }) => {
      await page.keyboard.press('Control+f');
      await holdsFocus(page, page.getByRole('dialog').getByRole('combobox'));
      await page.keyboard.type('impute');
      await page.keyboard.press('Enter');
      await page.locator('.inspector .title-input').waitFor();
      for (let step = 0; step < 12 && !(await inFocus(page, '.inspector')); step++) await page.keyboard.press('F6');
      for (let step = 0; step < 10 && !(await inFocus(page, '.title-input')); step++) await page.keyboard.press('Tab');
      expect(await inFocus(page, '.title-input')).toBe(true);
      await page.keyboard.type('Patch holes');
      await page.locator('.node-title', { hasText: 'Patch holes' }).waitFor();
      // The canvas takes undo once it has the keys again.
      await page.keyboard.press('F6');
      // Typing is one command unless it was slow; at the slowest each letter is one.
      const renamed = page.locator('.node-title', { hasText: 'Patch' });
      for (let step = 0; step < 'Patch holes'.length && (await renamed.count()) > 0; step++) {
        await runCommand(page, 'Undo');
      }
      await expect.poll(() => renamed.count()).toBe(0);
    }, penguinsFile()));

  it('by keyboard: groups nodes, opens the group and leaves it', () =>
    withPage(async ({ page }) => {
      await runCommand(page, 'Outline of the graph');
      await expect.poll(() => inFocus(page, '.outline')).toBe(true);
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Shift+G');
      await node(page, 'group').waitFor();
      await node(page, 'group').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('navigation', { name: 'Place in the graph' }).getByRole('button').waitFor();
      await page.locator('.canvas').focus();
      await page.keyboard.press('Escape');
      await node(page, 'group').waitFor();
    }, penguinsFile()));

  it('by keyboard: reads about a kind and opens its example', () =>
    withPage(async ({ page }) => {
      await runCommand(page, 'Go to Help');
      await page.getByRole('searchbox', { name: 'Find a page' }).focus();
      await page.keyboard.type('impute');
      await page.keyboard.press('Tab');
      for (let step = 0; step < 12 && !(await inFocus(page, '.help-list a[href*="feature.impute"]')); step++) {
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Impute', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Open as a graph' }).first().focus();
      await page.keyboard.press('Enter');
      await node(page, 'impute').waitFor();
    }));

  it('by keyboard: walks the tour and the screens in the dark', () =>
    withPage(async ({ page }) => {
      await runCommand(page, 'Dark theme');
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
      await runCommand(page, 'Tour of the editor');
      for (const title of ['Nodes', 'Canvas', 'Inspector', 'Plan and run', 'Results', 'Readiness']) {
        const card = page.getByRole('dialog', { name: title });
        await card.waitFor();
        await expect.poll(() => inFocus(page, '.tour-card')).toBe(true);
        await page.keyboard.press('ArrowRight');
      }
      await page.keyboard.press('Escape');
      for (const screen of ['runs', 'models', 'devices']) {
        await runCommand(page, `Go to ${screen}`);
        await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#/${screen}`);
      }
    }, penguinsFile()));
});
