import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { keyFilePath, readKeys } from '../../main/serving/keys/key-file.ts';
import { chromiumPath, openPage, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

describe.skipIf(chromiumPath === undefined)('keys of endpoints', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('are made, renewed and revoked in the settings, their secret seen once', async () => {
    const keys = async () => (await readKeys(keyFilePath(app.dataDir))) ?? [];
    const { page, errors } = await openPage(browser, app.url);
    try {
      await page.evaluate(() => {
        location.hash = '#/settings';
      });
      await page.getByText('There is no key yet.').waitFor();
      await page.getByRole('button', { name: 'New key' }).click();
      const dialog = page.getByRole('dialog');
      await expect.poll(() => dialog.getByRole('button', { name: 'Make the key' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Name', { exact: true }).fill('till 7');
      await dialog.getByLabel('statistics').check();
      await dialog.getByLabel('Requests per second').fill('50');
      await dialog.getByRole('button', { name: 'Make the key' }).click();
      await page.getByRole('cell', { name: 'till 7' }).first().waitFor();
      expect(await keys()).toMatchObject([{ name: 'till 7', scopes: ['infer', 'read'], ratePerSecond: 50 }]);
      const secret = (await page.getByRole('status').locator('code').textContent()) ?? '';
      expect(secret.length).toBeGreaterThan(20);
      await screenshot(page, 'keys');

      await page.getByRole('button', { name: 'Renew the key “till 7”' }).click();
      await expect.poll(async () => (await keys()).length).toBe(2);
      await expect.poll(() => page.getByRole('status').locator('code').textContent()).not.toBe(secret);
      await page.reload();
      await page.getByRole('cell', { name: 'till 7' }).first().waitFor();
      expect(await page.content()).not.toContain(secret);

      await page.getByRole('button', { name: 'Revoke the key “till 7”' }).first().click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
      await expect.poll(async () => (await keys()).length).toBe(1);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  });
});
