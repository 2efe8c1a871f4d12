import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** µs. */
  ts: number;
  dur?: number;
  /** CPU time of the thread, µs: what other programs on the machine take is not in it. */
  tdur?: number;
  args?: { name?: string };
}

/** Script (with what it runs in), garbage collection, style and layout. Painting and compositing are not counted. */
const work = new Set([
  'EventDispatch',
  'EvaluateScript',
  'FunctionCall',
  'FireAnimationFrame',
  'TimerFire',
  'RunMicrotasks',
  'FireIdleCallback',
  'MinorGC',
  'MajorGC',
  'UpdateLayoutTree',
  'RecalculateStyles',
  'Layout',
]);

/** Ends the main thread's part of a frame. */
const frameEnd = 'Layerize';

function mainThread(events: readonly TraceEvent[]): (event: TraceEvent) => boolean {
  const threads = events.filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain');
  const frames = new Map<number, number>();
  for (const event of events) if (event.name === frameEnd) frames.set(event.pid, (frames.get(event.pid) ?? 0) + 1);
  const busiest = threads.toSorted((a, b) => (frames.get(b.pid) ?? 0) - (frames.get(a.pid) ?? 0))[0];
  if (!busiest) throw new Error('The trace has no renderer main thread.');
  return (event) => event.pid === busiest.pid && event.tid === busiest.tid;
}

/** Work events that are in no other work event, in time order. */
function outermost(events: readonly TraceEvent[]): TraceEvent[] {
  const sorted = events
    .filter((event) => event.ph === 'X' && work.has(event.name))
    .toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const top: TraceEvent[] = [];
  let end = -Infinity;
  for (const event of sorted) {
    if (event.ts < end) continue;
    top.push(event);
    end = event.ts + (event.dur ?? 0);
  }
  return top;
}

/** Main-thread work in ms of CPU time of each frame in which there was any, and in total. */
export interface FrameWork {
  perFrameMs: number[];
  totalMs: number;
}

/** Traces the page while `act` goes on. */
export async function traceWork(browser: Browser, page: Page, act: () => Promise<void>): Promise<FrameWork> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'devtools.timeline.frame', 'v8'] });
  let trace: Buffer;
  try {
    await act();
  } finally {
    trace = await browser.stopTracing();
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const own = traceEvents.filter(mainThread(traceEvents));
  const starts = own
    .filter((event) => event.name === frameEnd)
    .map((event) => event.ts)
    .toSorted((a, b) => a - b);
  const sums = new Map<number, number>();
  let frame = 0;
  let totalUs = 0;
  for (const event of outermost(own)) {
    while ((starts[frame] ?? Infinity) <= event.ts) frame += 1;
    const us = event.tdur ?? event.dur ?? 0;
    sums.set(frame, (sums.get(frame) ?? 0) + us);
    totalUs += us;
  }
  // What precedes the first frame belongs to none.
  return { perFrameMs: [...sums.values()].map((us) => us / 1000), totalMs: totalUs / 1000 };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
