import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { exactSum } from './exact-sum.ts';

it('adds up the same in any order, to the last bit', async () => {
  await withDuckDb({ threads: 2 }, async (db) => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }),
      fc.integer(),
      fc.constantFrom(0, -0, 1.4e-45, 1e-320, 0.1),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 40 }), async (values) => {
        const maxAbs = Math.max(...values.map(Math.abs));
        const sums = [];
        for (const order of [values, values.toReversed(), values.toSorted((a, b) => a - b)]) {
          const rows = order.map((x) => `(CAST('${x}' AS DOUBLE))`).join(', ');
          sums.push(await exactSum(db, `(VALUES ${rows}) t(x)`, 'x', maxAbs));
        }
        expect(new Set(sums).size).toBe(1);
        const plain = values.reduce((sum, x) => sum + x / maxAbs, 0) * maxAbs;
        if (maxAbs > 0)
          expect(Math.abs((sums[0] as number) - plain)).toBeLessThanOrEqual(1e-14 * values.length * maxAbs);
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});
