import { BIGINT, DOUBLE } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { normalQuantile } from '../../../main/compute/fit/normal-quantile.ts';
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

  it('gives the share of training values below, or its normal value, in training and serving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyNumber, { minLength: 2, maxLength: 40 }),
        fc.array(anyNumber, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (training, serving, normal) => {
          const finite = training.filter((x) => x !== null && Number.isFinite(Math.fround(x)));
          const singles = finite.map((x) => Math.fround(x ?? 0));
          fc.pre(new Set(singles).size > 1);
          const table = await steps.table([{ name: 'x', type: DOUBLE, values: training }]);
          const method = normal ? 'quantile-normal' : 'quantile';
          const features = await steps.fit(runner, { columns: ['x'], method }, table);
          const rows = serving.map((x) => ({ x }));
          const got = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(got);
          const low = Math.min(...singles);
          const high = Math.max(...singles);
          const [first = 0, last = 0] =
            (await featuresOfRows([features], [{ x: low }, { x: high }], 2))['x']?.[0] ?? [];
          if (!normal) expect(first).toBeLessThan(last);
          serving.forEach((value, index) => {
            const x = Math.fround(value ?? Number.NaN);
            const y = got['x']?.[0]?.[index] as number;
            if (Number.isNaN(x)) expect(y).toBeNaN();
            else if (x <= low) expect(y).toBe(first);
            else if (x >= high) expect(y).toBe(last);
            else expect(y >= first && y <= last).toBe(true);
          });
          const ordered = serving
            .flatMap((x, index) =>
              x === null || Number.isNaN(x) ? [] : [[Math.fround(x), got['x']?.[0]?.[index] ?? 0]],
            )
            .toSorted(([a = 0], [b = 0]) => a - b);
          for (let i = 1; i < ordered.length; i++) {
            expect(ordered[i]?.[1] as number).toBeGreaterThanOrEqual((ordered[i - 1]?.[1] as number) - 1e-6);
          }
        },
      ),
      { seed: 6, numRuns: 30 },
    );
    const values = Array.from({ length: 1001 }, (_, index) => index);
    const table = await steps.table([{ name: 'x', type: DOUBLE, values }]);
    const share = await steps.fit(runner, { columns: ['x'], method: 'quantile' }, table);
    const bell = await steps.fit(runner, { columns: ['x'], method: 'quantile-normal' }, table);
    const at = [{ x: 250 }, { x: 500 }, { x: 975 }];
    const shares = (await featuresOfRows([share], at, 3))['x']?.[0] ?? [];
    const bells = (await featuresOfRows([bell], at, 3))['x']?.[0] ?? [];
    [0.25, 0.5, 0.975].forEach((expected, index) => expect(shares[index]).toBeCloseTo(expected, 5));
    [-0.6745, 0, 1.96].forEach((expected, index) => expect(bells[index]).toBeCloseTo(expected, 2));
  });

  it('makes skewed values normal by a power, in training and serving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyNumber, { minLength: 2, maxLength: 40 }),
        fc.array(anyNumber, { minLength: 1, maxLength: 8 }),
        async (training, serving) => {
          fc.pre(new Set(training.map((x) => Math.fround(x ?? Number.NaN)).filter(Number.isFinite)).size > 0);
          const table = await steps.table([{ name: 'x', type: DOUBLE, values: training }]);
          const features = await steps.fit(runner, { columns: ['x'], method: 'power' }, table);
          const rows = serving.map((x) => ({ x }));
          const got = (await featuresOfRows([features], rows, rows.length))['x']?.[0] ?? [];
          expect((await featuresOfRows([features], rows, 1))['x']?.[0]).toEqual(got);
          serving.forEach((value, index) => {
            if (Number.isNaN(Math.fround(value ?? Number.NaN))) expect(got[index]).toBeNaN();
            else expect(got[index]).not.toBeNaN();
          });
        },
      ),
      { seed: 7, numRuns: 30 },
    );
    // The logarithm of exp(normal) − 1 is what Yeo–Johnson does with λ = 0.
    const values = Array.from({ length: 2001 }, (_, index) => Math.expm1(3 + normalQuantile((index + 0.5) / 2001)));
    const table = await steps.table([{ name: 'x', type: DOUBLE, values }]);
    const features = await steps.fit(runner, { columns: ['x'], method: 'power' }, table);
    const [low, middle, high] =
      (
        await featuresOfRows(
          [features],
          [2, 3, 4].map((z) => ({ x: Math.expm1(z) })),
          3,
        )
      )['x']?.[0] ?? [];
    expect(low).toBeCloseTo(-1, 1);
    expect(middle).toBeCloseTo(0, 1);
    expect(high).toBeCloseTo(1, 1);
  });
});
