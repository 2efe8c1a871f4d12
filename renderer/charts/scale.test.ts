import fc from 'fast-check';
import { expect, it } from 'vitest';
import { extentOf, linearScale, logScale } from './scale.ts';

it('maps ends and comes back', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (low, extent, share) => {
        const scale = linearScale([low, low + extent], [300, 20]);
        expect(scale.toPixel(low)).toBeCloseTo(300);
        expect(scale.toPixel(low + extent)).toBeCloseTo(20);
        const value = low + share * extent;
        expect(Math.abs(scale.toValue(scale.toPixel(value)) - value)).toBeLessThanOrEqual(
          1e-6 * (Math.abs(low) + extent),
        );
      },
    ),
    { seed: 20260811 },
  );
});

it('puts a flat domain in the middle', () => {
  expect(linearScale([5, 5], [0, 100]).toPixel(5)).toBe(50);
});

it('spaces powers evenly and clamps what has no logarithm', () => {
  const scale = logScale([1, 16], [0, 400]);
  expect([1, 2, 4, 8, 16].map((v) => Math.round(scale.toPixel(v)))).toEqual([0, 100, 200, 300, 400]);
  expect(scale.toPixel(0)).toBe(0);
  expect(scale.toValue(200)).toBeCloseTo(4);
});

it('ignores missing values in an extent', () => {
  expect(extentOf([null, 3, Number.NaN, -1, undefined, Number.POSITIVE_INFINITY])).toEqual([-1, 3]);
  expect(extentOf([null])).toBeUndefined();
});
