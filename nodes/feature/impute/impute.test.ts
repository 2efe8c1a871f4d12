import { DOUBLE, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { runner as encode } from '../encode/run.ts';
import { type ImputeParams, imputeNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<ImputeParams>): ImputeParams => imputeNode.params.parse({ columns: ['x'], ...more });
const anyNumber = fc.oneof(
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324, 1e-42, -0, 3),
  fc.double({ noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
);

/** What a finite float32 column is filled with, computed the plain way. */
function fillOf(values: readonly (number | null)[], strategy: ImputeParams['numbers']): number | undefined {
  const finite = values
    .filter((value) => value !== null)
    .map(Math.fround)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (strategy === 'most-frequent') {
    const counts = new Map<number, number>();
    for (const value of finite) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0];
  }
  if (strategy === 'mean') {
    let sum = 0;
    for (const value of finite) sum += value / finite.length;
    return finite.length === 0 ? undefined : sum;
  }
  const middle = (finite.length - 1) / 2;
  const low = finite[Math.floor(middle)];
  const high = finite[Math.ceil(middle)];
  return low === undefined || high === undefined ? undefined : low + (high - low) / 2;
}

describe('impute', () => {
  it('fills numbers in training and serving as a plain reference does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyNumber, { minLength: 1, maxLength: 30 }),
        fc.array(anyNumber, { minLength: 1, maxLength: 8 }),
        fc.constantFrom<ImputeParams['numbers']>('median', 'mean', 'most-frequent', 'constant', 'keep'),
        fc.constantFrom<ImputeParams['infinite']>('missing', 'keep'),
        async (training, serving, numbers, infinite) => {
          const table = await steps.table([{ name: 'x', type: DOUBLE, values: training }]);
          const fit = () => steps.fit(runner, params({ numbers, number: 7.25, indicator: true, infinite }), table);
          const learnt = numbers === 'constant' ? 7.25 : numbers === 'keep' ? Number.NaN : fillOf(training, numbers);
          if (learnt === undefined) {
            await expect(fit()).rejects.toMatchObject({ code: 'data.empty' });
            return;
          }
          const features = await fit();
          const rows = serving.map((x) => ({ x }));
          const whole = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(whole);
          const check = (values: readonly (number | null)[], result: Record<string, number[][]>) => {
            values.forEach((value, index) => {
              const single = Math.fround(value ?? Number.NaN);
              const missing = Number.isNaN(single) || (infinite === 'missing' && !Number.isFinite(single));
              const got = result['x']?.[0]?.[index] as number;
              expect(result['x_missing']?.[0]?.[index]).toBe(missing ? 1 : 0);
              if (!missing) expect(got).toBe(single);
              else if (numbers === 'mean') {
                const widest = Math.max(...training.map((v) => Math.abs(Math.fround(v ?? 0))).filter(Number.isFinite));
                expect(Math.abs(got - learnt)).toBeLessThanOrEqual(1e-6 * widest + 2e-45);
              } else expect(got).toBe(Math.fround(learnt));
            });
          };
          check(serving, whole);
          check(training, await featuresOfTable([features], table));
        },
      ),
      { seed: 11, numRuns: 40 },
    );
  });

  it('fills text, which an encoder then takes', async () => {
    const values = ['b', null, '', 'a', 'a', 'ü', null, MISSING_STRING];
    const table = await steps.table([{ name: 'x', type: VARCHAR, values }]);
    for (const [text, filled] of [
      ['most-frequent', 'a'],
      ['constant', 'none'],
    ] as const) {
      const imputed = await steps.fit(runner, params({ text, textValue: 'none' }), table);
      expect((await readPipeline(imputed)).manifest.outputs).toEqual([
        { name: 'x', width: 1, sources: ['x'], text: true },
      ]);
      const encoded = await steps.fit(
        encode,
        { columns: ['x'], method: 'ordinal', maxCategories: 250, minFrequency: 1 },
        imputed,
      );
      const { categories = [] } = (await readPipeline(encoded)).manifest.outputs[0] ?? {};
      const codes = (await featuresOfTable([encoded], table))['x']?.[0] ?? [];
      expect(codes.map((code) => categories[code])).toEqual(
        values.map((value) => (value === null || value === MISSING_STRING ? filled : value)),
      );
      await expect(featuresOfTable([imputed], table)).rejects.toThrow('The feature “x” is still text.');
    }
  });

  it('refuses held-out rows', async () => {
    const table = await steps.table([{ name: 'x', type: DOUBLE, values: [1] }], 'test');
    await expect(steps.fit(runner, params({}), table)).rejects.toMatchObject({ code: 'features.lineage' });
  });

  it('passes on the lineage of its rows and names what is wrong with a column', async () => {
    const table = await steps.table([{ name: 'distance', type: DOUBLE, values: [1] }], 'train');
    const features = await steps.fit(runner, params({ columns: ['distance'] }), table);
    expect(features.manifest.lineage).toBe('train');
    await expect(steps.fit(runner, params({ columns: ['distanse'] }), table)).rejects.toMatchObject({
      code: 'data.column-missing',
      fix: 'Did you mean “distance”?',
    });
  });

  it('infers its features before anything has run', () => {
    const schema = {
      columns: [
        { name: 'x', type: 'float64' as const, sqlType: 'DOUBLE' },
        { name: 's', type: 'string' as const, sqlType: 'VARCHAR' },
        { name: 't', type: 'timestamp' as const, sqlType: 'TIMESTAMP' },
        { name: 'x_missing', type: 'float64' as const, sqlType: 'DOUBLE' },
      ],
    };
    const infer = (more: Partial<ImputeParams>) =>
      imputeNode.infer?.({ input: [{ type: 'table', schema, lineage: 'train' }] }, params(more));
    expect(infer({ columns: ['x', 's'], indicator: true })).toEqual({
      outputs: {
        features: {
          type: 'features',
          table: schema,
          lineage: 'train',
          columns: [
            { name: 'x', width: 1, sources: ['x'] },
            { name: 'x_missing', width: 1, sources: ['x'] },
            { name: 's', width: 1, sources: ['s'], text: true },
            { name: 's_missing', width: 1, sources: ['s'] },
          ],
        },
      },
      problems: [],
    });
    const problems = (more: Partial<ImputeParams>) => infer(more)?.problems.map(({ message }) => message);
    expect(problems({ columns: [] })).toEqual(['No column is chosen.']);
    expect(problems({ columns: ['t'] })).toEqual(['Column “t” is a time.']);
    expect(problems({ columns: ['x', 'x'] })).toEqual(['A column is chosen twice.']);
    expect(problems({ columns: ['x', 'x_missing'], indicator: true })).toEqual([
      'Two features would be called “x_missing”.',
    ]);
  });
});
