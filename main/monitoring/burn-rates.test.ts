import { describe, expect, it } from 'vitest';
import { burnOf, lateOf } from './burn-rates.ts';

const minuteMs = 60_000;
const nowMs = 1_000 * minuteMs;

/** One entry a minute, oldest first, the last one just before now. */
const minutes = (bad: readonly number[], total = 100) =>
  bad.map((count, i) => ({ timeMs: nowMs - (bad.length - i) * minuteMs, total, bad: count }));
const stateOf = (bad: readonly number[], total?: number) => burnOf(minutes(bad, total), 0.999, nowMs).state;
const many = (count: number, value: number) => Array.from({ length: count }, () => value);

describe('burn rates', () => {
  it('say how many times too fast the budget is spent, window by window', () => {
    const { burns } = burnOf(minutes([...many(355, 0), ...many(5, 1)]), 0.999, nowMs);
    expect(burns.map(({ window, bad, total }) => [window, bad, total])).toEqual([
      ['5m', 5, 500],
      ['30m', 5, 3_000],
      ['1h', 5, 6_000],
      ['6h', 5, 36_000],
    ]);
    expect(burns.map(({ rate }) => Number(rate.toFixed(4)))).toEqual([10, 1.6667, 0.8333, 0.1389]);
  });

  it('alert fast only while both an hour and five minutes burn', () => {
    expect(stateOf(many(60, 2))).toBe('fast');
    // Over: the hour still burns, the last minutes do not.
    expect(stateOf([...many(50, 3), ...many(10, 0)])).toBe('slow');
    // A blip: the hour does not burn.
    expect(stateOf([...many(59, 0), 10])).toBe('ok');
  });

  it('alert slowly while six hours and thirty minutes burn', () => {
    expect(stateOf(many(360, 0.7))).toBe('slow');
    expect(stateOf([...many(300, 1), ...many(60, 0)])).toBe('ok');
  });

  it('take neither few failures nor no requests for an outage', () => {
    expect(stateOf([4], 4)).toBe('ok');
    expect(stateOf([5], 5)).toBe('fast');
    expect(burnOf([], 0.999, nowMs)).toMatchObject({ state: 'ok', burns: [{ rate: 0 }, {}, {}, {}] });
  });
});

it('counts late requests from octaves of latency', () => {
  // Up to 0.02, 0.04, 0.08 ms.
  expect(lateOf([10, 10, 10], 0.04)).toBe(10);
  expect(lateOf([10, 10, 10], 0.01 * 2 ** 2.5)).toBeCloseTo(5, 6);
  expect(lateOf([10], 1)).toBe(0);
  expect(lateOf([0, 0, 0, 7], 0.02)).toBe(7);
});
