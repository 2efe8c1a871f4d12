import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { openPage, type RunningApp } from '../../e2e/app.ts';
import { screenAtRest } from '../../e2e/at-rest.ts';
import { editorPage } from '../../e2e/editor-page.ts';
import { runCommand } from '../../e2e/palette-command.ts';
import { stepsGraph } from '../canvas/steps-graph.ts';

/** What is alive in the page after a garbage collection. */
export interface MemorySample {
  /** From 0. */
  round: number;
  /** Since the first round began. */
  minute: number;
  heapMiB: number;
  /** DOM nodes, detached ones that something still holds included. */
  nodes: number;
  /** Listeners of DOM events. */
  listeners: number;
}

const screens = ['home', 'data', 'features', 'runs', 'experiments', 'models', 'endpoints', 'monitors', 'cluster'];
const steps = 6;

/**
 * Uses the app in one page as a person does, round by round: adds, changes and undoes, runs, opens and closes panels,
 * graphs and screens. Each round ends where it began.
 */
export async function useTheApp(
  browser: Browser,
  app: RunningApp,
  options: { more: (round: number) => boolean; log: (text: string) => void },
): Promise<{ samples: MemorySample[]; errors: string[] }> {
  const path = join(app.dataDir, 'memory.slipway.json');
  writeFileSync(path, stepsGraph(steps));
  const { page, errors } = await openPage(browser, 'about:blank');
  try {
    await page.addInitScript((graph) => localStorage.setItem('slipway.last-graph', graph), path);
    await page.goto(app.url);
    const cdp = await page.context().newCDPSession(page);
    const samples: MemorySample[] = [];
    const startedMs = Date.now();
    for (let round = 0; options.more(round); round++) {
      await oneRound(page, round);
      await screenAtRest(page);
      const sample = { round, minute: (Date.now() - startedMs) / 60_000, ...(await alive(cdp)) };
      samples.push(sample);
      const { heapMiB, nodes, listeners } = sample;
      options.log(`round ${round}: ${heapMiB.toFixed(2)} MiB, ${nodes} nodes, ${listeners} listeners`);
    }
    return { samples, errors };
  } finally {
    await page.context().close();
  }
}

async function oneRound(page: Page, round: number): Promise<void> {
  const editor = editorPage(page);
  const cards = page.locator('.react-flow__node');
  await editor.node('sql0').waitFor();

  // Edit, and take it back.
  await editor.addNode('SQL');
  await editor.inspector.getByRole('textbox').first().waitFor();
  await page.locator('.canvas').focus();
  await page.keyboard.press('Control+z');
  await waitForCount(page, steps + 1);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await waitForCount(page, 0);
  await page.locator('.canvas').focus();
  await page.keyboard.press('Control+z');
  await waitForCount(page, steps + 1);

  // Change one query and run it; its rows are shown.
  await changeQuery(page, round);
  await page
    .getByText(/steps? will run/)
    .first()
    .waitFor();
  await editor.run();
  await page.getByText('Everything is up to date').waitFor({ timeout: 120_000 });
  await editor.select('sql1');
  await page.getByRole('region', { name: 'Results' }).getByRole('columnheader').first().waitFor();

  // Panels and menus.
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Commands' }).waitFor();
  await page.keyboard.type('sql');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Commands' }).waitFor({ state: 'detached' });
  await editor.node('sql1').locator('.node-title').click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });

  // Pan and zoom, and back to the whole graph.
  await page.locator('.react-flow__pane').hover({ position: { x: 60, y: 200 } });
  for (let step = 0; step < 10; step++) await page.mouse.wheel(0, step < 5 ? -80 : 80);
  await page.locator('.canvas').focus();
  await page.keyboard.press('1');

  // Another graph in a tab, and closed again.
  await runCommand(page, 'New graph');
  await page.getByText('A graph starts with data.').waitFor();
  await page
    .getByRole('button', { name: /^Close/ })
    .last()
    .click();
  await cards.first().waitFor();

  // Every screen, and back.
  for (const screen of screens) {
    await goTo(page, screen);
    await page.waitForFunction(
      (shown) => location.hash === `#/${shown}` && document.querySelector('main')?.innerText.trim() !== '',
      screen,
    );
  }
  await goTo(page, 'graph');
  await waitForCount(page, steps + 1);
  await page.getByText('Everything is up to date').waitFor();
}

/** Each round has its own query, so that there is something to run. */
async function changeQuery(page: Page, round: number): Promise<void> {
  const editor = editorPage(page);
  await editor.select('sql1');
  const query = editor.inspector.getByRole('textbox', { name: 'Query' });
  await query.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(`SELECT *, ${round} AS round FROM input`);
  await page.locator('.canvas').focus();
}

async function goTo(page: Page, screen: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = `#/${to}`;
  }, screen);
}

async function waitForCount(page: Page, count: number): Promise<void> {
  await page.waitForFunction((wanted) => document.querySelectorAll('.react-flow__node').length === wanted, count);
}

async function alive(cdp: CDPSession): Promise<Pick<MemorySample, 'heapMiB' | 'nodes' | 'listeners'>> {
  // What finalizers let go of is collected the second time.
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return { heapMiB: value('JSHeapUsedSize') / 2 ** 20, nodes: value('Nodes'), listeners: value('JSEventListeners') };
}
