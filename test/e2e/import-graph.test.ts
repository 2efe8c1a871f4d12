import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

const stranger = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'stranger',
  name: 'From a stranger',
  nodes: { script: { kind: 'data.python', version: 1, params: { script: 'print("in")' } } },
  edges: [],
};

describe.skipIf(chromiumPath === undefined)('a graph of the machine of the window', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('opens restricted, and says so', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${app.url}`);
    await page.locator('.rail a[href="#/home"]').click();
    await page.getByLabel('Graph file of this computer').setInputFiles({
      name: 'stranger.slipway.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(stranger)),
    });
    const bar = page.getByRole('region', { name: 'Trust in this graph' });
    await bar.getByText('comes from elsewhere').waitFor();
    await screenshot(page, 'import-graph');
    await bar.getByRole('button', { name: 'Trust this graph' }).waitFor();
    expect(existsSync(join(app.dataDir, 'imported', 'stranger.slipway.json'))).toBe(true);
    await page.close();
  });
});
