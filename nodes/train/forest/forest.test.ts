import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { decodeForest } from '../../../main/compute/trees/forest.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../feature/encode/definition.ts';
import { runner as encode } from '../../feature/encode/run.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { forestNode } from './definition.ts';
import { runner as forest } from './run.ts';

const data = join(import.meta.dirname, '../../../node_modules/vega-datasets/data');
const numbers = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)'];
let chain: StepChain;
let held: InputArtifact;
let features: InputArtifact[];

beforeAll(async () => {
  chain = await StepChain.create();
  const source = `(SELECT *, "Body Mass (g)" > 4200 AS heavy, row_number() OVER () AS i
    FROM read_json(${quotePath(join(data, 'penguins.json'))}))`;
  const part = (where: string) => `SELECT * FROM ${source} WHERE ${where} ORDER BY i`;
  const train = await chain.table(part('i % 4 <> 0'), 'train');
  held = await chain.table(part('i % 4 = 0'), 'test');
  const kept = await chain.run(imputeNode, impute, { columns: numbers, numbers: 'keep' }, { input: [train] });
  const codes = await chain.run(encodeNode, encode, { columns: ['Island', 'Sex'] }, { input: [train] });
  features = [kept['features'] as InputArtifact, codes['features'] as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

async function trained(params: object, more: Partial<StepContext> = {}): Promise<InputArtifact> {
  const { model } = await chain.run(forestNode, forest, { trees: 60, ...params }, { features }, more);
  return model as InputArtifact;
}

async function measured(model: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [held] });
  return (report as InputArtifact).manifest.meta as {
    metrics: Record<string, number>;
    parity: { passed: boolean; maxAbsDifference: number };
  };
}

describe.each(['random-forest', 'extra-trees'] as const)('%s on penguins', (method) => {
  it.each([
    ['Species', 'accuracy', 0.96],
    ['heavy', 'rocAuc', 0.86],
    ['Body Mass (g)', 'r2', 0.8],
  ])('predicts %s and is served as it was trained', async (label, metric, least) => {
    const model = await trained({ method, label, ...(metric === 'r2' ? { task: 'regression' } : {}) });
    const { metrics, parity } = await measured(model);
    expect(metrics[metric]).toBeGreaterThan(least);
    expect(parity.passed).toBe(true);
  });

  it('gives equal bytes with any number of threads, others for another seed', async () => {
    const bytes = async (params: object, threads: number) =>
      readFile((await trained({ method, label: 'Species', trees: 8, ...params }, { threads })).path('native.bin'));
    const one = await bytes({}, 1);
    expect(await bytes({}, 3)).toEqual(one);
    expect(await bytes({ seed: 2 }, 1)).not.toEqual(one);
  });
});

it('scores out of bag about as on held-out rows, and its loss falls with more trees', async () => {
  const model = await trained({ label: 'Species', trees: 100 });
  const outOfBag = model.manifest.meta['outOfBagScore'] as number;
  const { metrics } = await measured(model);
  expect(Math.abs(outOfBag - (metrics['accuracy'] as number))).toBeLessThan(0.05);
  expect(outOfBag).toBeLessThan(1);
  const { training, importance } = modelManifestSchema.parse(
    JSON.parse(await readFile(model.path('model.json'), 'utf8')),
  );
  expect(training.curve.valid).toHaveLength(100);
  expect(training.curve.valid.at(-1)).toBeLessThan(training.curve.valid[1] as number);
  expect(importance.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 9);
  expect((await trained({ label: 'Species', method: 'extra-trees' })).manifest.meta['outOfBagScore']).toBeUndefined();
});

it('looks at other columns in every split', async () => {
  const firstFeatures = async (params: object) => {
    const { ensemble } = decodeForest(
      await readFile((await trained({ label: 'heavy', ...params })).path('native.bin')),
    );
    return new Set(ensemble.trees.map(({ feature }) => feature[0])).size;
  };
  expect(await firstFeatures({ featureShare: 1, bootstrap: 'off' })).toBe(1);
  expect(await firstFeatures({ featureShare: 0.2, bootstrap: 'off' })).toBeGreaterThan(2);
});

it('averages: one full tree without sampling holds the means of its leaves', async () => {
  const model = await trained({
    label: 'Body Mass (g)',
    task: 'regression',
    trees: 1,
    leaves: 2,
    bootstrap: 'off',
    featureShare: 1,
  });
  const { ensemble } = decodeForest(await readFile(model.path('native.bin')));
  expect(ensemble.trees).toHaveLength(1);
  const [low, high] = [...(ensemble.trees[0]?.leafValue ?? [])].map((value) => value + (ensemble.base[0] as number));
  // Two groups of penguins: means of body mass in grams.
  expect(Math.min(low as number, high as number)).toBeGreaterThan(3200);
  expect(Math.max(low as number, high as number)).toBeLessThan(5600);
  expect(Math.abs((low as number) - (high as number))).toBeGreaterThan(800);
});

it('stops when cancelled', async () => {
  const stop = new AbortController();
  const run = trained({ label: 'Species', trees: 10_000 }, { signal: stop.signal, progress: () => stop.abort() });
  await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
});
