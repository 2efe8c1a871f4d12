import { BIGINT, BOOLEAN, DOUBLE, VARCHAR } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { encodeNode } from '../encode/definition.ts';
import { runner as encode } from '../encode/run.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

it('joins categories of every type into one that an encoder learns', async () => {
  const rows = [
    { a: 'SFO', n: -12, flag: true },
    { a: 'SFO', n: -12, flag: true },
    { a: '', n: 0, flag: false },
    { a: null, n: 3, flag: true },
    { a: 'ü', n: null, flag: true },
    { a: 'x', n: 2 ** 53, flag: null },
    { a: 'x', n: 2 ** 53, flag: false },
  ];
  const table = await steps.table([
    { name: 'a', type: VARCHAR, values: rows.map(({ a }) => a) },
    { name: 'n', type: BIGINT, values: rows.map(({ n }) => (n === null ? null : BigInt(n))) },
    { name: 'flag', type: BOOLEAN, values: rows.map(({ flag }) => flag) },
  ]);
  const crossed = await steps.fit(runner, { columns: ['a', 'n', 'flag'] }, table);
  const params = encodeNode.params.parse({ columns: ['a_x_n_x_flag'] });
  const encoded = await steps.fit(encode, params, crossed);
  const [feature] = (await readPipeline(encoded)).manifest.outputs;
  expect(feature?.sources).toEqual(['a', 'n', 'flag']);
  const codes = (await featuresOfTable([encoded], table))['a_x_n_x_flag']?.[0] ?? [];
  const missing = '(missing)';
  expect(codes.map((code) => feature?.categories?.[code])).toEqual([
    'SFO × -12 × 1',
    'SFO × -12 × 1',
    ' × 0 × 0',
    missing,
    missing,
    missing,
    'x × 9007199254740992 × 0',
  ]);
  expect((await featuresOfRows([encoded], rows, 1))['a_x_n_x_flag']?.[0]).toEqual(codes);
});

it('refuses fractions and a single column', async () => {
  const table = await steps.table([
    { name: 'x', type: DOUBLE, values: [1] },
    { name: 'a', type: VARCHAR, values: ['b'] },
  ]);
  await expect(steps.fit(runner, { columns: ['a'] }, table)).rejects.toMatchObject({ code: 'params.invalid' });
  await expect(steps.fit(runner, { columns: ['a', 'x'] }, table)).rejects.toMatchObject({ code: 'data.column-type' });
});
