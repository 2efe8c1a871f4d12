import { BIGINT, DOUBLE } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import type { ScaleParams } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const anyNumber = fc.oneof(
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 1e-42, 0, 3),
  fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
  fc.integer({ min: -3, max: 3 }),
);

/** Centre and spread of the finite float32 values, computed the plain way. */
function statisticsOf(values: readonly (number | null)[], method: ScaleParams['method']) {
  const x = values
    .filter((value) => value !== null)
    .map(Math.fround)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (x.length === 0) return undefined;
  const quantile = (q: number) => {
    const at = (x.length - 1) * q;
    const low = x[Math.floor(at)] as number;
    return low + ((x[Math.ceil(at)] as number) - low) * (at - Math.floor(at));
  };
  const low = x[0] as number;
  const high = x[x.length - 1] as number;
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const [centre, spread] =
    method === 'standard'
      ? [mean, Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length)]
      : method === 'min-max'
        ? [low, high - low]
        : [quantile(0.5), quantile(0.75) - quantile(0.25)];
  return { centre, spread: low === high || Math.fround(spread) === 0 ? 1 : spread };
}

describe('scale', () => {
  it('scales in training and serving as a plain reference does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyNumber, { minLength: 1, maxLength: 30 }),
        fc.array(anyNumber, { minLength: 1, maxLength: 8 }),
        fc.constantFrom<ScaleParams['method']>('standard', 'min-max', 'robust'),
        async (training, serving, method) => {
          const table = await steps.table([{ name: 'x', type: DOUBLE, values: training }]);
          const fit = () => steps.fit(runner, { columns: ['x'], method }, table);
          const statistics = statisticsOf(training, method);
          if (statistics === undefined) {
            await expect(fit()).rejects.toMatchObject({ code: 'data.empty' });
            return;
          }
          const features = await fit();
          const rows = serving.map((x) => ({ x }));
          const whole = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(whole);
          const { centre, spread } = statistics;
          const check = (values: readonly (number | null)[], result: Record<string, number[][]>) => {
            values.forEach((value, index) => {
              const got = result['x']?.[0]?.[index] as number;
              const x = Math.fround(value ?? Number.NaN);
              const expected = (x - centre) / spread;
              if (!Number.isFinite(x)) expect(got).toBe(x);
              // A quotient beyond float32 is infinite.
              else if (Math.abs(expected) > 3.4e38) expect(Math.abs(got)).toBeGreaterThan(3.3e38);
              else {
                const tolerance = 4e-7 * (Math.abs(expected) + Math.abs(centre / spread)) + 1e-44;
                expect(Math.abs(got - expected)).toBeLessThanOrEqual(tolerance);
              }
            });
          };
          check(serving, whole);
          check(training, await featuresOfTable([features], table));
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });

  it('divides in float32', async () => {
    const table = await steps.table([{ name: 'x', type: DOUBLE, values: [0, 0.1, 0.7] }]);
    const features = await steps.fit(runner, { columns: ['x'], method: 'min-max' }, table);
    const got = (await featuresOfTable([features], table))['x']?.[0];
    expect(got).toEqual([0, Math.fround(Math.fround(0.1) / Math.fround(0.7)), 1]);
  });

  it('gives the same bytes whatever the order of the rows', async () => {
    const values = Array.from({ length: 500 }, (_, index) => Math.sin(index) * 10 ** (index % 9));
    const bytes = [];
    for (const order of [values, values.toReversed(), values.toSorted((a, b) => a - b)]) {
      const table = await steps.table([{ name: 'x', type: DOUBLE, values: order }]);
      const features = await steps.fit(runner, { columns: ['x'], method: 'standard' }, table);
      const whole = await featuresOfRows([features], [{ x: 1 }, { x: 12_345 }], 2);
      bytes.push(JSON.stringify(whole));
    }
    expect(new Set(bytes).size).toBe(1);
  });

  it('chains behind an imputation and leaves other features alone', async () => {
    const table = await steps.table([
      { name: 'a', type: DOUBLE, values: [1, null, 3] },
      { name: 'b', type: BIGINT, values: [10n, 20n, null] },
    ]);
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['a', 'b'], indicator: true }), table);
    const scaled = await steps.fit(runner, { columns: ['a'], method: 'min-max' }, filled);
    expect(await featuresOfTable([scaled], table)).toEqual({
      a: [[0, 0.5, 1]],
      a_missing: [[0, 1, 0]],
      b: [[10, 20, 15]],
      b_missing: [[0, 0, 1]],
    });
  });
});
