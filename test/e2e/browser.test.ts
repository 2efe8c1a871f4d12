import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type AppPage, chromiumPath, openPage, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { screenAtRest } from './at-rest.ts';
import { editorPage } from './editor-page.ts';

let app: RunningApp;
let browser: Browser;

describe.skipIf(chromiumPath === undefined)('the app in Chromium', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function withPage(use: (page: AppPage) => Promise<void>, theme: 'light' | 'dark' = 'light'): Promise<void> {
    const opened = await openPage(browser, app.url, theme);
    try {
      await use(opened);
      expect(opened.errors).toEqual([]);
    } catch (error) {
      await screenshot(opened.page, `failed-${Date.now()}`);
      throw error;
    } finally {
      await opened.page.context().close();
    }
  }

  it('opens with the sample graph and its plan', () =>
    withPage(async ({ page }) => {
      await page.locator('.react-flow__node[data-id="trailing"]').waitFor();
      await page.getByText(/\d+ of 12 steps will run/).waitFor();
      await expect.poll(() => page.title()).toContain('Flight delays');
      await screenshot(page, 'editor-at-rest-light');
    }));

  it('builds a graph from an empty canvas, runs it, predicts and exports', () =>
    withPage(async ({ page }) => {
      const editor = editorPage(page);
      await editor.newGraph();
      await screenshot(page, 'editor-empty-light');
      for (const title of [
        'File',
        'Split',
        'Impute',
        'Linear model',
        'Evaluate',
        'Register',
        'Endpoint',
        'Drift monitor',
      ]) {
        await editor.addNode(title);
      }
      await editor.arrange();
      const wanted: [string, string][] = [
        ['file.table', 'split.input'],
        ['split.train', 'impute.input'],
        ['impute.features', 'linear.features'],
        ['linear.model', 'evaluate.model'],
        ['split.test', 'evaluate.table'],
        ['linear.model', 'register.model'],
        ['evaluate.report', 'register.report'],
        ['register.model', 'endpoint.model'],
        ['endpoint.requests', 'drift.requests'],
      ];
      for (const [from, to] of wanted) await editor.connect(from, to);
      expect(await editor.edgeCount()).toBe(wanted.length);

      // A connection that does not fit is refused, and the reason stands at the pointer.
      await editor.drag('split.test', 'linear.features');
      await page.getByText('split.test gives a table, but linear.features takes features').waitFor();
      expect(await editor.edgeCount()).toBe(wanted.length);

      await editor.select('file');
      await editor.inspector.getByRole('textbox', { name: /^Path/ }).fill('pkg:vega-datasets/data/penguins.json');
      // Column pickers know the columns before anything has run.
      await editor.select('impute');
      await editor.inspector.getByRole('button', { name: 'Columns', exact: true }).click();
      for (const column of ['Beak Length (mm)', 'Flipper Length (mm)', 'Body Mass (g)']) {
        await editor.inspector.getByRole('checkbox', { name: column }).check();
      }
      await editor.select('linear');
      await editor.inspector
        .getByRole('combobox', { name: 'Label', exact: true })
        .selectOption({ label: 'abc Species' });
      await page.getByText(/6 of 6 steps will run/).waitFor();
      await editor.run();
      await editor.waitForNode('register', /(Fresh|Cached)/);
      await page.getByText('Everything is up to date').waitFor();

      await editor.select('evaluate');
      await page.getByText('accuracy').first().waitFor();
      await screenshot(page, 'evaluation-light');
      await editor.select('split');
      await page
        .getByRole('region', { name: 'Results' })
        .getByText(/rows 1–\d+ of \d+/)
        .waitFor();
      await screenshot(page, 'data-preview-light');

      await editor.select('endpoint');
      await editor.inspector.getByRole('button', { name: 'Start endpoint' }).click();
      await editor.waitForNode('endpoint', /Live/);
      await editor.inspector
        .getByRole('button', { name: 'Open endpoint' })
        .or(editor.inspector.getByRole('link', { name: 'Open endpoint' }))
        .first()
        .click();
      await page.getByLabel('Flipper length').first().fill('230');
      await page.getByLabel('Body mass').first().fill('5700');
      await page
        .getByText(/Gentoo/)
        .first()
        .waitFor();
      await screenshot(page, 'playground-light');

      await page.getByRole('link', { name: 'Graphs' }).click();
      await page.getByRole('banner').getByRole('button', { name: 'Export' }).click();
      const dialog = page.getByRole('dialog', { name: 'Export' });
      await dialog.getByText('run.yaml').click();
      await dialog.getByText('restartPolicy').first().waitFor();
      await screenshot(page, 'export-light');
      const out = join(app.dataDir, 'bundle');
      await dialog.getByPlaceholder("Folder on the engine's machine").fill(out);
      await dialog.getByRole('button', { name: /Write \d+ files/ }).click();
      await expect.poll(() => readdirSync(app.dataDir).includes('bundle')).toBe(true);
      await expect.poll(() => readFileSync(join(out, 'README.md'), 'utf8')).toContain('kubectl apply -k');
    }));

  it('undoes and redoes, results included, and runs only what a change touches', () =>
    withPage(async ({ page }) => {
      const editor = editorPage(page);
      await page.getByRole('link', { name: 'Home' }).click();
      await page.getByText('Penguins', { exact: true }).first().click();
      await editor.node('register').waitFor();
      await editor.run();
      await editor.waitForNode('register', /(Fresh|Cached)/);

      await editor.select('impute');
      await editor.inspector.getByRole('combobox', { name: 'Numbers', exact: true }).selectOption('Mean');
      await editor.waitForNode('impute', /Stale.*Numbers|Stale.*numbers/i);
      await editor.waitForNode('split', /(Fresh|Cached)/);
      await screenshot(page, 'editor-stale-light');
      await page.locator('.react-flow__pane').click({ position: { x: 10, y: 10 } });
      await page.keyboard.press('Control+z');
      await editor.waitForNode('impute', /(Fresh|Cached)/);
      await page.getByText('Everything is up to date').waitFor();
      await page.keyboard.press('Control+Shift+z');
      await editor.waitForNode('impute', /Stale/);

      await editor.select('encode');
      await page.keyboard.press('Delete');
      await expect.poll(() => editor.node('encode').count()).toBe(0);
      await page.keyboard.press('Control+z');
      await editor.node('encode').waitFor();
    }));

  it('says what is wrong at the node that fails, and saves and opens again', () =>
    withPage(async ({ page }) => {
      const editor = editorPage(page);
      await editor.newGraph();
      await editor.addNode('File');
      await editor.inspector.getByRole('textbox', { name: /^Path/ }).fill('no-such-file.csv');
      await editor.waitForNode('file', /no-such-file\.csv/);
      await page.getByRole('button', { name: /1 problem/ }).click();
      await page.getByText('no-such-file.csv').first().waitFor();
      await screenshot(page, 'editor-problem-light');
      await page.keyboard.press('Escape');
      await editor.inspector.getByRole('textbox', { name: /^Path/ }).fill('pkg:vega-datasets/data/seattle-weather.csv');
      await editor.waitForNode('file', /Not run yet/);
      await page.locator('.react-flow__pane').click({ position: { x: 10, y: 10 } });
      await page.keyboard.press('Control+s');
      const saving = page.getByRole('dialog', { name: /Save/ });
      await saving.waitFor();
      await saving.getByRole('textbox', { name: 'Folder' }).fill(app.dataDir);
      await page.keyboard.press('Enter');
      await screenshot(page, 'save-light');
      await saving.getByRole('button', { name: /^Save/ }).click();
      const saved = () => readdirSync(app.dataDir).filter((name) => name.endsWith('.slipway.json'));
      await expect.poll(() => saved().length).toBe(1);
      expect(readFileSync(join(app.dataDir, saved()[0] ?? ''), 'utf8')).toContain('seattle-weather.csv');
      await page.getByRole('link', { name: 'Home' }).click();
      await page.getByText(app.dataDir).first().waitFor();
    }));

  it.each(['light', 'dark'] as const)('shows every screen without errors, %s', (theme) =>
    withPage(async ({ page }) => {
      for (const name of ['Home', 'Runs', 'Models', 'Endpoints', 'Monitors', 'Settings', 'Graphs']) {
        await page.getByRole('link', { name }).click();
        await expect.poll(() => page.getByRole('main').innerText()).not.toBe('');
        await screenAtRest(page);
        await screenshot(page, `${name.toLowerCase()}-${theme}`);
      }
    }, theme),
  );
});
