import type { Page, WebSocketRoute } from 'playwright-core';

const eventsPerSecond = 500;
const seconds = 5;
/** Counted up by the events, so that each can be told on the screen; below 10,000 it is shown in full. */
const total = 9999;

interface EngineMessage {
  i?: string;
  p?: { e?: string; d?: { json?: { type?: string; runId?: string; steps?: { id: string }[] } } };
}

/** Milliseconds since 1970, finer than a millisecond; the same clock in Node and in the page. */
const clock = (): number => performance.timeOrigin + performance.now();

/**
 * Puts status events of a run between engine and page, 500 a second over all its steps, and measures from sending each
 * to the frame that shows it. `start` presses Run. The engine's own events of that run are held back. In ms.
 */
export async function statusLatencies(page: Page, url: string, start: () => Promise<void>): Promise<number[]> {
  let stream: { send: (event: Record<string, unknown>) => void; steps: string[] } | undefined;
  await page.routeWebSocket(/\/rpc/, (socket: WebSocketRoute) => {
    const engine = socket.connectToServer();
    let held: string | undefined;
    socket.onMessage((message) => engine.send(message));
    engine.onMessage((message) => {
      const parsed = typeof message === 'string' ? (JSON.parse(message) as EngineMessage) : {};
      if (held !== undefined && parsed.i === held) return;
      socket.send(message);
      const event = parsed.p?.d?.json;
      if (event?.type !== 'run.started' || parsed.i === undefined) return;
      held = parsed.i;
      let seq = 1;
      const { i } = parsed;
      stream = {
        steps: (event.steps ?? []).map((step) => step.id),
        send: (more) => {
          seq += 1;
          const json = { runId: event.runId, seq, time: Date.now(), ...more };
          socket.send(JSON.stringify({ i, t: 3, p: { e: 'message', d: { json } } }));
        },
      };
    });
  });
  await page.goto(url);
  await page.locator('.react-flow__node').first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(2500);
  await start();
  for (let tries = 0; stream === undefined && tries < 300; tries++) await page.waitForTimeout(100);
  if (stream === undefined) throw new Error('The run did not start.');
  const { send, steps } = stream;
  for (const id of steps) send({ type: 'step.started', id, attempt: 1 });
  await page.waitForTimeout(500);

  await page.evaluate(() => {
    const shown: Record<string, number> = {};
    (globalThis as { shownAt?: typeof shown }).shownAt = shown;
    const observer = new MutationObserver((changes) => {
      const found = changes.flatMap(
        ({ target }) => /([\d,]+) of 9,999/.exec(target.textContent ?? '')?.[1]?.replaceAll(',', '') ?? [],
      );
      // The frame after this one is on the screen when its successor begins.
      requestAnimationFrame(() => {
        const now = performance.timeOrigin + performance.now();
        for (const done of found) shown[done] ??= now;
      });
    });
    const canvas = document.querySelector('.react-flow__viewport');
    if (canvas) observer.observe(canvas, { subtree: true, characterData: true, childList: true });
  });

  const sent = new Map<number, number>();
  const began = clock();
  for (let done = 1; done <= eventsPerSecond * seconds; done++) {
    const due = began + (done * 1000) / eventsPerSecond;
    while (clock() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - clock())));
    sent.set(done, clock());
    send({
      type: 'step.progress',
      id: steps[done % steps.length] ?? '',
      progress: { done, total, unit: 'rows' },
    });
  }
  await page.waitForTimeout(1000);
  const shown = await page.evaluate(() => (globalThis as { shownAt?: Record<string, number> }).shownAt ?? {});
  return Object.entries(shown).flatMap(([done, at]) => {
    const from = sent.get(Number(done));
    return from === undefined ? [] : [at - from];
  });
}
