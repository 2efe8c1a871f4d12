import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath, type RunningApp, screenshot } from './app.ts';
import { withAppInBrowser } from './app-in-browser.ts';
import { screenAtRest } from './at-rest.ts';

/** Where parts of a screen stand: selector → left, top, width, height in px, from the reading side. */
type Places = Record<string, [number, number, number, number]>;

const file = join(dirname(fileURLToPath(import.meta.url)), 'screens.json');
const screens = [
  'graph',
  'home',
  'data',
  'features',
  'runs',
  'experiments',
  'models',
  'endpoints',
  'monitors',
  'cluster',
  'devices',
  'help',
  'settings',
];
const parts = [
  '.rail',
  '.top-bar',
  '.status-bar',
  '.main-area',
  '.side-panel.palette',
  '.canvas',
  '.dock-panel',
  '.side-panel.inspector',
  '.screen-head',
  '.screen-list',
  '.screen-main',
  '.help-list',
  '.help-body',
];
const viewport = { width: 1280, height: 800 };
/** Fonts differ between machines: places may be off by this much, px. */
const tolerancePx = 10;
/** What the engine answers late moves a screen once more. */
const mostLooks = 20;

let app: RunningApp;
let browser: Browser;

function readKnown(): Record<string, Places> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Places>;
}

async function placesOn(page: Page): Promise<Places> {
  return page.evaluate((wanted) => {
    const rtl = document.documentElement.dir === 'rtl';
    const found: Record<string, [number, number, number, number]> = {};
    for (const selector of wanted) {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      if (!box || box.width === 0) continue;
      const left = rtl ? window.innerWidth - box.right : box.left;
      found[selector] = [Math.round(left), Math.round(box.top), Math.round(box.width), Math.round(box.height)];
    }
    return found;
  }, parts);
}

function differences(screen: string, now: Places, known: Places): string[] {
  const names = new Set([...Object.keys(now), ...Object.keys(known)]);
  return [...names].flatMap((name) => {
    const [a, b] = [now[name], known[name]];
    if (!a || !b) return [`${screen}: ${name} ${a ? 'is new' : 'is gone'}`];
    return a.some((value, index) => Math.abs(value - (b[index] ?? 0)) > tolerancePx)
      ? [`${screen}: ${name} is at ${a.join(' ')}, was at ${b.join(' ')}`]
      : [];
  });
}

describe.skipIf(chromiumPath === undefined)('screens', () => {
  withAppInBrowser((startedApp, startedBrowser) => {
    app = startedApp;
    browser = startedBrowser;
  });

  /** Places on a screen: as known once they are, and as they stay otherwise. */
  async function settledPlaces(page: Page, screen: string, known: Places | undefined): Promise<Places> {
    for (let look = 0; ; look++) {
      await screenAtRest(page);
      const places = await placesOn(page);
      if (look === mostLooks || known === undefined || differences(screen, places, known).length === 0) return places;
    }
  }

  async function look(
    theme: 'light' | 'dark',
    known: Record<string, Places>,
    prepare: (page: Page) => Promise<void> = async () => {},
  ): Promise<{ places: Record<string, Places>; problems: string[] }> {
    const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(app.url);
    await page.locator('.react-flow__node').first().waitFor();
    await prepare(page);
    const places: Record<string, Places> = {};
    for (const screen of screens) {
      await page.evaluate((to) => {
        location.hash = `#/${to}`;
      }, screen);
      await page.locator(`.rail a[href="#/${screen}"][aria-current]`).waitFor();
      await page.waitForFunction(() => document.querySelector('main')?.innerText.trim() !== '');
      places[screen] = await settledPlaces(page, screen, known[screen]);
      await screenshot(page, `screen-${screen}-${theme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      if (wide) problems.push(`${screen} is wider than the window`);
    }
    await context.close();
    return { places, problems };
  }

  it('stand where they stood, the same in both themes, without a word in the console', async () => {
    const update = process.env['SLIPWAY_UPDATE_SCREENS'] !== undefined || !existsSync(file);
    const light = await look('light', update ? {} : readKnown());
    expect(light.problems).toEqual([]);
    if (update) {
      writeFileSync(
        file,
        `${JSON.stringify(light.places, null, 1).replace(/\[\s+([^\]]*?)\s+\]/g, (_all, inner: string) => `[${inner.replace(/\s+/g, ' ')}]`)}\n`,
      );
    }
    const known = readKnown();
    const dark = await look('dark', known);
    expect(dark.problems).toEqual([]);
    expect(
      screens.flatMap((screen) => [
        ...differences(`${screen} light`, light.places[screen] ?? {}, known[screen] ?? {}),
        ...differences(`${screen} dark`, dark.places[screen] ?? {}, known[screen] ?? {}),
      ]),
    ).toEqual([]);
  });

  it('keep their order and their room from right to left', async () => {
    const known = readKnown();
    const { places, problems } = await look('light', known, async (page) => {
      await page.evaluate(() => {
        document.documentElement.dir = 'rtl';
      });
    });
    expect(problems).toEqual([]);
    expect(
      screens.flatMap((screen) => differences(`${screen} rtl`, places[screen] ?? {}, known[screen] ?? {})),
    ).toEqual([]);
  });
});
