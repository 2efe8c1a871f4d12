import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, openPage, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { holdsFocus, screenAtRest } from './at-rest.ts';
import { runCommand } from './palette-command.ts';

let app: RunningApp;
let browser: Browser;

/** What axe finds against WCAG 2.2 AA, as `rule: element` lines. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
}

describe.skipIf(chromiumPath === undefined)('accessibility', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  // Axe looks at every element of eighteen places; under load a minute and a half has been seen.
  it.each(['light', 'dark'] as const)('axe finds nothing on any screen, %s', { timeout: 480_000 }, async (theme) => {
    const { page } = await openPage(browser, app.url, theme);
    await page.locator('.react-flow__node').first().waitFor();
    const found: string[] = [];
    async function look(where: string) {
      await screenAtRest(page);
      found.push(...(await violations(page)).map((line) => `${where}: ${line}`));
    }
    await look('editor');
    await page.locator('.react-flow__node[data-id="trees"] .node-title').click();
    await look('inspector');
    await page.getByRole('tab', { name: 'Outline' }).click();
    await look('outline');
    await page.getByRole('button', { name: /^Readiness/ }).click();
    await page.getByRole('dialog', { name: 'Readiness' }).getByRole('list').waitFor();
    await look('readiness');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
    await look('commands');
    await page.keyboard.press('Escape');
    for (const name of [
      'Home',
      'Data',
      'Features',
      'Runs',
      'Experiments',
      'Models',
      'Endpoints',
      'Monitors',
      'Cluster',
      'Devices',
      'Help',
      'Settings',
    ]) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.locator(`.rail a[href="#/${name.toLowerCase()}"][aria-current="page"]`).waitFor();
      await look(name);
    }
    await page.evaluate(() => {
      location.hash = '#/help/feature.impute';
    });
    await look('help page');
    await page.evaluate(() => {
      location.hash = '#/graph';
    });
    await runCommand(page, 'Tour of the editor');
    await page.getByRole('dialog', { name: 'Nodes' }).waitFor();
    await look('tour');
    await page.context().close();
    expect(found).toEqual([]);
  });

  it('builds, runs and inspects a graph by keyboard alone', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const command = (title: string) => runCommand(page, title);
    const name = (id: string) => page.locator(`.react-flow__node[data-id="${id}"]`).getAttribute('aria-label');

    await command('New graph');
    await page.getByText('A graph starts with data.').waitFor();
    await press('/');
    await holdsFocus(page, page.getByRole('searchbox', { name: 'Find a node' }));
    await page.keyboard.type('file');
    await press('ArrowDown', 'Enter');
    await page.locator('.react-flow__node[data-id="file"]').waitFor();

    // The outline is the canvas in words: Enter goes to the settings of the chosen node.
    await command('Outline');
    await page.getByRole('tree', { name: 'Graph' }).getByRole('treeitem').first().waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treeitem');
    await press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.inspector') !== null)).toBe(true);
    for (let step = 0; step < 12; step++) {
      if (
        await page.evaluate(
          () =>
            document.activeElement?.closest('[data-field="path"]') !== null &&
            document.activeElement?.tagName === 'INPUT',
        )
      )
        break;
      await press('Tab');
    }
    await page.keyboard.type('pkg:vega-datasets/data/seattle-weather.csv');
    await expect.poll(() => name('file')).toContain('Not run yet');

    await command('Add SQL');
    await page.locator('.react-flow__node[data-id="sql"]').waitFor();
    await command('Outline');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-node'))).toBe('sql');
    await press('c');
    await page.getByRole('menuitem', { name: 'File, table → input' }).waitFor();
    await press('Enter');
    await expect.poll(() => page.locator('.react-flow__edge').count()).toBe(1);
    await page.getByRole('treeitem', { name: /^SQL/ }).waitFor();

    await press('Control+Enter');
    await expect.poll(() => name('sql')).toMatch(/Fresh|Cached/);
    await press('p');
    await page.getByRole('region', { name: 'Results' }).getByText('precipitation').first().waitFor();
    await screenshot(page, 'keyboard-journey-light');
    await page.context().close();
    expect(errors).toEqual([]);
  });
});
