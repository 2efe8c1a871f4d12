import fc from 'fast-check';
import { expect, it } from 'vitest';
import { distributionOverlay } from './distribution-overlay.ts';

const sample = fc
  .array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: -2, max: 2 })), {
    minLength: 1,
    maxLength: 300,
  })
  .map((values) => Float64Array.from(values).sort());

it('puts every number in one bar, those beyond the ends in the outer ones', () => {
  fc.assert(
    fc.property(sample, sample, (reference, current) => {
      const bars = distributionOverlay(
        { kind: 'numeric', sorted: reference, missing: 0 },
        { kind: 'numeric', sorted: current, missing: 0 },
      );
      const low = reference[Math.floor(0.01 * (reference.length - 1))] as number;
      const high = reference[Math.ceil(0.99 * (reference.length - 1))] as number;
      const width = (high - low) / 16;
      const bin = (x: number) =>
        low === high ? 1 + Math.sign(x - low) : Math.min(15, Math.max(0, Math.floor((x - low) / width)));
      expect(bars).toHaveLength(low === high ? 3 : 16);
      bars.forEach((bar, i) => {
        expect(bar.reference * reference.length).toBeCloseTo(reference.filter((x) => bin(x) === i).length, 6);
        expect(bar.current * current.length).toBeCloseTo(current.filter((x) => bin(x) === i).length, 6);
      });
    }),
    { numRuns: 200, seed: 3 },
  );
});
