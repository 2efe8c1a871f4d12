import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../support/remove-folder.ts';
import { chromiumPath, launchBrowser, openPage, type RunningApp, screenshot, startApp } from './app.ts';
import { screenAtRest } from './at-rest.ts';
import { openClosedLoopTour } from './closed-loop-page.ts';

let app: RunningApp;
let browser: Browser;
let dir = '';

/** Two numbers that go together, or not, and a text. */
function csv(isLinked: boolean, seed: number): string {
  const lines = Array.from({ length: 800 }, (_, i) => {
    const a = ((i * 7919 + seed) % 1000) / 10;
    const b = isLinked ? a + ((i * 31) % 70) / 10 : ((i * 104_729 + 3 * seed) % 1000) / 10;
    return `${a},${b},the ship ${i % 97} came ${['late', 'early', 'fine'][i % 3]} to port ${i}`;
  });
  return `a,b,note\n${lines.join('\n')}\n`;
}

describe.skipIf(chromiumPath === undefined)('monitors', () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'slipway-monitors-'));
    writeFileSync(join(dir, 'reference.csv'), csv(true, 1));
    writeFileSync(join(dir, 'current.csv'), csv(false, 2));
    app = await startApp();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await removeFolder(dir);
  });

  it('compare any two tables, as columns and as a whole', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.evaluate(() => {
      location.hash = '#/monitors/compare';
    });
    await page.getByLabel('Reference').fill(join(dir, 'reference.csv'));
    await page.getByLabel('Current').fill(join(dir, 'current.csv'));
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('Rows as a whole').waitFor();
    await page.getByText('Each column is alike, but whole rows differ.').waitFor();
    await page.getByText('Told apart with ROC AUC').waitFor();
    await page.getByRole('button', { name: 'note · words', exact: true }).waitFor();
    await screenshot(page, 'monitors-compare');
    expect(errors).toEqual([]);
  });

  it('show the tour of the closed loop beside the monitors, never over them', async () => {
    const { page, errors } = await openPage(browser, app.url);
    const tour = await openClosedLoopTour(page);
    const main = page.locator('.screen-main');
    await main.waitFor();
    await screenAtRest(page);
    const [left, right] = [await main.boundingBox(), await tour.boundingBox()];
    expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThanOrEqual((right?.x ?? 0) + 1);
    // A click that something else would take fails.
    await page.getByRole('button', { name: /^System/ }).click();
    await page.getByRole('heading', { name: 'System' }).waitFor();
    await tour.getByRole('button', { name: 'Start endpoint' }).click({ trial: true });
    await screenshot(page, 'monitors-tour');
    expect(errors).toEqual([]);
  });
});
