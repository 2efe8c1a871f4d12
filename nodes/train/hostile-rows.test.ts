import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { imageNode } from '../feature/image/definition.ts';
import { runner as image } from '../feature/image/run.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { anomalyNode } from './anomaly/definition.ts';
import { runner as anomaly } from './anomaly/run.ts';
import { calibrateNode } from './calibrate/definition.ts';
import { runner as calibrate } from './calibrate/run.ts';
import { clusterNode } from './cluster/definition.ts';
import { runner as cluster } from './cluster/run.ts';
import { cnnNode } from './cnn/definition.ts';
import { runner as cnn } from './cnn/run.ts';
import { crossValidateNode } from './cross-validate/definition.ts';
import { runner as crossValidate } from './cross-validate/run.ts';
import { evaluateNode } from './evaluate/definition.ts';
import { runner as evaluate } from './evaluate/run.ts';
import { explainNode } from './explain/definition.ts';
import { runner as explain } from './explain/run.ts';
import { linearNode } from './linear/definition.ts';
import { runner as linear } from './linear/run.ts';
import { mlpNode } from './mlp/definition.ts';
import { runner as mlp } from './mlp/run.ts';
import { pcaNode } from './pca/definition.ts';
import { runner as pca } from './pca/run.ts';
import { searchNode } from './search/definition.ts';
import { runner as search } from './search/run.ts';
import { treesNode } from './trees/definition.ts';
import { runner as trees } from './trees/run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

interface Given {
  rows: InputArtifact;
  /** The same rows, as if no trainer had seen them. */
  held: InputArtifact;
  features: InputArtifact[];
  more: Partial<StepContext>;
}
type Outputs = Promise<Record<string, InputArtifact>>;

const label = { label: 'y' };
const small = { ...label, trees: 4, minRowsPerLeaf: 1 };
const network = { ...label, epochs: 2, hiddenLayers: [4] };
const boosted = ({ features, more }: Given) => chain.run(treesNode, trees, small, { features }, more);
/** What takes a model takes that of the trees. */
const behind =
  (step: (model: InputArtifact, given: Given) => Outputs) =>
  async (given: Given): Outputs => {
    const { model } = await boosted(given);
    return step(model as InputArtifact, given);
  };

const steps: Record<string, (given: Given) => Outputs> = {
  lasso: ({ features, more }) => chain.run(linearNode, linear, { ...label, l1: 0.1 }, { features }, more),
  'mlp, normalised': ({ features, more }) =>
    chain.run(mlpNode, mlp, { ...network, batchNorm: true }, { features }, more),
  cnn: ({ features, more }) =>
    chain.run(cnnNode, cnn, { ...network, layout: 'sequence', convolutions: [2] }, { features }, more),
  search: ({ features, more }) =>
    chain.run(searchNode, search, { ...label, trials: 2, fixed: { trees: 3 } }, { features }, more),
  calibrate: behind((model, { held, more }) =>
    chain.run(calibrateNode, calibrate, { method: 'isotonic' }, { model: [model], table: [held] }, more),
  ),
  'cross-validate': behind((model, { more }) =>
    chain.run(crossValidateNode, crossValidate, { folds: 3 }, { model: [model] }, more),
  ),
  evaluate: behind((model, { rows, more }) =>
    chain.run(evaluateNode, evaluate, { resamples: 20 }, { model: [model], table: [rows] }, more),
  ),
  explain: behind((model, { rows, more }) =>
    chain.run(explainNode, explain, {}, { model: [model], table: [rows] }, more),
  ),
  dbscan: ({ features, more }) => chain.run(clusterNode, cluster, { method: 'dbscan' }, { features }, more),
  anomaly: ({ features, more }) => chain.run(anomalyNode, anomaly, {}, { features }, more),
  pca: ({ features, more }) => chain.run(pcaNode, pca, {}, { features }, more),
};

/** Two numbers, a short sequence and a label, by row number i. */
const table = ({ a = 'hash(i) % 1000 / 500.0', b = 'hash(i + 99) % 1000 / 500.0', y = 'i % 2 = 0', count = 60 } = {}) =>
  `SELECT CAST(${a} AS DOUBLE) AS a, CAST(${b} AS DOUBLE) AS b,
    list_transform(range(6), k -> CAST(hash(i, k) % 100 / 50.0 AS FLOAT))::FLOAT[6] AS wave, ${y} AS y FROM range(${count}) t(i)`;

