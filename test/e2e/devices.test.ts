import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDeviceLease } from '../../main/compute/devices/device-lease.ts';
import { readDeviceSharing } from '../../main/compute/devices/device-sharing.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { chromiumPath, launchBrowser, openPage, type RunningApp, screenshot, startApp } from './app.ts';

let app: RunningApp;
let browser: Browser;
const devicesDir = mkdtempSync(join(tmpdir(), 'slipway-devices-'));

describe.skipIf(chromiumPath === undefined)('devices', () => {
  beforeAll(async () => {
    // Read by the engine that starts here, and by the leases of this test.
    process.env['SLIPWAY_DEVICES_DIR'] = devicesDir;
    app = await startApp();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await removeFolder(devicesDir);
  });

  it('checks the machine, shows who is on the graphics processor, and sets who goes first', async () => {
    const use = { role: 'serving', what: 'model delays', provider: 'webgpu', bytes: 3 * 2 ** 20 } as const;
    const lease = openDeviceLease(use, devicesDir);
    const { page, errors } = await openPage(browser, app.url);
    try {
      await page.evaluate(() => {
        location.hash = '#/devices';
      });
      await page.getByRole('table', { name: 'Check of this machine' }).getByText('can be written').waitFor();
      await page.getByRole('cell', { name: 'Endpoint: model delays' }).waitFor();
      await page.getByLabel('Goes first').selectOption({ label: 'Trainings; endpoints wait' });
      await expect.poll(() => readDeviceSharing(devicesDir).first).toBe('training');
      const memory = page.getByLabel('Memory for all');
      await memory.fill('512');
      await memory.press('Enter');
      await expect.poll(() => readDeviceSharing(devicesDir)).toEqual({ first: 'training', memoryMiB: 512 });
      lease.close();
      await page.getByText('No model is on a graphics processor now.').waitFor();
      await page.getByRole('button', { name: 'Check again' }).click();
      await page.getByRole('table', { name: 'Check of this machine' }).getByText('can be written').waitFor();
      await screenshot(page, 'devices');
      expect(errors).toEqual([]);
    } finally {
      lease.close();
      await page.close();
    }
  });
});
