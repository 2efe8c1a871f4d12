import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const soon = { timeout: 15_000 };

/** Waits until the cards stand still: a layout, a change of the view or a bar above the canvas moves them for a while. */
export async function cardsAtRest(page: Page): Promise<void> {
  let before = '';
  await expect
    .poll(async () => {
      const now = await page
        .locator('.react-flow__node, .far-view')
        .evaluateAll((cards) =>
          JSON.stringify([
            document.querySelector('.canvas.arranging') === null,
            ...cards.map((card) => card.getBoundingClientRect()),
          ]),
        );
      const still = now === before && now.startsWith('[true,');
      before = now;
      return still;
    }, soon)
    .toBe(true);
}

/** Waits until a press at the point takes hold of a port. */
export async function portAt(page: Page, point: { x: number; y: number }): Promise<void> {
  await expect
    .poll(
      () => page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('.react-flow__handle') != null, point),
      soon,
    )
    .toBe(true);
}

/** Until a screen is there whole: nothing loads, nothing moves, and for a moment nothing changes. */
export async function screenAtRest(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('.skeleton') === null &&
      document
        .getAnimations()
        .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().endTime === Infinity),
  );
  await page.evaluate(
    (quietMs) =>
      new Promise<void>((resolve) => {
        const end = () => {
          observer.disconnect();
          resolve();
        };
        let timer = setTimeout(end, quietMs);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(end, quietMs);
        });
        observer.observe(document, { subtree: true, childList: true, attributes: true });
      }),
    100,
  );
}
