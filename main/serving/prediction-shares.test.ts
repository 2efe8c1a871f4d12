import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PredictionShares } from './prediction-shares.ts';
import type { Tensor } from './tensor.ts';

const numbers = (values: readonly number[]): Tensor => ({
  name: 'prediction',
  datatype: 'FP32',
  shape: [values.length, 1],
  data: Float32Array.from(values),
});

const classes = (best: readonly number[], width = 3): Tensor => ({
  name: 'probabilities',
  datatype: 'FP32',
  shape: [best.length, width],
  data: Float32Array.from({ length: best.length * width }, (_, i) =>
    best[Math.floor(i / width)] === i % width ? 0.8 : 0.1,
  ),
});

function shares(tensors: readonly Tensor[]): PredictionShares {
  const all = new PredictionShares();
  for (const tensor of tensors) all.add([tensor]);
  return all;
}

it('is far from a model that predicts another class or other numbers, and near to itself', () => {
  const of = (share: number) => shares(Array.from({ length: 1_000 }, (_, i) => classes([i % 100 < share ? 1 : 2])));
  expect(of(50).distanceTo(of(50))).toBe(0);
  expect(of(50).distanceTo(of(90))).toBeGreaterThan(0.25);
  const around = (middle: number) => shares(Array.from({ length: 500 }, (_, i) => numbers([middle + (i % 50) / 10])));
  expect(around(-2).distanceTo(around(-2))).toBe(0);
  expect(around(-2).distanceTo(around(8))).toBeGreaterThan(0.8);
});

it('takes no difference that chance explains for one, and is the same both ways', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.double({ noNaN: false }), { minLength: 1, maxLength: 30 }),
      (best, values) => {
        const [a, b] = [shares([classes(best)]), shares([classes(best.toReversed())])];
        expect(a.distanceTo(b)).toBe(0);
        const [c, d] = [shares([numbers(values)]), shares([numbers([0])])];
        expect(c.distanceTo(d)).toBe(d.distanceTo(c));
        expect(c.distanceTo(d)).toBeGreaterThanOrEqual(0);
        expect(c.distanceTo(d)).toBeLessThanOrEqual(1);
      },
    ),
    { seed: 3, numRuns: 100 },
  );
});
