import { BOOLEAN, DOUBLE, VARCHAR } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binned, mutualInformation } from '../../../main/compute/fit/mutual-information.ts';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { encodeNode } from '../encode/definition.ts';
import { runner as encode } from '../encode/run.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { targetNode } from '../target/definition.ts';
import { runner as target } from '../target/run.ts';
import { type SelectParams, selectFeaturesNode } from './definition.ts';
import { keptFeatures, runner } from './run.ts';

let steps: FeatureSteps;
let table: InputArtifact;
let features: InputArtifact;
const rows = Array.from({ length: 400 }, (_, i) => ({
  strong: i % 7 < 3 ? 1 + (i % 5) : -1 - (i % 5),
  weak: (i * 37) % 11,
  still: 4,
  city: ['a', 'b', 'c', 'd'][i % 4] ?? '',
}));
beforeAll(async () => {
  steps = await FeatureSteps.create();
  table = await steps.table([
    { name: 'strong', type: DOUBLE, values: rows.map(({ strong }) => strong) },
    { name: 'weak', type: DOUBLE, values: rows.map(({ weak }) => weak) },
    { name: 'still', type: DOUBLE, values: rows.map(({ still }) => still) },
    { name: 'city', type: VARCHAR, values: rows.map(({ city }) => city) },
    { name: 'y', type: BOOLEAN, values: rows.map(({ strong, city }) => strong > 0 && city !== 'a') },
  ]);
  const columns = ['strong', 'weak', 'still', 'city'];
  const filled = await steps.fit(impute, imputeNode.params.parse({ columns }), table);
  features = await steps.fit(encode, encodeNode.params.parse({ columns: ['city'], method: 'one-hot' }), filled);
});
afterAll(() => steps[Symbol.asyncDispose]());

const select = (more: Partial<SelectParams>) =>
  steps.fit(runner, selectFeaturesNode.params.parse({ label: 'y', ...more }), features);
const namesOf = async (artifact: InputArtifact) =>
  (await readPipeline(artifact)).manifest.outputs.map(({ name }) => name);

describe('feature selection', () => {
  it.each([
    ['mutual-information', ['strong', 'city']],
    ['importance', ['strong', 'city']],
    ['variance', ['strong', 'weak']],
  ] as const)('by %s keeps the best, in their order', async (method, expected) => {
    expect(await namesOf(await select({ method, keep: 2 }))).toEqual(expected);
  });

  it('takes what is dropped out of the graph, and its columns out of requests', async () => {
    const kept = await select({ keep: 1 });
    const { manifest, model } = await readPipeline(kept);
    expect(manifest.inputs).toEqual([{ name: 'strong', type: 'float64' }]);
    const whole = await readPipeline(features);
    expect(model.graph.node.length).toBeLessThan(whole.model.graph.node.length);
    const [strong] = (await featuresOfTable([kept], table))['strong'] ?? [];
    expect(strong).toEqual((await featuresOfTable([features], table))['strong']?.[0]);
    expect(await featuresOfRows([kept], [{ strong: 2 }], 1)).toEqual({ strong: [[2]] });
  });

  it('keeps what always stays, and says when nothing is left', async () => {
    expect(await namesOf(await select({ keep: 2, always: ['still'] }))).toEqual(['strong', 'still']);
    expect(await namesOf(await select({ method: 'variance', keep: 100 }))).toEqual(['strong', 'weak', 'city']);
    await expect(select({ minScore: 10 })).rejects.toMatchObject({ code: 'data.empty' });
    const scores = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ]);
    expect([...keptFeatures(scores, { keep: 2, minScore: 0, always: [] })]).toEqual(['b', 'a']);
  });

  it('judges features encoded out of fold by what training rows are told', async () => {
    const told = await steps.fit(target, targetNode.params.parse({ columns: ['city'], label: 'y' }), table);
    const kept = await steps.fit(runner, selectFeaturesNode.params.parse({ label: 'y' }), told);
    expect((await readPipeline(kept)).manifest).toMatchObject({
      outputs: [{ name: 'city_target', outOfFold: true }],
      outOfFold: [{ feature: 'city_target' }],
    });
  });
});

describe('mutual information', () => {
  it('is that of the definition, and none between independent values', () => {
    const code = (values: number[]) => ({ codes: values, count: 2 });
    const n = 400;
    const a = code(Array.from({ length: n }, (_, i) => i % 2));
    expect(mutualInformation(a, a)).toBeCloseTo(Math.log(2) + 1 / (2 * n), 10);
    expect(mutualInformation(a, code(Array.from({ length: n }, (_, i) => Math.floor(i / 2) % 2)))).toBe(0);
    expect(mutualInformation({ codes: [], count: 0 }, { codes: [], count: 0 })).toBe(0);
  });

  it('tells values apart by quantiles, missing ones as one value', () => {
    const { codes, count } = binned([3, Number.NaN, 1, 2, 3, Number.POSITIVE_INFINITY, Number.NaN]);
    expect([Array.from(codes), count]).toEqual([[2, 4, 0, 1, 2, 3, 4], 5]);
    expect(binned(Array.from({ length: 1000 }, (_, i) => i)).count).toBe(33);
  });
});
