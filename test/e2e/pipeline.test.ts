import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import { routerNode } from '../../nodes/serve/router/definition.ts';
import { exampleGraph } from '../../shared/docs/example-graph.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import {
  type AppPage,
  chromiumPath,
  launchBrowser,
  openPage,
  patienceMs,
  type RunningApp,
  screenshot,
  startApp,
} from './app.ts';

let app: RunningApp;
let browser: Browser;
let opened: AppPage;

/** The example of a router, behind an endpoint. */
function servedRouter(): GraphDocument {
  const graph = exampleGraph(routerNode, definitionOf);
  return {
    ...graph,
    id: 'two-models',
    nodes: { ...graph.nodes, endpoint: { kind: 'serve.endpoint', version: 1, params: {} } },
    edges: [...graph.edges, { from: 'router.model', to: 'endpoint.model' }],
    layout: { ...graph.layout, nodes: { ...graph.layout.nodes, endpoint: { x: 1400, y: 420 } } },
  };
}

describe.skipIf(chromiumPath === undefined)('a pipeline of two models', () => {
  beforeAll(async () => {
    app = await startApp();
    mkdirSync(join(app.dataDir, 'graphs'), { recursive: true });
    const graph = join(app.dataDir, 'graphs', 'two-models.slipway.json');
    writeFileSync(graph, JSON.stringify(servedRouter()));
    browser = await launchBrowser();
    opened = await openPage(browser, 'about:blank');
    const { page } = opened;
    await page.addInitScript((path) => localStorage.setItem('slipway.last-graph', path), graph);
    await page.goto(app.url);
  });

  afterAll(async () => {
    if (opened !== undefined) await screenshot(opened.page, 'pipeline-last');
    await browser?.close();
    await app?.stop();
  });

  it('takes its rule as an expression on the canvas', async () => {
    const { page } = opened;
    await page.locator('.react-flow__node[data-id="router"] .node-title').click();
    const rule = page.locator('[data-field="rule"]');
    await rule.waitFor();
    await expect
      .poll(() =>
        rule
          .locator('textarea, input, .cm-content')
          .first()
          .evaluate((field) => (field as HTMLInputElement).value ?? field.textContent),
      )
      .toContain('confidence < 0.8');
    await screenshot(page, 'pipeline-canvas');
  });

  it('shows the time of each step, and what each has done', async () => {
    const { page, errors } = opened;
    await page.locator('.react-flow__node[data-id="endpoint"] .node-title').click();
    await page.getByRole('button', { name: 'Start endpoint' }).last().click();
    await page.getByRole('link', { name: 'Endpoints' }).click();
    await page.getByRole('tab', { name: 'Versions' }).click({ timeout: 2 * patienceMs });
    const steps = page.getByRole('table', { name: 'Steps' });
    await steps.getByRole('row', { name: /linear/ }).waitFor();
    await steps.getByRole('row', { name: /trees/ }).waitFor();
    await page.getByRole('list', { name: 'Steps' }).getByText('linear').first().waitFor();
    await screenshot(page, 'pipeline-steps');
    expect(errors).toEqual([]);
  });
});
