import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, launchBrowser, startApp } from '../../e2e/app.ts';
import type { Benchmark } from '../benchmark.ts';
import { serveBarePage } from '../canvas/bare-page.ts';
import { type FrameWork, percentile, traceWork } from '../canvas/frame-work.ts';
import { statusLatencies } from '../canvas/status-latency.ts';
import { stepsGraph } from '../canvas/steps-graph.ts';
import { columnPx, rowPx, wideGraph } from '../canvas/wide-graph.ts';
import { median } from '../median.ts';

const viewport = { width: 1440, height: 900 };
const frameMs = 16;
const rounds = 5;

/** Where the app counts renders when asked to. */
type Counting = { slipwayRenders?: Record<string, number> };

/** The canvas in headless Chromium with software rendering: work on the main thread, and what a person waits for. */
export const canvasCosts: Benchmark = {
  async measure(log) {
    if (chromiumPath === undefined) return { figures: {}, skipped: ['canvas: no Chromium on this machine'] };
    const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-canvas-'));
    const app = await startApp();
    const browser = await launchBrowser();
    try {
      const files: Record<number, string> = {};
      for (const count of [200, 1000, 5000]) {
        const path = join(folder, `wide-${count}.slipway.json`);
        await writeFile(path, wideGraph(count));
        files[count] = path;
      }
      const open = (count: number) => openWith(browser, app.url, files[count]);
      const figures: Record<string, number> = {};

      Object.assign(figures, await firstScreen(browser, app.url, log));
      Object.assign(figures, await opening(browser, app.url, files[1000] ?? '', log));

      for (const [key, count, zoom] of [
        ['work200Ms', 200, 0.6],
        ['work1000Ms', 1000, 0.6],
        ['work5000Ms', 5000, undefined],
      ] as const) {
        const page = await open(count);
        const frames = await gestures(browser, page, zoom);
        figures[key] = percentile(frames.perFrameMs, 0.95);
        log(`${key}: p50 ${percentile(frames.perFrameMs, 0.5).toFixed(1)} p95 ${figures[key]?.toFixed(1)} ms`);
        await page.context().close();
      }
      figures['vsBareReactFlow1000'] = await againstBare(browser, () => open(1000), log);
      Object.assign(figures, await commands(browser, () => open(1000), log));
      figures['rendersPerStatusEvent'] = await rendersPerStatusEvent(browser, app.url, folder, log);
      figures['statusLatencyMs'] = await statusLatency(browser, app.url, folder, log);
      return { figures, skipped: [] };
    } finally {
      await browser.close();
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function openWith(browser: Browser, url: string, path: string | undefined): Promise<Page> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.addInitScript((graph) => {
    (globalThis as Counting).slipwayRenders = {};
    if (graph !== undefined) localStorage.setItem('slipway.last-graph', graph);
  }, path);
  await page.goto(url);
  await settled(page);
  return page;
}

/** The graph is drawn and its plan is known. */
async function settled(page: Page): Promise<void> {
  await page.locator('.react-flow__node, .far-view').first().waitFor({ timeout: 60_000 });
  await page
    .getByText(/steps? will run|up to date|problem/)
    .first()
    .waitFor({ timeout: 120_000 });
  await page.waitForTimeout(1_500);
}

async function inputFrame(page: Page): Promise<void> {
  await page.waitForTimeout(frameMs);
}

/** A point of the canvas: of nothing, or the middle of some node in view. */
async function pointOf(page: Page, what: 'pane' | 'node'): Promise<{ x: number; y: number }> {
  return page.evaluate(
    ({ wanted, columnPx, rowPx }) => {
      const canvas = document.querySelector('.canvas, .react-flow')?.getBoundingClientRect();
      if (!canvas) throw new Error('There is no canvas.');
      const middle = { x: canvas.left + canvas.width / 2, y: canvas.top + canvas.height / 2 };
      const away = (point: { x: number; y: number }) => Math.hypot(point.x - middle.x, point.y - middle.y);
      if (wanted === 'node' && document.querySelector('.far-view')) {
        // Cards are drawn: the one nearest to the middle by the graph's own grid.
        const style = document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform ?? '';
        const [, left, top, zoom] = /translate\(([-\d.]+)px, ([-\d.]+)px\) scale\(([\d.]+)\)/.exec(style) ?? [];
        const place = (at: number, start: number, step: number, inside: number) =>
          start + (Math.round((at - start) / Number(zoom) / step) * step + inside) * Number(zoom);
        return {
          x: place(middle.x, canvas.left + Number(left), columnPx, 74),
          y: place(middle.y, canvas.top + Number(top), rowPx, 56),
        };
      }
      if (wanted === 'node') {
        const near = [...document.querySelectorAll('.react-flow__node')]
          .map((card) => card.getBoundingClientRect())
          .map((box) => ({ x: box.left + box.width * 0.7, y: box.top + box.height / 2 }))
          .filter(({ x, y }) => document.elementFromPoint(x, y)?.closest('.react-flow__node'))
          .toSorted((a, b) => away(a) - away(b))[0];
        if (!near) throw new Error('No card can be grasped.');
        return near;
      }
      for (let y = middle.y - 150; y < middle.y + 150; y += 7) {
        const found = document.elementFromPoint(middle.x, y);
        if (found?.classList.contains('react-flow__pane')) return { x: middle.x, y };
      }
      return middle;
    },
    { wanted: what, columnPx, rowPx },
  );
}

async function drag(page: Page, from: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 60; step++) {
    const turn = (step / 60) * Math.PI * 2;
    await page.mouse.move(from.x + Math.sin(turn) * 180, from.y + (1 - Math.cos(turn)) * 60);
    await inputFrame(page);
  }
  await page.mouse.up();
}

async function wheel(page: Page, at: { x: number; y: number }): Promise<void> {
  await page.mouse.move(at.x, at.y);
  for (let step = 0; step < 60; step++) {
    await page.mouse.wheel(0, step % 30 < 15 ? -12 : 12);
    await inputFrame(page);
  }
}

/** Zooms about the middle, which keeps the middle of the graph in view. */
async function zoomNear(page: Page, zoom: number): Promise<void> {
  const canvas = await page.locator('.canvas, .react-flow').first().boundingBox();
  if (!canvas) throw new Error('There is no canvas.');
  await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
  for (let step = 0; step < 60; step++) {
    const now = await page.evaluate(() => {
      const style = document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform ?? '';
      return Number(/scale\(([\d.]+)\)/.exec(style)?.[1] ?? '1');
    });
    const factor = Math.log2(zoom / now);
    if (Math.abs(factor) < 0.02) break;
    await page.mouse.wheel(0, -factor / 0.002);
    await page.waitForTimeout(80);
  }
  await page.waitForTimeout(600);
}

/** Pan, zoom and drag at a zoom, or fully zoomed out as opened. */
async function gestures(browser: Browser, page: Page, zoom: number | undefined): Promise<FrameWork> {
  if (zoom !== undefined) await zoomNear(page, zoom);
  const work: FrameWork = { perFrameMs: [], totalMs: 0 };
  for (const gesture of [
    async () => drag(page, await pointOf(page, 'pane')),
    async () => wheel(page, await pointOf(page, 'pane')),
    async () => drag(page, await pointOf(page, 'node')),
  ]) {
    const part = await traceWork(browser, page, gesture);
    work.perFrameMs.push(...part.perFrameMs);
    work.totalMs += part.totalMs;
  }
  return work;
}

async function againstBare(browser: Browser, open: () => Promise<Page>, log: (text: string) => void): Promise<number> {
  const bare = await serveBarePage(wideGraph(1000));
  try {
    const ours = await open();
    const canvas = await ours.locator('.canvas').boundingBox();
    const context = await browser.newContext({
      viewport: { width: Math.round(canvas?.width ?? 972), height: Math.round(canvas?.height ?? 600) },
    });
    const theirs = await context.newPage();
    await theirs.goto(bare.url);
    await theirs.locator('.react-flow__node').first().waitFor({ timeout: 60_000 });
    await theirs.waitForTimeout(3_000);
    await zoomNear(ours, 0.6);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await theirs.bringToFront();
      const b = percentile((await gestures(browser, theirs, undefined)).perFrameMs, 0.95);
      await ours.bringToFront();
      const a = percentile((await gestures(browser, ours, undefined)).perFrameMs, 0.95);
      ratios.push(b / a);
      log(`bare React Flow ${b.toFixed(1)} ms, ours ${a.toFixed(1)} ms`);
    }
    await context.close();
    await ours.context().close();
    return median(ratios);
  } finally {
    await bare.close();
  }
}

