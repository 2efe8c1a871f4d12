import { BIGINT, DOUBLE } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { polynomialNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const anyNumber = fc.oneof(
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 1e-42, -0, 3),
  fc.double({ noNaN: true }),
);

it('multiplies in float32, the same in training and serving', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ a: anyNumber, b: anyNumber, c: fc.option(fc.integer({ min: -9, max: 9 })) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.constantFrom(2, 3),
      fc.boolean(),
      async (rows, degree, interactionsOnly) => {
        const table = await steps.table([
          { name: 'a', type: DOUBLE, values: rows.map(({ a }) => a) },
          { name: 'b', type: DOUBLE, values: rows.map(({ b }) => b) },
          { name: 'c', type: BIGINT, values: rows.map(({ c }) => (c === null ? null : BigInt(c))) },
        ]);
        const features = await steps.fit(runner, { columns: ['a', 'b', 'c'], degree, interactionsOnly }, table);
        const trained = await featuresOfTable([features], table);
        expect(await featuresOfRows([features], rows, 1)).toEqual(trained);
        const pairs = interactionsOnly ? ['a*b', 'a*c', 'b*c'] : ['a*a', 'a*b', 'a*c', 'b*b', 'b*c', 'c*c'];
        expect(Object.keys(trained).filter((name) => name.length === 3)).toEqual(pairs);
        expect(Object.keys(trained).length).toBe(pairs.length + (degree === 2 ? 0 : interactionsOnly ? 1 : 10));
        for (const [name, [values = []]] of Object.entries(trained)) {
          rows.forEach((row, index) => {
            const factors = name.split('*').map((column) => Math.fround(row[column as 'a'] ?? Number.NaN));
            const expected = factors.reduce((product, factor) => Math.fround(product * factor));
            expect(values[index]).toBe(expected);
          });
        }
      },
    ),
    { seed: 3, numRuns: 30 },
  );
});

it('keeps the features it stands behind', async () => {
  const table = await steps.table([
    { name: 'a', type: DOUBLE, values: [1, null, 3] },
    { name: 'b', type: DOUBLE, values: [2, 4, 6] },
    { name: 'c', type: DOUBLE, values: [7, 8, 9] },
  ]);
  const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['a', 'b', 'c'] }), table);
  const params = polynomialNode.params.parse({ columns: ['a', 'b'], interactionsOnly: true });
  const features = await steps.fit(runner, params, filled);
  expect(await featuresOfTable([features], table)).toEqual({
    a: [[1, 2, 3]],
    b: [[2, 4, 6]],
    'a*b': [[2, 8, 18]],
    c: [[7, 8, 9]],
  });
});
