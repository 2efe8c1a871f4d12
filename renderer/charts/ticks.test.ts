import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearTicks, logTicks, niceAxis, timeTicks } from './ticks.ts';

const seed = { seed: 20260811 };
const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true, noDefaultInfinity: true });

describe('linearTicks', () => {
  it('picks round values', () => {
    expect(linearTicks(0, 1)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linearTicks(0, 380)).toEqual([0, 100, 200, 300]);
    expect(linearTicks(-3.4, 14.8)).toEqual([0, 5, 10]);
  });

  it('stays inside the domain, ascending, within the limit', () => {
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 8 }), (a, b, limit) => {
        const low = Math.min(a, b);
        const high = Math.max(a, b);
        fc.pre(high - low > 1e-6 * Math.max(1, Math.abs(low), Math.abs(high)));
        const ticks = linearTicks(low, high, limit);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(limit);
        const slack = (high - low) * 1e-6;
        for (const [i, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low - slack);
          expect(tick).toBeLessThanOrEqual(high + slack);
          if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1] ?? 0);
        }
      }),
      seed,
    );
  });

  it('gives one tick for flat data and none for no number', () => {
    expect(linearTicks(3, 3)).toEqual([3]);
    expect(linearTicks(Number.NaN, Number.NaN)).toEqual([]);
  });
});

describe('niceAxis', () => {
  it('widens to round ends', () => {
    expect(niceAxis(0, 356)).toEqual({ domain: [0, 400], ticks: [0, 100, 200, 300, 400] });
    expect(niceAxis(0.679, 0.731).domain[0]).toBeLessThanOrEqual(0.679);
  });

  it('covers the data with at most the limit', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const low = Math.min(a, b);
        const high = Math.max(a, b);
        fc.pre(low === high || high - low > 1e-6 * Math.max(1, Math.abs(low), Math.abs(high)));
        const { domain, ticks } = niceAxis(low, high, 5);
        const slack = 1e-6 * (domain[1] - domain[0]);
        expect(domain[0]).toBeLessThanOrEqual(low + slack);
        expect(domain[1]).toBeGreaterThanOrEqual(high - slack);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
      }),
      seed,
    );
  });

  it('gives flat data room', () => {
    const { domain } = niceAxis(7, 7);
    expect(domain[0]).toBeLessThan(7);
    expect(domain[1]).toBeGreaterThan(7);
    expect(niceAxis(0, 0).domain).toEqual([0, 1]);
  });
});

describe('logTicks', () => {
  it('uses powers of two, then wider bases', () => {
    expect(logTicks(0.9, 17)).toEqual([1, 2, 4, 8, 16]);
    expect(logTicks(0.5, 200)).toEqual([1, 4, 16, 64]);
    expect(logTicks(0.001, 1e6).length).toBeLessThanOrEqual(5);
  });
});

describe('timeTicks', () => {
  it('lands on round clock times of the zone', () => {
    const start = Date.UTC(2001, 4, 1, 14, 17, 12);
    const { ticks, stepMs } = timeTicks(start, start + 15 * 60_000);
    expect(stepMs).toBe(3 * 60_000);
    expect(ticks.map((t) => new Date(t).toISOString().slice(11, 16))).toEqual([
      '14:18',
      '14:21',
      '14:24',
      '14:27',
      '14:30',
    ]);
    const days = timeTicks(Date.UTC(2001, 0, 1), Date.UTC(2001, 6, 1), 5, 3_600_000);
    for (const tick of days.ticks) expect((tick + 3_600_000) % 86_400_000).toBe(0);
    expect(days.ticks.length).toBeLessThanOrEqual(5);
  });

  it('goes on in years', () => {
    expect(timeTicks(0, 100 * 365 * 86_400_000).ticks.length).toBeLessThanOrEqual(6);
  });
});
