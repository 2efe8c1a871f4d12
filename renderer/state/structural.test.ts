import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareEqual } from './structural.ts';

describe('shareEqual', () => {
  it('keeps the reference of whatever is equal', () => {
    const before = { a: { x: [1, 2] }, b: { y: 1 } };
    const next = shareEqual(before, { a: { x: [1, 2] }, b: { y: 2 } });
    expect(next.a).toBe(before.a);
    expect(next.b).toEqual({ y: 2 });
    expect(shareEqual(before, structuredClone(before))).toBe(before);
  });

  it('always equals the next value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, next) => {
        expect(shareEqual(before, next)).toEqual(next);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
