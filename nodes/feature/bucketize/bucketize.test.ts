import { DOUBLE } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { type BucketizeParams, bucketizeNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<BucketizeParams>): BucketizeParams =>
  bucketizeNode.params.parse({ columns: ['x'], ...more });
const anyNumber = fc.oneof(
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 5e-324, 1e-42, -0, 3),
  fc.double({ noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
);
const edgeList = fc
  .uniqueArray(fc.float({ noNaN: true, noDefaultInfinity: true }), {
    minLength: 1,
    maxLength: 5,
    comparator: 'SameValueZero',
  })
  .map((edges) => edges.toSorted((a, b) => a - b));

/** Inner edges in float32, computed the plain way; undefined without a finite value to learn from. */
function edgesOf(values: readonly (number | null)[], given: BucketizeParams): number[] | undefined {
  if (given.method === 'edges') return given.edges.map(Math.fround);
  const x = values
    .filter((value) => value !== null)
    .map(Math.fround)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const low = x[0];
  const high = x.at(-1);
  if (low === undefined || high === undefined) return undefined;
  const edges = Array.from({ length: given.buckets - 1 }, (_, index) => {
    const share = (index + 1) / given.buckets;
    if (given.method === 'equal-width') return low * (1 - share) + high * share;
    const at = (x.length - 1) * share;
    const below = x[Math.floor(at)] as number;
    return below + ((x[Math.ceil(at)] as number) - below) * (at - Math.floor(at));
  });
  return [...new Set(edges.map(Math.fround))].filter((edge) => edge > low);
}

function bucketOf(value: number | null, edges: readonly number[]): number {
  if (value === null || Number.isNaN(value)) return edges.length + 1;
  const single = Math.fround(value);
  return edges.filter((edge) => single >= edge).length;
}

describe('bucketize', () => {
  it('gives in training and serving the bucket a plain reference gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyNumber, { minLength: 1, maxLength: 30 }),
        fc.array(anyNumber, { minLength: 1, maxLength: 8 }),
        fc.record({
          method: fc.constantFrom<BucketizeParams['method']>('quantile', 'equal-width', 'edges'),
          buckets: fc.integer({ min: 2, max: 6 }),
          edges: edgeList,
          output: fc.constantFrom<BucketizeParams['output']>('ordinal', 'one-hot'),
        }),
        async (training, serving, more) => {
          const given = params(more);
          const table = await steps.table([{ name: 'x', type: DOUBLE, values: training }]);
          const fit = () => steps.fit(runner, given, table);
          const edges = edgesOf(training, given);
          if (edges === undefined) {
            await expect(fit()).rejects.toMatchObject({ code: 'data.empty' });
            return;
          }
          const features = await fit();
          const rows = serving.map((x) => ({ x }));
          const whole = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(whole);
          const expected = (values: readonly (number | null)[]) => {
            const buckets = values.map((value) => bucketOf(value, edges));
            if (given.output === 'ordinal') return [buckets];
            return Array.from({ length: edges.length + 2 }, (_, bucket) =>
              buckets.map((at) => (at === bucket ? 1 : 0)),
            );
          };
          expect(whole['x']).toEqual(expected(serving));
          expect((await featuresOfTable([features], table))['x']).toEqual(expected(training));
        },
      ),
      { seed: 5, numRuns: 60 },
    );
  });

  it('fills quantile buckets equally and names the buckets', async () => {
    const table = await steps.table([
      { name: 'x', type: DOUBLE, values: [...Array.from({ length: 100 }, (_, i) => i), null] },
    ]);
    const features = await steps.fit(runner, params({ buckets: 4, output: 'one-hot' }), table);
    const columns = (await featuresOfTable([features], table))['x'] as number[][];
    expect(columns.map((column) => column.reduce((sum, value) => sum + value, 0))).toEqual([25, 25, 25, 25, 1]);
    const { manifest } = await readPipeline(features);
    expect(manifest.outputs[0]?.labels).toEqual(['< 24.75', '24.75 – 49.5', '49.5 – 74.25', '≥ 74.25', '(missing)']);
  });

  it('has one bucket for a column with one value, and one for missing values', async () => {
    const table = await steps.table([{ name: 'x', type: DOUBLE, values: [5, 5, null] }]);
    const features = await steps.fit(runner, params({}), table);
    expect(await featuresOfTable([features], table)).toEqual({ x: [[0, 0, 1]] });
  });

  it('chains behind an imputation', async () => {
    const table = await steps.table([{ name: 'x', type: DOUBLE, values: [0, 10, 20, null] }]);
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['x'], numbers: 'median' }), table);
    const features = await steps.fit(runner, params({ method: 'edges', edges: [10] }), filled);
    expect(await featuresOfTable([features], table)).toEqual({ x: [[0, 1, 1, 1]] });
  });

  it('refuses edges that do not ascend in float32', () => {
    const problems = (edges: number[]) =>
      bucketizeNode
        .infer?.(
          {
            input: [{ type: 'table', schema: { columns: [{ name: 'x', type: 'float64', sqlType: 'DOUBLE' }] } }],
          },
          params({ method: 'edges', edges }),
        )
        .problems.map(({ field, message }) => `${field}: ${message}`);
    expect(problems([0, 1])).toEqual([]);
    expect(problems([])).toEqual(['edges: No edge is given.']);
    expect(problems([2, 1])).toEqual(['edges: The edge 1 does not lie above 2.']);
    expect(problems([16_777_216, 16_777_217])).toEqual(['edges: The edge 16777217 does not lie above 16777216.']);
    expect(problems([1, 1e300])).toEqual(['edges: The edge 1e+300 is beyond float32.']);
  });
});
