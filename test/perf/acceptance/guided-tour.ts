import { type Page } from 'playwright-core';
import type { Benchmark } from '../benchmark.ts';
import { chromiumPath, launchBrowser, openPage, screenshot, startApp } from '../../e2e/app.ts';
import { openClosedLoopTour } from '../../e2e/closed-loop-page.ts';

const stepTimeoutMs = 240_000;

/**
 * A person's way through the tour of the closed loop in a real browser: starts the endpoint, sends the flights of May,
 * breaks the system they come from, and watches alert, retraining, canary and recovery. Screenshots go to
 * `test/.artifacts`.
 */
export const guidedTour: Benchmark = {
  async measure(log) {
    if (chromiumPath === undefined) return { figures: {}, skipped: ['guided-tour: no Chromium'] };
    const app = await startApp();
    const browser = await launchBrowser();
    try {
      const { page, errors } = await openPage(browser, app.url);
      const tour = await openClosedLoopTour(page);
      const startedMs = Date.now();
      await tour.getByRole('button', { name: 'Start endpoint' }).click();
      await tour.getByRole('button', { name: 'Send flights' }).click({ timeout: stepTimeoutMs });
      log(`The endpoint is up after ${seconds(startedMs)} s.`);
      const breakIt = tour.getByRole('button', { name: 'Break it' });
      await breakIt.waitFor({ timeout: stepTimeoutMs });
      await screenshot(page, 'tour-calm');
      await breakIt.click();
      const brokenMs = Date.now();
      const after: Record<string, number> = {};
      for (const [name, text] of Object.entries({ alert: 3, retrain: 4, canary: 5, recover: 6 })) {
        await stepDone(page, text + 1);
        after[name] = seconds(brokenMs);
        log(`${name} after ${after[name]} s.`);
        await show(page, name);
      }
      return {
        figures: {
          endpointSeconds: seconds(startedMs) - (after['recover'] ?? 0),
          alertSeconds: after['alert'] ?? Number.NaN,
          retrainedSeconds: after['retrain'] ?? Number.NaN,
          promotedSeconds: after['canary'] ?? Number.NaN,
          recoveredSeconds: after['recover'] ?? Number.NaN,
          pageErrors: errors.length,
        },
        skipped: [],
      };
    } finally {
      await browser.close();
      await app.stop();
    }
  },
};

/** The step at a place of the list, from 0. */
async function stepDone(page: Page, index: number): Promise<void> {
  await page
    .locator('aside.loop-tour ol > li')
    .nth(index)
    .and(page.locator('.done'))
    .waitFor({ timeout: stepTimeoutMs });
}

/** The pages that tell a step of the story, as pictures. */
async function show(page: Page, step: string): Promise<void> {
  const at = {
    alert: 'alerts',
    retrain: 'closed-loop/retrain',
    canary: 'closed-loop/drift',
    recover: 'closed-loop/performance',
  };
  const path = (at as Readonly<Record<string, string>>)[step] ?? '';
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/monitors/${path}`);
  await page.locator('.screen-main h1').waitFor();
  await screenshot(page, `tour-${step}`);
  if (step !== 'recover') return;
  for (const node of ['drift', 'system', 'retrain']) {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/monitors/closed-loop/${node}`);
    await page.locator('.screen-main h1').waitFor();
    await page.locator('.monitor-body').waitFor();
    await screenshot(page, `tour-end-${node}`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, `tour-end-${node}-dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
}

function seconds(sinceMs: number): number {
  return Math.round((Date.now() - sinceMs) / 100) / 10;
}
