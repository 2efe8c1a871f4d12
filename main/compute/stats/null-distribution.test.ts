import { expect, it } from 'vitest';
import { evenQuantiles, nullQuantile, wassersteinNull } from './null-distribution.ts';
import { uniformGenerator } from './random.ts';

it.each([
  ['even', (u: number) => u],
  ['with a long tail', (u: number) => Math.exp(2 * Math.sqrt(-2 * Math.log(1 - u)))],
  ['with few values', (u: number) => Math.floor(8 * u)],
])('quantiles of a large sample, %s, give the null distribution of the whole', (_, shape) => {
  const random = uniformGenerator(1);
  const sample = Float64Array.from({ length: 200_000 }, () => shape(random())).sort();
  const sizes = { referenceRows: 4_000, currentRows: 1_000, repetitions: 99 };
  const whole = wassersteinNull(sample, { ...sizes, random: uniformGenerator(2) });
  const few = wassersteinNull(evenQuantiles(sample, 20_000), { ...sizes, random: uniformGenerator(2) });
  for (const p of [0.5, 0.05]) {
    expect(Math.abs(nullQuantile(few, p) / nullQuantile(whole, p) - 1)).toBeLessThan(0.02);
  }
});

it('takes values from the middles of equal parts, and all of a sample that is small enough', () => {
  expect([...evenQuantiles(Float64Array.of(0, 1, 2, 3, 4, 5), 2)]).toEqual([1, 4]);
  const small = Float64Array.of(1, 2);
  expect(evenQuantiles(small, 2)).toBe(small);
});
