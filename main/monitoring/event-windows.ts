import { MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { RecentRows } from '../serving/request-log.ts';
import { isFutureTime } from './column-findings.ts';
import { joinSketches, sketchWindow, type WindowSketch } from './rolling-windows.ts';
import { pickRows } from './scalar-rows.ts';

export interface EventTimeOptions {
  /** Input column with the time at which what a row is about happened. */
  column: string;
  windowMs: number;
  /** How far the watermark stays behind the latest event time, as in a stream's windows. */
  latenessMs: number;
}

/** Rows of one span of event time, [startMs, startMs + windowMs). */
export interface EventWindow {
  startMs: number;
  count: number;
  sketch: WindowSketch;
  /** All of its rows in order of arrival; undefined of large windows, and of those that a restart or a new version interrupted. */
  parts: RecentRows[] | undefined;
}

/** Rows that no window took. */
export interface UnplacedRows {
  /** Came after their window had been closed: of which windows, the newest last. */
  late: number;
  lateWindows: { startMs: number; rows: number }[];
  /** Without an event time, or with one more than a day after the request. */
  untimed: number;
}

export interface EventWindowsState {
  open: { startMs: number; count: number; sketch: WindowSketch }[];
  latestMs: number | null;
  closedToMs: number | null;
  unplaced: UnplacedRows;
}

/** Rows that a window keeps besides its sketches. */
const keptRows = 10_000;
/** Of more open windows the oldest is closed, whatever the lateness allows: memory stays bounded. */
const maxOpenWindows = 64;
const namedLateWindows = 8;

/**
 * Sorts rows into tumbling windows of event time. A row is late when the watermark, the latest event time before it less
 * the lateness, has reached the end of its window; how rows are dealt to calls of `add` makes no difference.
 */
export class EventWindows {
  readonly #options: EventTimeOptions;
  readonly #open = new Map<number, EventWindow>();
  readonly unplaced: UnplacedRows;
  #latestMs: number;
  /** No row before this time is taken. */
  #closedToMs: number;

  constructor(options: EventTimeOptions, state?: EventWindowsState) {
    this.#options = options;
    for (const window of state?.open ?? []) this.#open.set(window.startMs, { ...window, parts: undefined });
    this.unplaced = state?.unplaced ?? { late: 0, lateWindows: [], untimed: 0 };
    this.#latestMs = state?.latestMs ?? Number.NEGATIVE_INFINITY;
    this.#closedToMs = state?.closedToMs ?? Number.NEGATIVE_INFINITY;
  }

  get openCount(): number {
    return this.#open.size;
  }

  get state(): EventWindowsState {
    return {
      open: [...this.#open.values()].map(({ startMs, count, sketch }) => ({ startMs, count, sketch })),
      latestMs: finiteOrNull(this.#latestMs),
      closedToMs: finiteOrNull(this.#closedToMs),
      unplaced: this.unplaced,
    };
  }

  /** Takes the next rows in order of arrival; the windows that are closed now, in order of time. */
  add(rows: RecentRows): EventWindow[] {
    const { column, windowMs, latenessMs } = this.#options;
    const times = rows.columns.find(({ name }) => name === column);
    if (times?.kind !== 'timestamp') {
      this.unplaced.untimed += rows.rows;
      return [];
    }
    const placed = new Map<number, number[]>();
    /** Windows that still take rows. */
    const waiting = new Set(this.#open.keys());
    const closeTo = (toMs: number) => {
      if (toMs <= this.#closedToMs) return;
      this.#closedToMs = toMs;
      for (const startMs of waiting) if (!this.#isWaiting(startMs)) waiting.delete(startMs);
    };
    for (let row = 0; row < rows.rows; row++) {
      const value = times.values[row] as bigint;
      if (value === MISSING_TIMESTAMP || isFutureTime(value, rows.timesMs[row] as number)) {
        this.unplaced.untimed++;
        continue;
      }
      const timeMs = Number(value) / 1_000;
      const startMs = Math.floor(timeMs / windowMs) * windowMs;
      if (!this.#isWaiting(startMs)) {
        this.#countLate(startMs);
        continue;
      }
      const own = placed.get(startMs) ?? [];
      placed.set(startMs, own);
      own.push(row);
      waiting.add(startMs);
      if (timeMs > this.#latestMs) {
        this.#latestMs = timeMs;
        closeTo(Math.floor((timeMs - latenessMs) / windowMs) * windowMs);
      }
      if (waiting.size > maxOpenWindows) closeTo(Math.min(...waiting) + windowMs);
    }
    for (const [startMs, own] of placed) this.#place(startMs, pickRows(rows, own));
    return this.#takeClosed();
  }

  #isWaiting(startMs: number): boolean {
    return startMs + this.#options.windowMs > this.#closedToMs;
  }

  #countLate(startMs: number): void {
    const { lateWindows } = this.unplaced;
    this.unplaced.late++;
    const known = lateWindows.find((window) => window.startMs === startMs);
    if (known !== undefined) {
      known.rows++;
      return;
    }
    lateWindows.push({ startMs, rows: 1 });
    if (lateWindows.length > namedLateWindows) lateWindows.shift();
  }

  #place(startMs: number, part: RecentRows): void {
    const sketch = sketchWindow([...part.columns, ...part.outputs]);
    const known = this.#open.get(startMs);
    if (known === undefined) {
      this.#open.set(startMs, { startMs, count: part.rows, sketch, parts: [part] });
      return;
    }
    known.count += part.rows;
    known.sketch = joinSketches([known.sketch, sketch]);
    // Another version of the model may have other columns: by sketches each column counts for itself.
    const isOfOneLog = known.parts?.[0]?.logId === part.logId;
    if (isOfOneLog && known.count <= keptRows) known.parts?.push(part);
    else known.parts = undefined;
  }

  #takeClosed(): EventWindow[] {
    const closed = [...this.#open.values()]
      .filter(({ startMs }) => !this.#isWaiting(startMs))
      .toSorted((a, b) => a.startMs - b.startMs);
    for (const { startMs } of closed) this.#open.delete(startMs);
    return closed;
  }
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
