import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAlertRecords } from '../../main/store/alert-records.ts';
import { openDatabase } from '../../main/store/database.ts';
import { chromiumPath, launchBrowser, openPage, type RunningApp, screenshot, startApp } from './app.ts';

let app: RunningApp;
let browser: Browser;

/** Alerts of two monitors, one of them over; as monitors would have left them. */
function seedAlerts(dataDir: string): void {
  const database = openDatabase(dataDir);
  const records = createAlertRecords(database);
  const bins = ['0', '10', '20', '30'].map((label, i) => ({
    label,
    reference: 0.25,
    current: [0.1, 0.1, 0.3, 0.5][i] ?? 0,
  }));
  const explanation = {
    sentences: ['1 of 3 inputs differ from the training data in the last 500 requests.', 'distance: larger.'],
    columns: [{ column: 'distance', words: 'Half as large again', effect: 0.6, distribution: bins }],
    performance: { metric: 'rocAuc', now: 0.65, reference: 0.71 },
    examples: [{ distance: 1200, origin: 'KSFO' }],
    owner: 'Flights team',
  };
  const none = { sentences: ['Realized rocAuc is 0.64.'], columns: [], performance: null, examples: [] };
  const flights = { graphId: 'flights', nodeId: 'drift', severity: 'warning' as const, explanation };
  records.open({ ...flights, kind: 'drift', title: 'Inputs of flights drift' });
  records.open({
    ...flights,
    kind: 'break',
    severity: 'critical',
    title: 'Inputs of flights have changed at their source',
  });
  const performance = { ...flights, nodeId: 'performance', explanation: none };
  records.open({ ...performance, kind: 'realized-drop', title: 'Realized performance of flights has dropped' });
  records.open({ ...performance, kind: 'estimated-drop', title: 'Estimated performance of flights has dropped' });
  records.resolve('flights', 'performance', 'estimated-drop');
  database.close();
}

describe.skipIf(chromiumPath === undefined)('the list of alerts', () => {
  beforeAll(async () => {
    app = await startApp();
    seedAlerts(app.dataDir);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  it('groups, filters, acknowledges and silences, also by keyboard', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.evaluate(() => {
      location.hash = '#/monitors/alerts';
    });
    const drift = page.getByRole('region', { name: 'flights/drift' });
    await drift.getByText('2 of 2 open').waitFor();
    expect(await drift.locator('.alert-line').allTextContents()).toEqual([
      expect.stringContaining('changed at their source'),
      expect.stringContaining('Inputs of flights drift'),
    ]);
    await screenshot(page, 'alerts');

    // By keyboard: down over the groups, acknowledge, silence.
    await drift.locator('.alert-line').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('a');
    await drift.locator('.alert-line').last().getByText('Acknowledged').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Realized performance of flights has dropped' }).waitFor();
    await page.keyboard.press('s');
    const performance = page.getByRole('region', { name: 'flights/performance' });
    await performance.getByText('Silenced').waitFor();
    await performance.getByRole('button', { name: 'End silence' }).click();
    await expect.poll(() => performance.getByText('Silenced').count()).toBe(0);

    // From the line, and what is over.
    await drift.getByRole('button', { name: /^Acknowledge: / }).click();
    await expect.poll(() => drift.getByText('Acknowledged').count()).toBe(2);
    await page.getByRole('radio', { name: 'All' }).click();
    await performance.getByText('1 of 2 open').waitFor();
    await page.getByRole('radio', { name: 'By cause' }).click();
    await page.getByRole('region', { name: 'source changed' }).waitFor();
    await page.getByLabel('Find in alerts').fill('nobody');
    await page.getByText('No alert is like this.').waitFor();
    await page.getByRole('button', { name: 'Show all alerts' }).click();
    await expect.poll(() => page.locator('.alert-line').count()).toBe(4);
    expect(errors).toEqual([]);
  });
});
