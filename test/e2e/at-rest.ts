import type { Locator, Page } from 'playwright-core';

/**
 * How long nothing changes, in frames and ms. A view that follows a change starts two frames after it, and a machine
 * under load draws few frames and moves nothing between two; lines that stand for what loads come after 150 ms.
 */
const still = { frames: 10, ms: 200 };

/** Waits until the cards stand still: a layout, a change of the view or a bar above the canvas moves them for a while. */
export function cardsAtRest(page: Page): Promise<void> {
  return atRest(page, 'cards');
}

/** Until a screen is there whole: nothing loads, nothing moves, and for a moment nothing changes. */
export function screenAtRest(page: Page): Promise<void> {
  return atRest(page, 'screen');
}

function atRest(page: Page, part: 'cards' | 'screen'): Promise<void> {
  return page.evaluate(
    async ({ frames, ms, ofCards }) => {
      let changes = 0;
      const observer = new MutationObserver(() => {
        changes += 1;
      });
      if (!ofCards) observer.observe(document, { subtree: true, childList: true, attributes: true });
      const state = () =>
        ofCards
          ? JSON.stringify(
              [...document.querySelectorAll('.react-flow__node, .far-view, .react-flow__viewport')].map((card) =>
                card.getBoundingClientRect(),
              ),
            )
          : String(changes);
      const busy = () =>
        ofCards
          ? document.querySelector('.canvas.arranging') !== null
          : document.querySelector('.skeleton') !== null ||
            document
              .getAnimations()
              .some(
                ({ playState, effect }) =>
                  playState === 'running' && effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY,
              );
      let before = '';
      let sinceMs = 0;
      for (let seen = 0; seen < frames || performance.now() - sinceMs < ms; seen++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = state();
        if (now === before && !busy()) continue;
        before = now;
        sinceMs = performance.now();
        seen = -1;
      }
      observer.disconnect();
    },
    { ...still, ofCards: part === 'cards' },
  );
}

/** Waits until a press at the point takes hold of a port. */
export async function portAt(page: Page, point: { x: number; y: number }): Promise<void> {
  await page.waitForFunction(
    ({ x, y }) => document.elementFromPoint(x, y)?.closest('.react-flow__handle') != null,
    point,
  );
}

/** Waits until the keys go to an element: a panel that opens takes them a moment after it is seen. */
export async function holdsFocus(page: Page, element: Locator): Promise<void> {
  await element.and(page.locator(':focus')).waitFor();
}
