import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { closedWindows } from '../compute/streams/windows.ts';
import type { RecentRows } from '../serving/request-log.ts';
import { type EventWindow, EventWindows } from './event-windows.ts';

const arrivedMs = Date.UTC(2024, 0, 2);

/** Rows in order of arrival, by the seconds of their events; null: none. */
function rowsOf(seconds: readonly (number | null)[], first = 0): RecentRows {
  const us = seconds.map((second) => (second === null ? MISSING_TIMESTAMP : BigInt(second) * 1_000_000n));
  return {
    logId: 'log',
    logged: seconds.length,
    seen: seconds.length,
    unsampled: 0,
    rows: seconds.length,
    ids: seconds.map((_, i) => `r${first + i}`),
    timesMs: new Float64Array(seconds.length).fill(arrivedMs),
    columns: [
      { name: 'at', kind: 'timestamp', values: BigInt64Array.from(us) },
      { name: 'row', kind: 'number', values: Float64Array.from(seconds, (_, i) => first + i) },
    ],
    outputs: [],
  };
}

function idsOf(window: EventWindow): string[] {
  return (window.parts ?? []).flatMap(({ ids }) => ids);
}

const seconds = fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 60 });
const lengths = fc.record({ window: fc.integer({ min: 1, max: 40 }), lateness: fc.integer({ min: 0, max: 60 }) });

describe('windows of event time', () => {
  it('are those of a stream, with its late events', async () => {
    await withDuckDb({}, (db) =>
      fc.assert(
        fc.asyncProperty(seconds, lengths, async (events, { window, lateness }) => {
          const options = { column: 'at', windowMs: window * 1_000, latenessMs: lateness * 1_000 };
          const windows = new EventWindows(options);
          const closed = windows.add(rowsOf(events));
          await db.run('DROP TABLE IF EXISTS events; DROP TABLE IF EXISTS timed; DROP TABLE IF EXISTS placed');
          const values = events.map((second, o) => `(${o}, make_timestamp(${second}000000))`).join(', ');
          const source = events.length === 0 ? 'SELECT 0, NULL::TIMESTAMP WHERE false' : `VALUES ${values}`;
          await db.run(`CREATE TABLE events AS SELECT o, "at" FROM (${source}) AS e(o, "at")`);
          const { select, counts } = await closedWindows(db, {
            fields: { at: 'TIMESTAMP' },
            eventTime: 'at',
            dedupeKey: '',
            windowUs: window * 1e6,
            slideUs: window * 1e6,
            latenessUs: lateness * 1e6,
            groupBy: [],
            aggregates: [{ function: 'count', field: '', name: 'events' }],
            ended: false,
          });
          const expected = await db.rows(
            `SELECT CAST(epoch_ms(window_start) AS DOUBLE) AS startMs, CAST(events AS DOUBLE) AS count FROM (${select})`,
          );
          expect(closed.map(({ startMs, count }) => ({ startMs, count }))).toEqual(expected);
          expect(windows.unplaced.late).toBe(counts.late);
          expect(closed.map((one) => idsOf(one).length)).toEqual(closed.map(({ count }) => count));
        }),
        { numRuns: 60, seed: 7 },
      ),
    );
  });

  it('do not depend on how rows are dealt to looks, nor on a restart between them', () => {
    const few = seconds.map((events) => ({ events, secondMs: 1_000 }));
    // More windows than may be open at once.
    const many = fc
      .array(fc.integer({ min: 0, max: 5_000 }), { minLength: 100, maxLength: 200 })
      .map((events) => ({ events, secondMs: 60_000 }));
    const arrivals = fc.oneof(few, many);
    fc.assert(
      fc.property(
        arrivals,
        lengths,
        fc.integer({ min: 1, max: 99 }),
        ({ events, secondMs }, { window, lateness }, step) => {
          const options = { column: 'at', windowMs: window * 1_000, latenessMs: lateness * secondMs };
          const whole = new EventWindows(options);
          const expected = whole.add(rowsOf(events)).map(({ startMs, count }) => ({ startMs, count }));
          let dealt = new EventWindows(options);
          const closed: typeof expected = [];
          for (let first = 0; first < events.length; first += step) {
            const part = rowsOf(events.slice(first, first + step), first);
            closed.push(...dealt.add(part).map(({ startMs, count }) => ({ startMs, count })));
            dealt = new EventWindows(options, dealt.state);
          }
          expect(closed.toSorted((a, b) => a.startMs - b.startMs)).toEqual(expected);
          expect(dealt.unplaced).toEqual(whole.unplaced);
          expect(dealt.openCount).toBe(whole.openCount);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('have every row once: closed, open, late or without a usable time', () => {
    const times = fc.array(fc.option(fc.integer({ min: 0, max: 5_000 })), { maxLength: 200 });
    fc.assert(
      fc.property(times, lengths, (events, { window, lateness }) => {
        const windows = new EventWindows({ column: 'at', windowMs: window * 1_000, latenessMs: lateness * 60_000 });
        const closed = windows.add(rowsOf(events));
        const { late, untimed } = windows.unplaced;
        const open = windows.state.open.reduce((sum, { count }) => sum + count, 0);
        const done = closed.reduce((sum, { count }) => sum + count, 0);
        expect(done + open + late + untimed).toBe(events.length);
        expect(untimed).toBe(events.filter((event) => event === null).length);
        expect(windows.openCount).toBeLessThanOrEqual(64);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('take no row for later than a day after its request: one wrong clock closes nothing', () => {
    const windows = new EventWindows({ column: 'at', windowMs: 1_000, latenessMs: 0 });
    const now = arrivedMs / 1_000;
    expect(windows.add(rowsOf([now, now + 90_000, now]))).toEqual([]);
    expect(windows.unplaced).toEqual({ late: 0, lateWindows: [], untimed: 1 });
    expect(windows.add(rowsOf([now + 1])).map(({ count }) => count)).toEqual([2]);
  });

  it('go on with another version of the model, whose columns may differ, by sketches', () => {
    const windows = new EventWindows({ column: 'at', windowMs: 1_000_000, latenessMs: 0 });
    windows.add(rowsOf([1, 2, 3]));
    const other = rowsOf([4, 5, 2_000]);
    const [at] = other.columns;
    const [closed] = windows.add({ ...other, logId: 'next', columns: at === undefined ? [] : [at] });
    expect(closed).toMatchObject({ startMs: 0, count: 5, parts: undefined });
    expect(closed?.sketch.get('row')?.rows).toBe(3);
  });

  it('name the windows of late rows, the last eight of them', () => {
    const windows = new EventWindows({ column: 'at', windowMs: 1_000, latenessMs: 0 });
    windows.add(rowsOf([100, ...Array.from({ length: 10 }, (_, i) => i), 9]));
    const { late, lateWindows } = windows.unplaced;
    expect(late).toBe(11);
    expect(lateWindows).toHaveLength(8);
    expect(lateWindows.at(-1)).toEqual({ startMs: 9_000, rows: 2 });
  });
});
