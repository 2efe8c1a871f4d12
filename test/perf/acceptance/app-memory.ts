import { chromiumPath, launchBrowser, startApp } from '../../e2e/app.ts';
import type { Benchmark } from '../benchmark.ts';
import { slope } from '../slope.ts';
import { useTheApp } from './app-memory-run.ts';

const minutes = 60;
const warmUpMinutes = 5;

/** An hour of scripted use of the app in one page: what its heap, its DOM and its listeners grow by. */
export const appMemory: Benchmark = {
  async measure(log) {
    if (chromiumPath === undefined) return { figures: {}, skipped: ['app-memory: no Chromium on this machine'] };
    const app = await startApp();
    const browser = await launchBrowser();
    try {
      const endMs = Date.now() + minutes * 60_000;
      const { samples, errors } = await useTheApp(browser, app, { more: () => Date.now() < endMs, log });
      const settled = samples.filter((sample) => sample.minute >= warmUpMinutes);
      const growth = (of: 'nodes' | 'listeners') =>
        slope(settled.map((sample) => ({ x: sample.round, y: sample[of] })));
      return {
        figures: {
          minutes,
          rounds: samples.length,
          heapSlopeMiBPerMin: slope(settled.map((sample) => ({ x: sample.minute, y: sample.heapMiB }))),
          nodesPerRound: growth('nodes'),
          listenersPerRound: growth('listeners'),
          errors: errors.length,
        },
        skipped: [],
      };
    } finally {
      await browser.close();
      await app.stop();
    }
  },
};
