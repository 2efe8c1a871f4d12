import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRpc } from '../support/rpc-client.ts';
import {
  chromiumPath,
  launchBrowser,
  openPage,
  patienceMs,
  root,
  type RunningApp,
  screenshot,
  startApp,
} from './app.ts';

let app: RunningApp;
let browser: Browser;

async function openPanel(page: Page) {
  await page.getByRole('link', { name: 'Graphs', exact: true }).click();
  await page.getByRole('button', { name: /^Readiness/ }).click();
  const panel = page.getByRole('dialog', { name: 'Readiness' });
  await panel.getByRole('list').waitFor();
  await panel.and(page.locator('[aria-busy="false"]')).waitFor();
  return panel;
}

/** What an action can have changed: the screen, what is selected, how many nodes there are, a run. */
const seen = (page: Page) =>
  page.evaluate(() =>
    [
      location.hash,
      document.querySelectorAll('.react-flow__node').length,
      document.querySelector('.inspector-head small')?.textContent,
      document.activeElement?.getAttribute('name') ?? document.activeElement?.getAttribute('aria-label'),
      document.querySelector('.status-bar')?.textContent,
    ].join(' | '),
  );

/** Where the focus is after an action that leads to a part of a model's page. */
const focusOf: Readonly<Record<string, string>> = {
  'Show the aliases': '[role="group"][aria-label="Where aliases pointed"]',
  'Set owner and runbook': '[name="owner"]',
};

describe.skipIf(chromiumPath === undefined)('readiness', () => {
  beforeAll(async () => {
    app = await startApp();
    const rpc = await connectRpc(app.url);
    const text = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
    const document = JSON.parse(text) as Record<string, unknown>;
    await rpc.client.graph.save({ document, path: join(app.dataDir, 'graphs', 'p.slipway.json') });
    const { runId } = await rpc.client.run.start({ document });
    for await (const event of await rpc.client.run.events({ runId, after: 0 })) {
      if (event.type === 'run.finished') expect(event.status).toBe('succeeded');
    }
    rpc.close();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  it('does what each item offers, and opens the model at its aliases and its owner', async () => {
    const { page, errors } = await openPage(browser, app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByText('Penguins', { exact: true }).first().click();
    await page.locator('.react-flow__node[data-id="species"]').waitFor();
    const done = new Set<string>();
    for (let left = 40; left > 0; left--) {
      const panel = await openPanel(page);
      if (done.size === 0) {
        await screenshot(page, 'readiness-actions');
        const cut = await panel
          .locator('.readiness-action > .btn')
          .evaluateAll((buttons) =>
            buttons.filter((button) => button.scrollWidth > button.clientWidth).map((button) => button.textContent),
          );
        expect(cut).toEqual([]);
      }
      const offered = await panel
        .locator('.readiness-action > .btn')
        .evaluateAll((buttons) =>
          buttons.map(
            (button) => `${button.closest('.readiness-item')?.querySelector('b')?.textContent} → ${button.textContent}`,
          ),
        );
      const action = offered.find((name) => !done.has(name));
      if (action === undefined) break;
      const [title = '', label = ''] = action.split(' → ');
      const button = panel
        .getByRole('listitem')
        .filter({ has: page.getByText(title, { exact: true }) })
        .getByRole('button', { name: label, exact: true });
      const before = await seen(page);
      try {
        await button.click({ timeout: patienceMs / 2 });
      } catch (error) {
        // A look that follows an earlier action may find the item met.
        if ((await button.count()) > 0) throw error;
        continue;
      }
      await expect.poll(() => seen(page)).not.toBe(before);
      const focus = focusOf[label];
      if (focus !== undefined) {
        await page.locator(focus).and(page.locator(':focus')).waitFor();
        await screenshot(page, `readiness-${label.toLowerCase().replaceAll(' ', '-')}`);
      }
      done.add(action);
    }
    const labels = [...done].map((action) => action.split(' → ')[1]);
    expect(labels).toEqual(expect.arrayContaining([...Object.keys(focusOf), 'Set a limit', 'Add retraining']));
    expect(errors).toEqual([]);
  });
});
