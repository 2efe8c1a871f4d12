import { expect, it } from 'vitest';
import { cheapestThreshold, liftCurve } from './decisions.ts';
import { thresholdCounts } from './threshold-counts.ts';

const counts = thresholdCounts({
  scores: Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1),
  positive: Uint8Array.of(1, 1, 0, 1, 0, 1, 0, 0),
});

it('gives the gain and lift of the highest scores', () => {
  const curve = liftCurve(counts);
  expect(curve).toHaveLength(20);
  expect(curve[4]).toEqual({ share: 0.25, gain: 0.5, lift: 2 });
  expect(curve.at(-1)).toEqual({ share: 1, gain: 1, lift: 1 });
  const tied = liftCurve(
    thresholdCounts({ scores: new Float64Array(10), positive: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0) }),
  );
  for (const { lift } of tied) expect(lift).toBeCloseTo(1, 12);
  expect(liftCurve(thresholdCounts({ scores: Float64Array.of(1), positive: Uint8Array.of(1) }))).toEqual([]);
});

it('finds the cheapest threshold', () => {
  expect(cheapestThreshold(counts, { falsePositive: 1, falseNegative: 1 })).toEqual({
    threshold: 0.8,
    cost: 0.25,
    costAtHalf: 0.25,
  });
  expect(cheapestThreshold(counts, { falsePositive: 1, falseNegative: 10 })).toMatchObject({
    threshold: 0.3,
    cost: 0.25,
  });
  expect(cheapestThreshold(counts, { falsePositive: 10, falseNegative: 1 })).toMatchObject({
    threshold: 0.8,
    cost: 0.25,
  });
  expect(cheapestThreshold(counts, { falsePositive: 1, falseNegative: 0 })).toMatchObject({ threshold: null, cost: 0 });
});
