import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';
import { chromiumPath, launchBrowser, type RunningApp, root, screenshot, startApp } from './app.ts';

interface Document {
  nodes: Record<string, { params: Record<string, unknown> }>;
}

let app: RunningApp;
let browser: Browser;
let page: Page;
let rpc: RpcConnection;
const problems: string[] = [];

async function train(l2: number): Promise<void> {
  const text = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
  const document = JSON.parse(text) as Document & Record<string, unknown>;
  const node = document.nodes['species'];
  if (node === undefined) throw new Error('The penguins template has no trainer.');
  node.params['l2'] = l2;
  const { runId } = await rpc.client.run.start({ document });
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) {
    if (event.type === 'run.finished') expect(event.status).toBe('succeeded');
  }
}

describe.skipIf(chromiumPath === undefined)('experiments', () => {
  beforeAll(async () => {
    app = await startApp();
    rpc = await connectRpc(app.url);
    for (const l2 of [1, 100]) await train(l2);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Experiments' }).click();
  });
  afterAll(async () => {
    rpc?.close();
    await browser?.close();
    await app?.stop();
  });

  it('list every training with its figures, sorted and filtered', async () => {
    const rows = page.locator('.experiment-view tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    await page.getByRole('button', { name: 'log loss' }).click();
    await page.getByRole('columnheader', { name: 'log loss ↓' }).waitFor();
    await expect.poll(() => rows.first().textContent()).toContain('100');
    await page.getByLabel('Filter').fill("params.l2 = '1'");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByLabel('Filter').fill('nonsense <');
    await page.locator('.field-error').waitFor();
    await page.getByLabel('Filter').fill('');
    await expect.poll(() => rows.count()).toBe(2);
  });

  it('compare the selected ones by curve, axes and difference', async () => {
    const boxes = page.getByLabel(/^Select Species/);
    await expect.poll(() => boxes.count()).toBe(2);
    const names = await boxes.evaluateAll((found) => found.map((box) => box.getAttribute('aria-label') ?? ''));
    for (const name of names) await page.getByLabel(name, { exact: true }).check();
    await page.getByRole('tab', { name: 'Curves' }).click();
    await page.locator('.curves-view svg.ch').waitFor();
    await screenshot(page, 'experiments-curves');
    await page.getByRole('tab', { name: 'Scatter' }).click();
    const marks = page.locator('circle.trial');
    await expect.poll(() => marks.count()).toBe(2);
    await marks.first().click();
    await expect.poll(() => marks.first().getAttribute('aria-pressed')).toBe('false');
    await screenshot(page, 'experiments-scatter');
    await marks.first().press('Enter');
    await expect.poll(() => marks.first().getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('tab', { name: 'Parallel' }).click();
    await expect.poll(() => page.locator('svg.parallel > path').count()).toBe(2);
    await page.getByRole('tab', { name: 'Compare' }).click();
    const differences = page.locator('.difference-view');
    await differences.getByText('params.l2').waitFor();
    expect(await differences.getByText('params.maxIterations').count()).toBe(0);
    await page.getByLabel('Only what differs').click();
    await differences.getByText('params.maxIterations').waitFor();
  });

  it('keep a note, and take a training off the list', async () => {
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByLabel('Note on Species').first().fill('too much');
    await page.getByLabel('Filter').focus();
    await expect
      .poll(async () => {
        const { trainings } = await rpc.client.experiment.trainings({
          experiment: (await rpc.client.experiment.list())[0]?.id ?? 0,
          offset: 0,
          limit: 10,
          params: [],
          metrics: [],
        });
        return trainings.map(({ note }) => note).toSorted();
      })
      .toEqual(['', 'too much']);
    await page.getByRole('button', { name: 'Take off the list' }).first().click();
    await expect.poll(() => page.locator('.experiment-view tbody tr').count()).toBe(1);
    expect(problems).toEqual([]);
  });
});
