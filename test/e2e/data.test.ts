import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { connectRpc } from '../support/rpc-client.ts';
import { chromiumPath, openPage, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

describe.skipIf(chromiumPath === undefined)('the Data screen', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('shows versions, their profile and differences, and pins the graph to one', async () => {
    const graphs = join(app.dataDir, 'graphs');
    mkdirSync(graphs, { recursive: true });
    const document = {
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'sales',
      name: 'Sales',
      nodes: { orders: { kind: 'data.file', version: 1, params: { path: 'orders.csv' } } },
      edges: [],
      parameters: {},
      groups: {},
      layout: { nodes: {}, frames: [] },
    };
    const rpc = await connectRpc(app.url);
    const path = join(graphs, 'sales.slipway.json');
    await rpc.client.graph.save({ document, path });
    for (const [shift, extra] of [
      [0, ''],
      [40, ',note'],
    ] as const) {
      const rows = Array.from({ length: 200 }, (_, id) => `${id},${(id % 17) + shift}${extra === '' ? '' : ',late'}`);
      writeFileSync(join(graphs, 'orders.csv'), [`id,price${extra}`, ...rows, ''].join('\n'));
      const { runId } = await rpc.client.run.start({ document, path });
      for await (const event of await rpc.client.run.events({ runId, after: 0 })) void event;
    }
    rpc.close();

    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Sales', { exact: true }).first().click();
    await page.locator('.react-flow__node[data-id="orders"]').waitFor();
    await page.getByRole('link', { name: 'Data' }).click();
    await page.getByRole('heading', { name: 'orders.csv' }).waitFor();
    await expect.poll(() => page.getByRole('table', { name: 'Versions' }).getByRole('row').count()).toBe(3);
    await page.getByRole('button', { name: 'price' }).waitFor();
    await screenshot(page, 'data-profile-light');

    await page.getByRole('radio', { name: 'Correlation' }).click();
    await page.getByRole('table', { name: 'Correlation of columns' }).waitFor();
    await page.getByTitle(/^id and price: /).waitFor();
    await page.getByText('All 200 rows.').waitFor();
    await screenshot(page, 'data-correlation-light');

    await page.getByRole('tab', { name: 'Differences' }).click();
    await page.getByText('Column note is new (VARCHAR).').waitFor();
    await page.getByText('200 rows came, 200 went.').waitFor();
    await page.getByRole('row', { name: /price differs/ }).waitFor();
    await screenshot(page, 'data-differences-light');
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`))).toEqual([]);

    await page.getByRole('button', { name: 'Version 1' }).click();
    await page.getByRole('button', { name: 'Pin the graph to it' }).click();
    await page.getByRole('button', { name: 'Unpin the graph' }).waitFor();
    await page.getByRole('link', { name: 'Graphs' }).click();
    await expect
      .poll(() => page.locator('.react-flow__node[data-id="orders"]').getAttribute('aria-label'))
      .toContain('Pinned');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('infers a contract from a table that has not been read yet', async () => {
    const graphs = join(app.dataDir, 'graphs');
    mkdirSync(graphs, { recursive: true });
    const rows = Array.from({ length: 100 }, (_, id) => `${id},${id % 2 === 0 ? 'new' : 'paid'}`);
    const rpc = await connectRpc(app.url);
    await rpc.client.graph.save({
      document: {
        format: 'slipway/graph',
        formatVersion: 1,
        id: 'contract',
        name: 'Contract',
        nodes: {
          states: { kind: 'data.file', version: 1, params: { path: 'states.csv' } },
          check: { kind: 'data.expect', version: 1, params: {} },
        },
        edges: [{ from: 'states.table', to: 'check.input' }],
        parameters: {},
        groups: {},
        layout: { nodes: { states: { x: 0, y: 0 }, check: { x: 320, y: 0 } }, frames: [] },
      },
      path: join(graphs, 'contract.slipway.json'),
    });
    rpc.close();
    const { page, errors } = await openPage(browser, app.url);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Contract', { exact: true }).first().click();
    await page.locator('.react-flow__node[data-id="check"]').click();
    // A table that cannot be made ends the waiting.
    const infer = page.getByRole('button', { name: 'Run what is above and infer' });
    await infer.click();
    await page.getByText('The table could not be made; the node above says why.').waitFor();
    writeFileSync(join(graphs, 'states.csv'), ['id,state', ...rows, ''].join('\n'));
    await infer.click();
    await page.getByText('8 expectations added that the table meets.').waitFor();
    await page.getByRole('button', { name: 'Infer from the table' }).waitFor();
    await screenshot(page, 'contract-light');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('shows what a formula gives for the first rows, as it is typed', async () => {
    const graphs = join(app.dataDir, 'graphs');
    mkdirSync(graphs, { recursive: true });
    writeFileSync(join(graphs, 'trips.csv'), ['miles,minutes,port', '120,60,ATL', '30,,ORD', '0,5,ATL', ''].join('\n'));
    const path = join(graphs, 'formula.slipway.json');
    const document = {
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'formula',
      name: 'Formula',
      nodes: {
        trips: { kind: 'data.file', version: 1, params: { path: 'trips.csv' } },
        speed: {
          kind: 'feature.expression',
          version: 1,
          params: { features: [{ name: 'speed', expression: 'miles / minutes' }] },
        },
      },
      edges: [{ from: 'trips.table', to: 'speed.input' }],
      parameters: {},
      groups: {},
      layout: { nodes: { trips: { x: 0, y: 0 }, speed: { x: 320, y: 0 } }, frames: [] },
    };
    const rpc = await connectRpc(app.url);
    await rpc.client.graph.save({ document, path });
    const { runId } = await rpc.client.run.start({ document, path, to: 'trips' });
    for await (const event of await rpc.client.run.events({ runId, after: 0 })) void event;
    rpc.close();
    const { page, errors } = await openPage(browser, app.url);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Formula', { exact: true }).first().click();
    await page.locator('.react-flow__node[data-id="speed"] .node-title').click();
    const field = page.locator('[data-field="features"] .expression-field textarea');
    await field.focus();
    const rows = page.getByRole('region', { name: 'First rows' }).locator('tbody tr');
    const cells = (row: number) => rows.nth(row).locator('td').allInnerTexts();
    await expect.poll(() => cells(0)).toEqual(['2', '120', '60']);
    expect(await rows.nth(1).locator('td').first().getAttribute('class')).toContain('null');
    await field.fill("if(port == 'ATL', coalesce(minutes, 0) + 0.1, -1)");
    await expect.poll(() => cells(1)).toEqual(['−1', 'ORD', 'null']);
    await screenshot(page, 'formula-preview-light');
    await field.fill('miles / (');
    await page.getByText(/^At character 10: /).waitFor();
    await rows.first().waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('completes a query with the tables and columns of its database', async () => {
    const graphs = join(app.dataDir, 'graphs');
    mkdirSync(graphs, { recursive: true });
    const shop = new Database(join(graphs, 'shop.db'));
    shop.exec('CREATE TABLE orders (id INTEGER, amount REAL)');
    shop.close();
    const rpc = await connectRpc(app.url);
    await rpc.client.graph.save({
      document: {
        format: 'slipway/graph',
        formatVersion: 1,
        id: 'catalog',
        name: 'Catalog',
        nodes: { shop: { kind: 'data.sqlite', version: 1, params: { path: 'shop.db' } } },
        edges: [],
        parameters: {},
        groups: {},
        layout: { nodes: { shop: { x: 0, y: 0 } }, frames: [] },
      },
      path: join(graphs, 'catalog.slipway.json'),
    });
    rpc.close();
    const { page, errors } = await openPage(browser, app.url);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Catalog', { exact: true }).first().click();
    await page.locator('.react-flow__node[data-id="shop"] .node-title').click();
    const query = page.locator('[data-field="query"] textarea');
    const offered = async () => {
      await page.keyboard.press('Control+Space');
      return page.getByRole('option').allInnerTexts();
    };
    await query.fill('SELECT * FROM ');
    await expect.poll(offered).toEqual([expect.stringContaining('orders')]);
    await page.keyboard.press('Enter');
    await page.keyboard.type(' o WHERE o.');
    await expect.poll(offered).toEqual([expect.stringContaining('id'), expect.stringContaining('amount')]);
    await screenshot(page, 'database-completion-light');
    await page.keyboard.press('Escape');
    expect(await query.inputValue()).toBe('SELECT * FROM orders o WHERE o.');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('says what of the stored results can go, and removes it when told to', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'See what can go' }).click();
    await page.getByText(/^Nothing can go: \d+ results are kept/).waitFor();
    await page.getByLabel('Keep at most').fill('0');
    await page.getByRole('button', { name: 'See what can go' }).click();
    await page.getByText(/can go, .* stay/).waitFor();
    await screenshot(page, 'settings-results-light');
    await page.getByRole('button', { name: /^Remove \d+ results?$/ }).click();
    await page.getByText(/results? removed/).waitFor();
    await page.getByRole('button', { name: 'See what can go' }).click();
    await page.getByText(/^Nothing can go/).waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
