import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';
import { chromiumPath, launchBrowser, type RunningApp, root, screenshot, startApp } from './app.ts';

interface Document extends Record<string, unknown> {
  nodes: Record<string, { kind: string; params: Record<string, unknown> }>;
}

let app: RunningApp;
let browser: Browser;
let page: Page;
let rpc: RpcConnection;
let asked: Document;

/** Registers a version of the penguins; from the second on, a person must approve. */
async function register(l2: number, approval: 'none' | 'person'): Promise<void> {
  const text = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
  const document = JSON.parse(text) as Document;
  for (const { kind, params } of Object.values(document.nodes)) {
    if (kind === 'train.register') params['approval'] = approval;
  }
  const species = document.nodes['species'];
  if (species !== undefined) species.params['l2'] = l2;
  asked = document;
  const { runId } = await rpc.client.run.start({ document });
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) {
    if (event.type === 'run.finished') expect(event.status).toBe('succeeded');
  }
}

const champion = async () =>
  (await rpc.client.model.list()).find(({ aliases }) => aliases.includes('champion'))?.version;

describe.skipIf(chromiumPath === undefined)('a version that waits for a person', () => {
  beforeAll(async () => {
    app = await startApp();
    rpc = await connectRpc(app.url);
    await register(1, 'none');
    await register(50, 'person');
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'Version 2', exact: true }).click();
  });
  afterAll(async () => {
    rpc?.close();
    await browser?.close();
    await app?.stop();
  });

  it('stands in a table that fits a narrow window', async () => {
    await page.setViewportSize({ width: 900, height: 700 });
    await expect
      .poll(() => page.locator('.versions').evaluate((table) => table.scrollWidth - table.clientWidth))
      .toBe(0);
    await screenshot(page, 'models-narrow');
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('is not served: the champion is', async () => {
    const [nodeId] = Object.entries(asked.nodes).find(([, { kind }]) => kind === 'serve.endpoint') ?? [];
    const { id } = await rpc.client.endpoint.start({ document: asked, nodeId: nodeId ?? '' });
    await expect
      .poll(async () => (await rpc.client.endpoint.list()).find((one) => one.id === id)?.model?.version)
      .toBe('1');
    await rpc.client.endpoint.stop({ id });
  });

  it('is approved by name, and only then names the champion', async () => {
    const review = page.getByRole('region', { name: 'Approval' });
    await review.getByText('Waits for somebody to approve it as champion').waitFor();
    expect(await champion()).toBe(1);
    await expect.poll(() => page.getByRole('button', { name: 'Promote version 2' }).isDisabled()).toBe(true);
    await screenshot(page, 'models-approval');
    await review.getByLabel('Your name').fill('Ada');
    await review.getByLabel('Why').fill('Better on small birds');
    await review.getByRole('button', { name: 'Approve' }).click();
    await review.getByText('Approved by Ada').waitFor();
    await expect.poll(champion).toBe(2);
    const { card } = await rpc.client.model.card({ name: 'penguins', version: 2 });
    expect(card).toContain('approved by Ada, as @champion: Better on small birds');
  });

  it('is rolled back, archived and brought back', async () => {
    await page.getByRole('button', { name: 'Roll the champion back' }).click();
    await expect.poll(champion).toBe(1);
    await page.getByText('rolled back').first().waitFor();
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('button', { name: 'Bring back' }).waitFor();
    await page.locator('.versions').getByText('archived').waitFor();
    await screenshot(page, 'models-archived');
    await page.getByRole('button', { name: 'Bring back' }).click();
    await page.getByRole('button', { name: 'Archive' }).waitFor();
  });
});