async function firstScreen(
  browser: Browser,
  url: string,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const seconds: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    const bodies: Promise<number>[] = [];
    page.on('response', (response) => {
      if (!['script', 'stylesheet'].includes(response.request().resourceType())) return;
      bodies.push(response.body().then((body) => gzipSync(body).length));
    });
    const started = performance.now();
    await page.goto(url);
    await page.locator('.react-flow__node').first().waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).waitFor();
    seconds.push((performance.now() - started) / 1000);
    await page.waitForTimeout(500);
    bytes = (await Promise.all(bodies)).reduce((sum, size) => sum + size, 0);
    await context.close();
  }
  log(`first screen: ${(bytes / 1024).toFixed(0)} KiB, ${seconds.map((value) => value.toFixed(2)).join(' ')} s`);
  // The engine and the browser's caches are cold in the first round.
  return { firstPaintSeconds: median(seconds.slice(1)), firstScreenKiB: bytes / 1024 };
}

/** From choosing a graph on the home screen to its drawing. */
async function opening(
  browser: Browser,
  url: string,
  path: string,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const first = await openWith(browser, url, path);
  await first.context().close();
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    await page.goto(url);
    await settled(page);
    await page.getByRole('navigation').getByText('Home').click();
    const row = page.getByRole('button', { name: /1000 nodes/ });
    await row.waitFor();
    seconds.push(
      (await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const button = [...document.querySelectorAll<HTMLElement>('.home-row')].find((row) =>
              row.textContent.includes('1000 nodes'),
            );
            const started = performance.now();
            button?.click();
            const look = () => {
              const drawn = document.querySelector<HTMLCanvasElement>('.far-view');
              // Drawn, and shown with the frame after.
              if (drawn && drawn.style.transform !== '')
                requestAnimationFrame(() => resolve(performance.now() - started));
              else requestAnimationFrame(look);
            };
            look();
          }),
      )) / 1000,
    );
    await context.close();
  }
  log(`open 1,000 nodes: ${seconds.map((value) => value.toFixed(2)).join(' ')} s`);
  return { open1000Seconds: median(seconds) };
}

