import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser, type RunningApp, startApp } from './app.ts';

/** Starts the app and a browser before the tests of a suite, hands them over, and ends both after them. */
export function withAppInBrowser(take: (app: RunningApp, browser: Browser) => void): void {
  let app: RunningApp | undefined;
  let browser: Browser | undefined;
  beforeAll(async () => {
    app = await startApp();
    browser = await launchBrowser();
    take(app, browser);
  });
  afterAll(async () => {
    try {
      await browser?.close();
    } finally {
      await app?.stop();
    }
  });
}
