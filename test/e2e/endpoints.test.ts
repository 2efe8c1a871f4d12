import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSlipway } from '../support/run-slipway.ts';
import {
  type AppPage,
  chromiumPath,
  launchBrowser,
  openPage,
  root,
  type RunningApp,
  screenshot,
  startApp,
} from './app.ts';

let app: RunningApp;
let browser: Browser;
let opened: AppPage;

/** Runs the sample as the command does, so that the registry has a version of its model. */
async function trainVersion(graph: string, maxIterations: number): Promise<void> {
  const set = `species.maxIterations=${maxIterations}`;
  const { lines } = await runSlipway(['run', graph, '--set', set], app.dataDir);
  expect(lines.find(({ type }) => type === 'run.finished')).toMatchObject({ status: 'succeeded' });
}

const python = spawnSync('python3', ['--version']).status === 0;
if (!python) process.stderr.write('SKIPPED: no python3, so the program in Python is not run.\n');

describe.skipIf(chromiumPath === undefined)('the endpoints screen', () => {
  beforeAll(async () => {
    app = await startApp();
    // The engine's own folder: what it holds is trusted.
    mkdirSync(join(app.dataDir, 'graphs'), { recursive: true });
    const graph = join(app.dataDir, 'graphs', 'penguins.slipway.json');
    copyFileSync(join(root, 'resources/templates/penguins.slipway.json'), graph);
    await trainVersion(graph, 3);
    browser = await launchBrowser();
    opened = await openPage(browser, 'about:blank');
    const { page } = opened;
    await page.addInitScript((path) => localStorage.setItem('slipway.last-graph', path), graph);
    await page.goto(app.url);
    await page.locator('.react-flow__node[data-id="endpoint"] .node-title').click();
    await page.getByRole('button', { name: 'Start endpoint' }).last().click();
    await page.getByRole('link', { name: 'Endpoints' }).click();
    await page.getByRole('tab', { name: 'Versions' }).waitFor();
  });

  afterAll(async () => {
    if (opened !== undefined) await screenshot(opened.page, 'endpoints-last');
    await browser?.close();
    await app?.stop();
  });

  it('finds the limit of an endpoint by a load test that can be cancelled', async () => {
    const { page } = opened;
    await page.getByRole('tab', { name: 'Load test' }).click();
    const start = page.getByRole('button', { name: 'Start load test' });
    // At least five rates follow the first, also where that is too much for the machine.
    await page.getByLabel('Seconds per rate').fill('2');
    await start.click();
    const rates = page.getByRole('table', { name: 'Load test' }).getByRole('row');
    await rates.nth(1).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled; the rates held so far stay.').waitFor();
    await rates.nth(1).waitFor();
    await start.waitFor();
    await screenshot(page, 'endpoints-load-test');
    await page.getByRole('tab', { name: 'Now' }).click();
    await page.getByRole('img', { name: 'Latency over time' }).waitFor();
    await screenshot(page, 'endpoints-now');
  });

  it('finds a request, opens it and puts it into the form again', async () => {
    const { page } = opened;
    await page.getByRole('tab', { name: 'Requests' }).click();
    // What the form asks by itself is a try; only what comes over HTTP is in the log, a second later.
    await page.locator('.prediction').waitFor();
    const [address = ''] = /http:\S+\/predict/.exec(await page.locator('pre.snippet').innerText()) ?? [];
    const bird = { beak_length_mm: 39.1, beak_depth_mm: 18.7, flipper_length_mm: 181, body_mass_g: 3750 };
    const answer = await fetch(address, { method: 'POST', body: JSON.stringify({ rows: [{ ...bird, sex: 'male' }] }) });
    expect(answer.status).toBe(200);
    const rows = page.getByRole('region', { name: 'Requests' }).getByRole('row');
    const refresh = page.getByRole('button', { name: 'Refresh' });
    await expect
      .poll(async () => {
        await refresh.click();
        return rows.count();
      })
      .toBe(2);
    await rows.nth(1).getByRole('button').click();
    await page.getByRole('list', { name: 'Where the time went' }).last().getByText('model').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(
      /^time,id,version,status,.*prediction,probability\.Adelie/,
    );
    await page.getByLabel('Column', { exact: true }).selectOption('prediction');
    await page.getByLabel('Value', { exact: true }).fill('no such species');
    await page.getByText('No request fits.').waitFor();
    await page.getByLabel('Column', { exact: true }).selectOption('');
    await page.getByRole('button', { name: 'Send again' }).waitFor();
    await screenshot(page, 'endpoints-requests');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('The values are in the form').waitFor();
    await page.getByLabel('Id contains').fill('no such id');
    await page.getByText('No request fits.').waitFor();
  });

  it('shows programs that get the same answer as the form', async () => {
    const { page } = opened;
    const code = async (language: string) => {
      await page
        .getByRole('radio', { name: language })
        .or(page.getByRole('button', { name: language }))
        .first()
        .click();
      return page.locator('pre.snippet').innerText();
    };
    const answers = [
      execFileSync('sh', ['-c', (await code('curl')).replace('curl', 'curl -s')], { encoding: 'utf8' }),
      ...(python ? [execFileSync('python3', ['-c', await code('Python')], { encoding: 'utf8' })] : []),
      execFileSync(process.execPath, ['--input-type=module', '-e', await code('JavaScript')], { encoding: 'utf8' }),
    ];
    for (const answer of answers) expect(answer).toContain('Adelie');
    const depth = page.getByLabel('Beak depth mm', { exact: true });
    await depth.evaluate((field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', 'beak_depth_mm,island\n14.5,Biscoe');
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await expect.poll(() => depth.inputValue()).toBe('14.5');
  });

  it('gives a new version a share, promotes it, and goes back', async () => {
    const { page } = opened;
    await page.getByRole('tab', { name: 'Versions' }).click();
    const choice = page.getByLabel('Try another version', { exact: true }).last();
    await choice.waitFor();
    const other = await choice.locator('option:not([disabled])').first().getAttribute('value');
    await choice.selectOption(other);
    await page.getByRole('button', { name: 'Start the trial' }).click();
    await page.getByRole('cell', { name: 'ready, gets 10 %' }).waitFor();
    await screenshot(page, 'endpoints-versions');
    await page.getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('heading', { name: `Version ${other} answers` }).waitFor();
    await page.getByRole('button', { name: /Roll back to version/ }).click();
    await page.getByRole('heading', { name: `Version ${other} answers` }).waitFor({ state: 'detached' });
    const follow = page.getByRole('switch', { name: 'Follow champion' });
    for (const state of ['true', 'false']) {
      await follow.click();
      await expect.poll(() => follow.getAttribute('aria-checked')).toBe(state);
      if (state === 'true') await screenshot(page, 'endpoints-follow');
    }
    expect(opened.errors).toEqual([]);
  });
});
