import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kolmogorovSmirnovTwoSample } from './kolmogorov-smirnov.ts';
import { uniformGenerator } from './random.ts';

/** The definition: the largest difference of the shares of values up to x, over all x that occur. */
function supremum(a: Float64Array, b: Float64Array): number {
  let gap = 0;
  let i = 0;
  let j = 0;
  for (const x of Float64Array.of(...a, ...b).sort()) {
    while (i < a.length && (a[i] as number) <= x) i++;
    while (j < b.length && (b[j] as number) <= x) j++;
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length));
  }
  return gap;
}

it('finds the largest gap between two samples of any size, with ties, shifts and infinities', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 6_000 }));
  const shape = fc.record({ shift: fc.constantFrom(0, 0.001, 0.1, 2), levels: fc.constantFrom(1, 3, 300, 1e9) });
  fc.assert(
    fc.property(size, size, shape, fc.nat(), (n, m, { shift, levels }, seed) => {
      const random = uniformGenerator(seed);
      const draw = (rows: number, by: number) =>
        Float64Array.from({ length: rows }, () => {
          const u = random();
          return u < 0.001
            ? Number.NEGATIVE_INFINITY
            : u > 0.999
              ? Number.POSITIVE_INFINITY
              : Math.floor(u * levels) / levels + by;
        }).sort();
      const a = draw(n, 0);
      const b = draw(m, shift);
      expect(kolmogorovSmirnovTwoSample(a, b, 'asymptotic').statistic).toBe(supremum(a, b));
    }),
    { numRuns: 400, seed: 5 },
  );
});