const cases: Record<string, string> = {
  'one class': table({ y: "'same'" }),
  'a column without values': table({ a: 'NULL' }),
  'values beyond float32': table({ a: 'CASE WHEN i % 2 = 0 THEN 1e300 ELSE -1e300 END' }),
  'infinite labels': table({ y: "CASE WHEN i % 2 = 0 THEN 'Infinity'::DOUBLE ELSE '-Infinity'::DOUBLE END" }),
  'labels beyond float32': table({ y: 'i * 1e300' }),
  'no rows': table({ count: 0 }),
  'one row': table({ count: 1 }),
  'one row of a regression': table({ y: '1.5 + i', count: 1 }),
  'two rows': table({ count: 2 }),
  'a class of a single row': table({ y: "CASE WHEN i = 59 THEN 'rare' WHEN i % 2 = 0 THEN 'x' ELSE 'y' END" }),
  'strange names of classes': table({ y: "CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN '🦆\n' ELSE repeat('x', 5000) END" }),
};

/** Where only one answer would do; elsewhere working and refusing are both fine. */
const outcomes: Record<string, Record<string, string>> = {
  'one class': { search: 'train.one-class', cnn: 'train.one-class', lasso: 'train.one-class' },
  'a column without values': {
    lasso: 'train.missing-values',
    cnn: 'train.missing-values',
    pca: 'train.missing-values',
  },
  'labels beyond float32': { search: 'train.bad-label', cnn: 'train.bad-label', explain: 'train.bad-label' },
  'infinite labels': { search: 'train.bad-label', cnn: 'train.bad-label' },
  'no rows': { '*': 'train.no-rows' },
  'two rows': { 'cross-validate': 'params.invalid' },
};
const prepared = new Map<string, Promise<Given>>();

async function given(sql: string): Promise<Given> {
  const rows = await chain.table(sql, 'train');
  const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b'], numbers: 'keep' }, { input: [rows] });
  const wave = await chain.run(imageNode, image, { columns: ['wave'] }, { input: [rows] });
  const features = [numbers['features'] as InputArtifact, wave['features'] as InputArtifact];
  return { rows, held: await chain.table(sql, 'validation'), features, more: {} };
}

/** What somebody would read, or nothing where it worked. Anything but an error with a name and a way out fails the test. */
async function refusal(run: () => Outputs): Promise<AppError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error).toMatchObject({ code: expect.not.stringContaining('internal'), fix: expect.stringMatching(/.{10}/) });
    return error;
  }
}

describe.each(Object.keys(cases))('%s', (name) => {
  test.each(Object.keys(steps))('%s works, or says why not and what to do', async (step) => {
    prepared.set(name, prepared.get(name) ?? given(cases[name] as string));
    const rows = await (prepared.get(name) as Promise<Given>);
    const error = await refusal(() => (steps[step] as (given: Given) => Outputs)(rows));
    const expected = outcomes[name]?.[step] ?? outcomes[name]?.['*'];
    if (expected !== undefined) expect(error?.code).toBe(expected);
  });
});

test.each(Object.keys(steps))('%s ends when cancelled', async (step) => {
  const controller = new AbortController();
  controller.abort();
  const rows = { ...(await given(table())), more: { signal: controller.signal } };
  const run = steps[step] as (given: Given) => Outputs;
  await expect(run(rows)).rejects.toMatchObject({ code: 'run.cancelled' });
});

test('rows without a query cannot be ranked, and isotonic needs rows', async () => {
  const { rows, held, features } = await given(
    `SELECT *, CASE WHEN y THEN 1 ELSE 0 END AS relevance, NULL::INTEGER AS query FROM (${table()})`,
  );
  const ranking = { label: 'relevance', task: 'regression', objective: 'ranking', trees: 3 } as const;
  const rank = (params: object) => refusal(() => chain.run(treesNode, trees, { ...ranking, ...params }, { features }));
  expect((await rank({}))?.code).toBe('params.invalid');
  expect((await rank({ group: 'gone' }))?.message).toContain('“gone”');
  expect((await rank({ group: 'query' }))?.message).toContain('“query”');
  const { model } = await boosted({ rows, held, features, more: {} });
  const few = await chain.table(table({ count: 3 }), 'validation');
  const inputs = { model: [model as InputArtifact], table: [few] };
  expect((await refusal(() => chain.run(calibrateNode, calibrate, { method: 'isotonic' }, inputs)))?.message).toContain(
    '3',
  );
});
