import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spreadLabels } from './label-spread.ts';

it('keeps free labels where they are', () => {
  expect(spreadLabels([10, 60, 30], 12, 0, 100)).toEqual([10, 60, 30]);
});

it('pushes colliding labels apart and keeps them inside', () => {
  expect(spreadLabels([98, 99, 100], 12, 0, 100)).toEqual([76, 88, 100]);
});

it('never overlaps when there is room, and keeps the order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 250 }), { maxLength: 8 }), (wishes) => {
      const placed = spreadLabels(wishes, 12, 0, 200);
      const sorted = placed.toSorted((a, b) => a - b);
      for (let i = 1; i < sorted.length; i++)
        expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(12);
      for (const y of placed) {
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y).toBeLessThanOrEqual(200);
      }
    }),
    { seed: 20260811 },
  );
});
