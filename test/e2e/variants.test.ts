import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { connectRpc } from '../support/rpc-client.ts';
import { chromiumPath, openPage, root, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { runCommand } from './palette-command.ts';

let app: RunningApp;
let browser: Browser;

describe.skipIf(chromiumPath === undefined)('variants, pins and the way back to data', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('compares settings of a node, pins its result, and shows what a model was made from', async () => {
    const penguins = JSON.parse(readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8')) as {
      nodes: Record<string, Record<string, unknown>>;
    };
    const rpc = await connectRpc(app.url);
    const species = { ...penguins.nodes['species'], variants: { strict: { label: 'species', l2: 10 } } };
    const document = { ...penguins, nodes: { ...penguins.nodes, species } };
    await rpc.client.graph.save({ document, path: join(app.dataDir, 'graphs', 'p.slipway.json') });
    rpc.close();

    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Penguins', { exact: true }).first().click();
    const node = page.locator('.react-flow__node[data-id="species"]');
    await node.waitFor();
    await runCommand(page, 'Run with all variants');
    await page.getByText('Everything is up to date').waitFor({ timeout: 120_000 });
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('heading', { name: /Variants at Evaluate/ }).waitFor();
    await page.getByRole('rowheader', { name: /strict/ }).waitFor();
    await screenshot(page, 'run-variants-light');

    await page.getByRole('link', { name: 'Graphs' }).click();
    await node.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin the result' }).click();
    await expect.poll(() => node.getAttribute('aria-label')).toContain('Pinned');

    await node.click();
    const running = page.getByRole('group').filter({ hasText: 'Running' });
    await running.getByText('Running', { exact: true }).click();
    await running.getByLabel('Attempts').fill('3');
    await running.getByLabel('Time limit').fill('90');
    await running.getByLabel('Memory').fill('512');
    await page.keyboard.press('Control+s');
    await screenshot(page, 'run-settings-light');
    const path = join(app.dataDir, 'graphs', 'p.slipway.json');
    const saved = async () => (JSON.parse(await readFile(path, 'utf8')) as typeof penguins).nodes['species'];
    await expect
      .poll(saved)
      .toMatchObject({ retry: { attempts: 3 }, timeoutMs: 90_000, resources: { memoryBytes: 2 ** 29 } });

    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'penguins.json, version 1' }).first().click();
    await page.getByRole('heading', { name: 'penguins.json' }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
