import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdmissionLimit } from './admission-limit.ts';

const bounds = { maxBatchRows: 32, maxQueueRows: 4_096, objectiveMs: 100 };

/** A queue fed at a rate and emptied by runs of up to 32 rows, each taking 10 ms. Gives the longest wait per second. */
function simulate(limit: AdmissionLimit, rowsPerMs: number, ms: number, startMs: number, queue: number[]) {
  const waits: number[] = [];
  let served = 0;
  let busyUntilMs = startMs;
  let owed = 0;
  for (let now = startMs; now < startMs + ms; now++) {
    for (owed += rowsPerMs; owed >= 1; owed--) if (limit.admits(queue.length, 1)) queue.push(now);
    const [head] = queue;
    if (now < busyUntilMs || head === undefined) continue;
    limit.started(now, now - head, queue.length);
    served += queue.splice(0, 32).length;
    waits.push(now - head);
    busyUntilMs = now + 10;
    limit.ended(10, 10);
  }
  return { waits, served };
}

describe('AdmissionLimit', () => {
  it('keeps waiting within the objective at twice the capacity, without idling', () => {
    const limit = new AdmissionLimit(bounds);
    const queue: number[] = [];
    simulate(limit, 6.4, 2_000, 1, queue);
    const { waits, served } = simulate(limit, 6.4, 10_000, 2_001, queue);
    expect(Math.max(...waits)).toBeLessThan(90);
    expect(served).toBeGreaterThan(0.97 * 32_000);
  });

  it('takes a burst that soon passes whole, and recovers from overload within a second', () => {
    const limit = new AdmissionLimit(bounds);
    const queue: number[] = [];
    simulate(limit, 100, 3, 1, queue);
    expect(queue.length).toBeGreaterThan(250);
    simulate(limit, 1.6, 2_000, 4, queue);
    expect(limit.rows).toBe(4_096);
    simulate(limit, 6.4, 3_000, 2_004, queue);
    expect(limit.rows).toBeLessThan(400);
    simulate(limit, 1.6, 1_000, 5_004, queue);
    expect(queue.length).toBeLessThan(64);
    expect(limit.rows).toBeGreaterThan(1_000);
  });

  it('never goes below one batch nor above the bound, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            wait: fc.double({ min: 0, max: 1e5, noNaN: true }),
            run: fc.double({ min: 0, max: 1e4, noNaN: true }),
            queued: fc.nat(4_096),
          }),
          { maxLength: 100 },
        ),
        (events) => {
          const limit = new AdmissionLimit(bounds);
          let now = 1;
          for (const { wait, run, queued } of events) {
            now += 60;
            limit.started(now, wait, queued);
            limit.ended(run, run);
            expect(limit.rows).toBeGreaterThanOrEqual(32);
            expect(limit.rows).toBeLessThanOrEqual(4_096);
          }
        },
      ),
      { seed: 5 },
    );
  });

  it('refuses first what would be too late, but only in overload', () => {
    const limit = new AdmissionLimit(bounds);
    const queue: number[] = [];
    simulate(limit, 1.6, 1_000, 1, queue);
    expect(limit.isTooLate(1_001, 500)).toBe(false);
    expect(limit.admits(10, 1, 500)).toBe(true);
    simulate(limit, 6.4, 3_000, 1_001, queue);
    expect(limit.isTooLate(4_001, 500)).toBe(true);
    expect(limit.isTooLate(4_001, 40)).toBe(false);
    expect(limit.admits(10, 1, 500)).toBe(false);
    expect(limit.admits(10, 1, 1)).toBe(true);
    simulate(limit, 1.6, 1_000, 4_001, queue);
    expect(limit.isTooLate(5_001, 500)).toBe(false);
  });

  it('is the fixed number without an objective', () => {
    const limit = new AdmissionLimit({ ...bounds, objectiveMs: null });
    const queue: number[] = [];
    simulate(limit, 6.4, 3_000, 1, queue);
    expect(queue.length).toBeGreaterThan(4_000);
    expect(limit.rows).toBe(4_096);
  });
});
