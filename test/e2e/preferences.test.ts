import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { screenAtRest } from './at-rest.ts';

let app: RunningApp;
let browser: Browser;

const screens = 'home data features runs experiments models endpoints monitors cluster devices help settings'.split(
  ' ',
);

describe.skipIf(chromiumPath === undefined)('what a person prefers', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  async function open(options: BrowserContextOptions, language = 'en'): Promise<{ page: Page; errors: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.addInitScript((chosen) => localStorage.setItem('slipway.language', chosen), language);
    await page.goto(app.url);
    await page.locator('.react-flow__node, .far-view').first().waitFor();
    await screenAtRest(page);
    return { page, errors };
  }

  it.each(['light', 'dark'] as const)(
    'more contrast, %s: lines are ink, tints are gone, and axe is content',
    async (colorScheme) => {
      const { page, errors } = await open({ colorScheme, contrast: 'more' });
      const token = (name: string) =>
        page.evaluate((wanted) => getComputedStyle(document.documentElement).getPropertyValue(wanted).trim(), name);
      expect(await token('--line')).toBe(await token('--ink-2'));
      expect(await token('--stale-soft')).toBe(await token('--sheet'));
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag22aa']).analyze();
      expect(violations.map((rule) => `${rule.id}: ${rule.nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
      await screenshot(page, `contrast-${colorScheme}`);
      expect(errors).toEqual([]);
      await page.context().close();
    },
  );

  it('forced colours: every card is there with its state', async () => {
    const { page, errors } = await open({ forcedColors: 'active' });
    await page.locator('.react-flow__node[aria-label*="Not run yet"]').first().waitFor();
    const [current, other] = await page
      .locator('.rail a[aria-current="page"], .rail a[href="#/home"]')
      .evaluateAll((links) =>
        links
          .toSorted((a, b) => Number(b.hasAttribute('aria-current')) - Number(a.hasAttribute('aria-current')))
          .map((link) => getComputedStyle(link).backgroundColor),
      );
    expect(current).not.toBe(other);
    await screenshot(page, 'forced-colours');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('reduced motion: nothing moves while a graph runs', async () => {
    const { page } = await open({ reducedMotion: 'reduce' });
    await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click();
    await page
      .locator('.react-flow__node[aria-label*="Running"], .react-flow__node[aria-label*="Fresh"]')
      .first()
      .waitFor();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter((animation) => animation.playState === 'running' && (animation.effect?.getTiming().duration ?? 0) !== 0)
        .map((animation) => (animation as CSSAnimation).animationName ?? 'transition'),
    );
    expect(moving).toEqual([]);
    // By keyboard: the run may have come to its end, and the button with it.
    await page.keyboard.press('Control+.');
    await page.getByText(/Last run/).waitFor();
    await page.context().close();
  });

  it('German at 200 %: every screen fits the window, without a word in the console', async () => {
    const { page, errors } = await open({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }, 'de');
    const wide: string[] = [];
    for (const screen of screens) {
      await page.evaluate((to) => {
        location.hash = `#/${to}`;
      }, screen);
      await page.getByRole('main').locator(':scope > *').first().waitFor();
      await expect.poll(() => page.getByRole('main').innerText()).not.toBe('');
      await screenAtRest(page);
      if (await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) wide.push(screen);
    }
    await page.evaluate(() => {
      location.hash = '#/help/feature.impute';
    });
    await page.getByRole('heading', { name: 'Lücken füllen', level: 1 }).waitFor();
    await page.getByText('Füllt fehlende Werte').first().waitFor();
    await screenshot(page, 'help-german-zoomed');
    expect(wide).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
