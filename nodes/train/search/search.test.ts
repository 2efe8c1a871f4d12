import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchReportSchema } from '../../../shared/model/search-report.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import { portsOf } from '../../../shared/node/define-node.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { searchNode } from './definition.ts';
import { runner as search } from './run.ts';
import { holdOut } from '../../lib/folds.ts';

let chain: StepChain;
let features: InputArtifact[];
let test: InputArtifact;

/** A smooth label with noise: too many leaves overfit, too few underfit. */
const rows = (from: number, to: number) => `
  SELECT a, b, sin(3 * a) * b + 0.4 * (((i * 7919) % 997) / 498.5 - 1) > 0 AS late, a * a + b AS price
  FROM (SELECT i, ((i * 104729) % 1009) / 504.5 - 1 AS a, ((i * 15485863) % 2003) / 1001.5 - 1 AS b
    FROM range(${from}, ${to}) r(i)) ORDER BY i`;

beforeAll(async () => {
  chain = await StepChain.create();
  const train = await chain.table(rows(0, 1500), 'train');
  test = await chain.table(rows(1500, 2200), 'test');
  const { features: fitted } = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [train] });
  features = [fitted as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

async function searched(params: object, more = {}) {
  const { model, report } = await chain.run(searchNode, search, { label: 'late', ...params }, { features }, more);
  return {
    model: model as InputArtifact,
    manifest: modelManifestSchema.parse(
      JSON.parse(await readFile((model as InputArtifact).path('model.json'), 'utf8')),
    ),
    report: JSON.parse(await readFile((report as InputArtifact).path('report.json'), 'utf8')),
    meta: (report as InputArtifact).manifest.meta,
  };
}

const small = { trials: 12, fixed: { trees: 20 } };

describe('train.search', () => {
  it('trains the best parameters on all rows and lists every trial', async () => {
    const partials: Record<string, unknown>[] = [];
    const { model, manifest, report, meta } = await searched(
      { ...small, metric: 'rocAuc' },
      { partial: (value: Record<string, unknown>) => partials.push(value) },
    );
    expect(report.trials).toHaveLength(12);
    const values = report.trials.map((trial: { value: number }) => trial.value);
    expect(report.best.value).toBe(Math.max(...values));
    expect(Math.max(...values)).toBeGreaterThan(Math.min(...values));
    expect(report).toMatchObject({ metric: 'rocAuc', direction: 'maximize', rows: { train: 1200, validation: 300 } });
    expect(report.trials[report.best.trial].params).toEqual(report.best.params);
    expect(manifest.trainer).toMatchObject({ kind: 'train.trees', params: { ...report.best.params, trees: 20 } });
    expect(manifest.training.rows).toBe(1500);
    expect(meta['metrics']).toEqual({ 'best.rocAuc': report.best.value });
    expect(partials.at(-1)?.['trials']).toHaveLength(12);
    const evaluated = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [test] });
    const measured = evaluated['report']?.manifest.meta as { metrics: { rocAuc: number }; parity: { passed: boolean } };
    expect(measured.parity.passed).toBe(true);
    expect(measured.metrics.rocAuc).toBeGreaterThan(0.85);
    expect(Math.abs(measured.metrics.rocAuc - report.best.value)).toBeLessThan(0.08);
  });

  it('gives the same trials and model for a seed, others for another', async () => {
    const [a, b, c] = [await searched(small), await searched(small), await searched({ ...small, seed: 2 })];
    expect(b.report).toEqual(a.report);
    expect(await readFile(b.model.path('native.bin'))).toEqual(await readFile(a.model.path('native.bin')));
    expect(c.report.trials).not.toEqual(a.report.trials);
  });

  it('searches a network with lists as choices, and a linear model over a grid', async () => {
    const network = await searched({
      label: 'price',
      trainer: 'train.mlp',
      fixed: { epochs: 3 },
      space: [{ name: 'hiddenLayers', type: 'categorical', choices: [[8], [16, 8]] }],
      sampler: 'grid',
      trials: 10,
    });
    expect(network.report.trials).toHaveLength(2);
    expect([[8], [16, 8]]).toContainEqual((network.manifest.trainer.params as { hiddenLayers: number[] }).hiddenLayers);
    expect(network.report.metric).toBe('rmse');
    const linear = await searched({ trainer: 'train.linear', sampler: 'grid', gridPoints: 4, metric: 'accuracy' });
    expect(linear.report.trials).toHaveLength(4);
  });

  it('prunes trials that lag behind', async () => {
    const { report } = await searched({
      trials: 16,
      fixed: { trees: 40, validation: 0.2, patience: 0 },
      space: [{ name: 'learningRate', type: 'float', low: 0.0001, high: 0.5, log: true }],
      sampler: 'random',
      pruner: 'asha',
    });
    const pruned = report.trials.filter(({ state }: { state: string }) => state === 'pruned');
    expect(pruned.length).toBeGreaterThan(2);
    expect(pruned.length).toBeLessThan(15);
    expect(report.best.params.learningRate).toBeGreaterThan(0.01);
    for (const { reports } of pruned) expect(reports.length).toBeLessThan(40);
  });

  it('runs trials in parallel and stops when cancelled', async () => {
    const { report } = await searched({ ...small, parallelTrials: 3 }, { threads: 3 });
    expect(report.trials.map(({ number }: { number: number }) => number)).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    const stop = new AbortController();
    const run = searched({ ...small, trials: 1000 }, { signal: stop.signal, partial: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  it('stops at its time budget and says when a metric does not fit', async () => {
    const { report } = await searched({ ...small, trials: 10_000, maxSeconds: 0.3 });
    expect(report.trials.length).toBeLessThan(10_000);
    await expect(searched({ ...small, metric: 'rmse' })).rejects.toMatchObject({ code: 'params.invalid' });
  });
});

it('checks the space against the trainer before anything runs', () => {
  expect(portsOf(searchNode, {}).outputs).toHaveProperty('report');
  const problems = (params: object) =>
    (searchNode.infer?.({}, searchNode.params.parse({ label: 'late', ...params })).problems ?? []).map(
      ({ field, message }) => `${field}: ${message}`,
    );
  expect(problems({})).toEqual([]);
  expect(problems({ trainer: 'train.mlp' })).toEqual([]);
  expect(problems({ trainer: 'train.linear' })).toEqual([]);
  expect(problems({ space: [{ name: 'leafs', type: 'int', low: 2, high: 9 }] })[0]).toContain('no parameter “leafs”');
  expect(problems({ space: [{ name: 'leaves', type: 'float', low: 2.5, high: 9 }] })[0]).toContain('does not take 2.5');
  expect(problems({ fixed: { label: 'x' } })[0]).toContain('no parameter “label”');
});

it('splits rows without losing any', () => {
  for (const which of ['random', 'last'] as const) {
    const { train, valid } = holdOut(101, 0.25, which, 3);
    expect(valid).toHaveLength(25);
    expect([...train, ...valid].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i));
    if (which === 'last') expect(valid[0]).toBe(76);
  }
  expect(holdOut(2, 0.01, 'random', 1).valid).toHaveLength(1);
});

it('goes on with what was tried before, and learns from the report of another search', async () => {
  const resumeDir = join(tmpdir(), `resume-${process.pid}`);
  try {
    const whole = await searched(small);
    await searched({ ...small, trials: 5 }, { resumeDir });
    const { report } = await searched(small, { resumeDir });
    expect(report).toEqual(whole.report);
    expect(chain.logs).toContain('info: Goes on after 5 trials of the same search that were run before.');
    const [label, inputs] = [{ label: 'late', ...small }, { features }];
    const first = await chain.run(searchNode, search, { ...label, trials: 11 }, inputs);
    const earlier = [first['report'] as InputArtifact];
    const second = await chain.run(searchNode, search, { ...label, trials: 2, seed: 9 }, { ...inputs, earlier });
    const read = async (artifact?: InputArtifact) =>
      searchReportSchema.parse(JSON.parse(await readFile((artifact as InputArtifact).path('report.json'), 'utf8')));
    const [before, after] = [await read(first['report']), await read(second['report'])];
    expect(after.trials.slice(0, 11)).toEqual(before.trials);
    expect(after.trials).toHaveLength(13);
    expect(before.importance.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 9);
    const other = await chain.run(
      searchNode,
      search,
      { ...label, trials: 6, metric: 'accuracy' },
      { ...inputs, earlier },
    );
    const again = await read(other['report']);
    expect(again.trials).toHaveLength(6);
    expect(before.trials.map(({ params }) => params)).toContainEqual(again.trials[0]?.params);
  } finally {
    await rm(resumeDir, { recursive: true, force: true });
  }
});

it('measures trials by folds, starts with given values, and keeps to constraints', async () => {
  const { report } = await searched({
    ...small,
    trials: 8,
    folds: 3,
    pruner: 'asha',
    first: [{ leaves: 31, learningRate: 0.2 }],
    constraints: [{ metric: 'modelBytes', max: 9000 }],
  });
  expect(report.rows).toEqual({ train: 1000, validation: 500 });
  expect(report.trials[0].params).toMatchObject({ leaves: 31, learningRate: 0.2 });
  const broken = report.trials.filter(({ violation }: { violation?: number }) => violation !== undefined);
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.map(({ number }: { number: number }) => number)).not.toContain(report.best.trial);
  const forest = await searched({
    trainer: 'train.forest',
    trials: 3,
    fixed: { trees: 5 },
    folds: 2,
    validationRows: 'last',
  });
  expect(forest.report.trials).toHaveLength(3);
});
