import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { connectRpc } from '../support/rpc-client.ts';
import { chromiumPath, openPage, root, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

interface Document extends Record<string, unknown> {
  id: string;
  name: string;
  nodes: Record<string, Record<string, unknown>>;
  edges: { from: string; to: string }[];
  layout: { nodes: Record<string, { x: number; y: number }> };
}

/** The penguins, with a step that explains their model. */
function explainedPenguins(): Document {
  const penguins = JSON.parse(
    readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8'),
  ) as Document;
  const evaluated = penguins.edges.filter(({ to }) => to.startsWith('evaluate.'));
  return {
    ...penguins,
    id: 'why-penguins',
    name: 'Why penguins',
    nodes: { ...penguins.nodes, why: { kind: 'train.explain', version: 1, title: 'Explain', params: {} } },
    edges: [...penguins.edges, ...evaluated.map(({ from, to }) => ({ from, to: to.replace('evaluate.', 'why.') }))],
    layout: { ...penguins.layout, nodes: { ...penguins.layout.nodes, why: { x: 1200, y: 460 } } },
  };
}

describe.skipIf(chromiumPath === undefined)('explanations', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('shows what a model uses, and why a row gets its prediction', async () => {
    const rpc = await connectRpc(app.url);
    const document = explainedPenguins();
    await rpc.client.graph.save({ document, path: join(app.dataDir, 'graphs', 'p.slipway.json') });
    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Why penguins', { exact: true }).first().click();
    const node = page.locator('.react-flow__node[data-id="why"]');
    await node.waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText('Everything is up to date').waitFor({ timeout: 120_000 });
    await node.click();
    await page.getByRole('img', { name: /^Permutation importance: / }).waitFor();
    await page.getByRole('img', { name: /^Contributions of rows: / }).waitFor();
    await page
      .getByRole('img', { name: /^Mean prediction by / })
      .first()
      .waitFor();
    await screenshot(page, 'explanation-report-light');

    await rpc.client.endpoint.start({ document, nodeId: 'endpoint' });
    rpc.close();
    await page.getByRole('link', { name: 'Endpoints' }).click();
    const why = page.getByRole('button', { name: 'Why this prediction?' });
    await why.waitFor();
    await why.click();
    const waterfall = page.getByRole('img', { name: /^What speaks for .*average .*this row/ });
    await waterfall.waitFor();
    await waterfall.scrollIntoViewIfNeeded();
    await screenshot(page, 'explanation-playground-light');
    await page.getByRole('button', { name: /What speaks for/ }).click();
    await page.getByRole('menuitem', { name: /table/i }).click();
    await page.getByRole('columnheader', { name: 'contribution' }).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
