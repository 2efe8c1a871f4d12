import { BIGINT, BOOLEAN, DOUBLE, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import {
  FeatureSteps,
  featuresOfRows,
  featuresOfTable,
  trainingFeatures,
} from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { scaleNode } from '../scale/definition.ts';
import { runner as scale } from '../scale/run.ts';
import { type TargetParams, targetNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<TargetParams>): TargetParams =>
  targetNode.params.parse({ columns: ['x'], label: 'y', ...more });

const foldOf = (row: number, { seed, folds }: TargetParams) =>
  Number(((BigInt(row) * 2654435761n + BigInt(seed) * 40503n) / 65536n) % BigInt(folds));

/** Mean label of a category over some rows, drawn to their overall mean. */
function encode(rows: readonly { x: string | null; y: number }[], x: string | null, smoothing: number): number {
  const mean = rows.reduce((sum, { y }) => sum + y, 0) / rows.length;
  const same = rows.filter((row) => row.x === x);
  if (same.length + smoothing === 0) return mean;
  return (same.reduce((sum, { y }) => sum + y, 0) + smoothing * mean) / (same.length + smoothing);
}

const category = fc.constantFrom(null, '', 'a', 'A', 'ä', '日本', "it's", 'rare');

describe('target encoding', () => {
  it('gives training rows what the other folds say, and all others what training says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ x: category, y: fc.integer({ min: -20, max: 20 }) }), { minLength: 3, maxLength: 40 }),
        fc.constantFrom(0, 1, 20),
        fc.constantFrom(2, 5),
        fc.integer({ min: 0, max: 3 }),
        async (rows, smoothing, folds, seed) => {
          fc.pre(rows.some(({ x }) => x !== null) && new Set(rows.map(({ y }) => y)).size > 2);
          const given = params({ smoothing, folds, seed, task: 'regression' });
          const table = await steps.table([
            { name: 'x', type: VARCHAR, values: rows.map(({ x }) => x) },
            { name: 'y', type: DOUBLE, values: rows.map(({ y }) => y) },
          ]);
          const features = await steps.fit(runner, given, table);
          const asked = [...rows.map(({ x }) => x), 'never seen', null];
          const served = await featuresOfRows(
            [features],
            asked.map((x) => ({ x })),
            3,
          );
          const mean = rows.reduce((sum, { y }) => sum + y, 0) / rows.length;
          asked.forEach((x, index) => {
            const isKnown = rows.some((row) => row.x === x);
            expect(served['x_target']?.[0]?.[index]).toBeCloseTo(isKnown ? encode(rows, x, smoothing) : mean, 4);
          });
          // What the graph gives for the training table is what it serves.
          expect((await featuresOfTable([features], table))['x_target']?.[0]).toEqual(
            served['x_target']?.[0]?.slice(0, rows.length),
          );
          const trained = await trainingFeatures([features], table);
          rows.forEach(({ x }, index) => {
            const others = rows.filter((_, other) => foldOf(other, given) !== foldOf(index, given));
            const expected = others.length === 0 ? mean : encode(others, x, smoothing);
            expect(trained[0]?.[index]).toBeCloseTo(expected, 4);
          });
        },
      ),
      { seed: 5, numRuns: 15 },
    );
  });

  it('never tells a row its own label: a category of one row says nothing', async () => {
    const table = await steps.table([
      { name: 'x', type: BIGINT, values: Array.from({ length: 100 }, (_, i) => BigInt(i)) },
      { name: 'y', type: BOOLEAN, values: Array.from({ length: 100 }, (_, i) => i % 3 === 0) },
    ]);
    const features = await steps.fit(runner, params({ smoothing: 0 }), table);
    const [trained = []] = await trainingFeatures([features], table);
    // All that a row can get is the mean of the other folds.
    expect(new Set(trained).size).toBeLessThanOrEqual(5);
    expect(Math.max(...trained) - Math.min(...trained)).toBeLessThan(0.2);
    const served = await featuresOfRows([features], [{ x: 3 }, { x: 4 }, { x: 1000 }, { x: null }], 1);
    expect(served['x_target']?.[0]?.map((value) => Math.round(value * 100) / 100)).toEqual([1, 0, 0.34, 0.34]);
  });

  it('has a column per class, and keeps its training values beside other features', async () => {
    const table = await steps.table([
      { name: 'x', type: VARCHAR, values: ['a', 'a', 'b', 'b', 'c', 'c', 'a', 'b', 'c', 'a'] },
      { name: 'n', type: DOUBLE, values: [1, 2, null, 4, 5, 6, 7, 8, 9, 10] },
      { name: 'y', type: VARCHAR, values: ['u', 'v', 'w', 'u', null, 'w', 'u', 'v', 'w', 'u'] },
    ]);
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['x', 'n'] }), table);
    const target = await steps.fit(runner, params({ folds: 2 }), filled);
    const scaled = await steps.fit(scale, scaleNode.params.parse({ columns: ['n'] }), target);
    const pipeline = await readPipeline(scaled);
    expect(pipeline.manifest.outputs).toMatchObject([
      { name: 'x_target', width: 3, sources: ['x'], labels: ['u', 'v', 'w'], outOfFold: true },
      { name: 'n', width: 1 },
    ]);
    expect(pipeline.manifest.outOfFold).toEqual([{ feature: 'x_target', file: 'out-of-fold-0.bin' }]);
    const trained = await trainingFeatures([scaled], table);
    for (let row = 0; row < 10; row++) {
      const shares = [0, 1, 2].map((c) => trained[c]?.[row] ?? Number.NaN);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    }
    await expect(steps.fit(scale, scaleNode.params.parse({ columns: ['x_target'] }), target)).rejects.toMatchObject({
      code: 'data.column-type',
      message: expect.stringContaining('out of fold') as string,
    });
  });

  it('refuses the label among the columns, and says which label is missing', async () => {
    const table = await steps.table([
      { name: 'x', type: VARCHAR, values: ['a', 'b'] },
      { name: 'y', type: BOOLEAN, values: [true, false] },
    ]);
    await expect(steps.fit(runner, params({ columns: ['x', 'y'] }), table)).rejects.toMatchObject({
      code: 'train.bad-label',
    });
    await expect(steps.fit(runner, params({ label: '' }), table)).rejects.toThrow('No label is chosen.');
    await expect(steps.fit(runner, params({ label: 'z' }), table)).rejects.toMatchObject({
      code: 'data.column-missing',
    });
    const schema = { columns: [{ name: 'x', type: 'string' as const, sqlType: 'VARCHAR' }] };
    const inferred = targetNode.infer?.({ input: [{ type: 'table', schema }] }, params({}));
    expect(inferred?.problems).toMatchObject([{ field: 'label', message: 'Column “y” is not in the training rows.' }]);
  });
});
