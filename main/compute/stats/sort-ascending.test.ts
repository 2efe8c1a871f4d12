import fc from 'fast-check';
import { expect, it } from 'vitest';
import { uniformGenerator } from './random.ts';
import { sortAscending } from './sort-ascending.ts';
import { valueCounts } from './value-counts.ts';

const rows = 60_000;
const value = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324),
);

it('sorts large arrays of any numbers exactly as the engine does', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.boolean(), fc.nat(), (some, isSpread, seed) => {
      const random = uniformGenerator(seed);
      const values = Float64Array.from({ length: rows }, () => {
        const drawn = some[Math.floor(random() * some.length)] as number;
        return isSpread ? drawn * random() || drawn : drawn;
      });
      const expected = values.toSorted();
      // The offset shows that the sort keeps to its own part of a buffer.
      const part = new Float64Array(rows + 2).subarray(1, rows + 1);
      part.set(values);
      expect(sortAscending(part)).toBe(part);
      expect(Buffer.compare(new Uint8Array(part.buffer, 8, 8 * rows), new Uint8Array(expected.buffer))).toBe(0);
      expect(new Float64Array(part.buffer)[0]).toBe(0);
      expect(new Float64Array(part.buffer)[rows + 1]).toBe(0);
    }),
    { numRuns: 30, seed: 7 },
  );
});

it('counts the values of a sample', () => {
  expect([...valueCounts(Float64Array.of(-1.5, -0, 0, 2, 2, 2))]).toEqual([
    ['-1.5', 1],
    ['0', 2],
    ['2', 3],
  ]);
  expect(valueCounts(new Float64Array(0)).size).toBe(0);
});
