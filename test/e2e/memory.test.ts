import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useTheApp } from '../perf/acceptance/app-memory-run.ts';
import { chromiumPath, type RunningApp } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';

let app: RunningApp;
let browser: Browser;

/** What is loaded on first use is there after these. */
const warmUpRounds = 1;
const rounds = 3;

describe.skipIf(chromiumPath === undefined)('memory', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  it('keeps no nodes and no listeners of what was closed', async () => {
    const { samples, errors } = await useTheApp(browser, app, {
      more: (round) => round < rounds,
      log: () => undefined,
    });
    const settled = samples.slice(warmUpRounds);
    const spread = (of: 'nodes' | 'listeners') => {
      const values = settled.map((sample) => sample[of]);
      return Math.max(...values) - (values[0] ?? 0);
    };
    expect(settled).toHaveLength(rounds - warmUpRounds);
    // A message that is still shown or a card still pointed at may be alive; a screen or a panel is hundreds of nodes.
    expect(spread('nodes')).toBeLessThanOrEqual(60);
    expect(spread('listeners')).toBeLessThanOrEqual(20);
    expect(errors).toEqual([]);
  });
});