/** Undo and auto-layout at 1,000 nodes. */
async function commands(
  browser: Browser,
  open: () => Promise<Page>,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const page = await open();
  await zoomNear(page, 0.6);
  const undo: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await drag(page, await pointOf(page, 'node'));
    await page.mouse.move(5, 5);
    await page.waitForTimeout(800);
    const work = await traceWork(browser, page, async () => {
      await page.keyboard.press('Control+z');
      await page.waitForTimeout(150);
    });
    undo.push(work.totalMs);
  }
  log(`undo: ${undo.map((value) => value.toFixed(1)).join(' ')} ms`);
  const layout: number[] = [];
  for (let round = 0; round < 3; round++) {
    layout.push(
      (await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const started = performance.now();
            const canvas = document.querySelector('.canvas');
            document.querySelector<HTMLElement>('[aria-label="Arrange"]')?.click();
            const look = () => {
              if (canvas?.classList.contains('arranging')) resolve(performance.now() - started);
              else requestAnimationFrame(look);
            };
            look();
          }),
      )) / 1000,
    );
    await page.waitForTimeout(1_000);
    await page.keyboard.press('Control+z');
    await page.waitForTimeout(1_000);
  }
  log(`layout: ${layout.map((value) => value.toFixed(2)).join(' ')} s`);
  await page.context().close();
  return { undoMs: median(undo), layout1000Seconds: median(layout) };
}

/** From a status event to the frame that shows it, at 500 events a second over 60 cards. */
async function statusLatency(
  browser: Browser,
  url: string,
  folder: string,
  log: (text: string) => void,
): Promise<number> {
  const path = join(folder, 'latency.slipway.json');
  await writeFile(path, stepsGraph(60));
  const page = await (await browser.newContext({ viewport, reducedMotion: 'reduce' })).newPage();
  await page.addInitScript((graph) => localStorage.setItem('slipway.last-graph', graph), path);
  const latencies = await statusLatencies(page, url, () =>
    page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click(),
  );
  await page.context().close();
  if (latencies.length < 500) throw new Error(`Only ${latencies.length} status events were seen on the screen.`);
  const p95 = percentile(latencies, 0.95);
  log(`status: ${latencies.length} events seen, p50 ${percentile(latencies, 0.5).toFixed(1)} p95 ${p95.toFixed(1)} ms`);
  return p95;
}

/** Runs 60 small steps and counts card renders against the status events of the run. */
async function rendersPerStatusEvent(
  browser: Browser,
  url: string,
  folder: string,
  log: (text: string) => void,
): Promise<number> {
  const path = join(folder, 'steps.slipway.json');
  await writeFile(path, stepsGraph(60));
  const page = await openWith(browser, url, path);
  const before = await page.evaluate(() => (globalThis as Counting).slipwayRenders?.['node-card'] ?? 0);
  await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/Last run finished/).waitFor({ timeout: 120_000 });
  const { renders, events } = await page.evaluate(() => ({
    renders: (globalThis as Counting).slipwayRenders?.['node-card'] ?? 0,
    events: (globalThis as Counting).slipwayRenders?.['status-event'] ?? 0,
  }));
  log(`${renders - before} card renders for ${events} status events`);
  await page.context().close();
  return (renders - before) / events;
}
