import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHysteresis } from './hysteresis.ts';

describe('createHysteresis', () => {
  it('turns on after 2 of 3 windows and off the same way', () => {
    const state = createHysteresis(2, 3);
    const seen = [true, false, true, true, false, true, false].map((verdict) => state.push(verdict));
    expect(seen).toEqual([false, false, true, true, true, true, false]);
  });

  it('continues from earlier verdicts', () => {
    expect(createHysteresis(2, 3, { active: true, recent: [false] }).push(false)).toBe(false);
    expect(createHysteresis(2, 3, { active: false, recent: [true] }).push(true)).toBe(true);
    expect(createHysteresis(1, 1, { active: false, recent: [true, true, false] }).recent).toEqual([false]);
  });

  it('changes only when enough of the last windows say so', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (needed, extra, verdicts) => {
          const windows = needed + extra;
          const state = createHysteresis(needed, windows);
          let before = false;
          verdicts.forEach((verdict, i) => {
            const after = state.push(verdict);
            const last = verdicts.slice(Math.max(0, i + 1 - windows), i + 1);
            if (after !== before) expect(last.filter((value) => value === after).length).toBeGreaterThanOrEqual(needed);
            before = after;
          });
        },
      ),
      { seed: 7 },
    );
  });

  it('refuses impossible rules', () => {
    expect(() => createHysteresis(0, 3)).toThrow(RangeError);
    expect(() => createHysteresis(4, 3)).toThrow(RangeError);
  });
});

it('needs one window only where that is certain, and as many as ever to clear', () => {
  const alarm = createHysteresis(2, 3);
  expect(alarm.push(true, true)).toBe(true);
  expect(alarm.push(false)).toBe(true);
  expect(alarm.push(false)).toBe(false);
  expect(alarm.push(false, true)).toBe(false);
});
