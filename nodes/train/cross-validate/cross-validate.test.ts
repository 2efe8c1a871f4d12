import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb, parquetRelation } from '../../../main/compute/duckdb/connection.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { divideRows } from '../../lib/folds.ts';
import { forestNode } from '../forest/definition.ts';
import { runner as forest } from '../forest/run.ts';
import { linearNode } from '../linear/definition.ts';
import { runner as linear } from '../linear/run.ts';
import { mlpNode } from '../mlp/definition.ts';
import { runner as mlp } from '../mlp/run.ts';
import { searchNode } from '../search/definition.ts';
import { runner as search } from '../search/run.ts';
import { treesNode } from '../trees/definition.ts';
import { runner as trees } from '../trees/run.ts';
import { crossValidateNode } from './definition.ts';
import { runner } from './run.ts';
import { summaryOf } from './summary.ts';

let chain: StepChain;
let features: InputArtifact[];

beforeAll(async () => {
  chain = await StepChain.create();
  const train = await chain.table(
    `SELECT a, b, 2 * a + 0.5 * noise > 0 AS late, CASE WHEN a > 0.4 THEN 'high' WHEN a < -0.4 THEN 'low' ELSE 'mid' END AS band,
      3 * a + noise AS price, i // 20 AS customer, TIMESTAMP '2024-01-01' + INTERVAL (i // 4) HOUR AS at,
      CASE WHEN i % 50 = 7 THEN NULL ELSE 2 * a + 0.5 * noise > 0 END AS gappy
    FROM (SELECT i, ((i * 104729) % 1009) / 504.5 - 1 AS a, ((i * 15485863) % 2003) / 1001.5 - 1 AS b,
      ((i * 7919) % 997) / 498.5 - 1 AS noise FROM range(600) r(i)) ORDER BY i`,
    'train',
  );
  const { features: fitted } = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [train] });
  features = [fitted as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

const models = {
  trees: () => chain.run(treesNode, trees, { label: 'late', trees: 10 }, { features }),
  forest: () => chain.run(forestNode, forest, { label: 'band', trees: 10 }, { features }),
  linear: () => chain.run(linearNode, linear, { label: 'price' }, { features }),
  mlp: () =>
    chain.run(
      mlpNode,
      mlp,
      { label: 'late', epochs: 12, learningRate: 0.02, batchSize: 32, hiddenLayers: [8] },
      { features },
    ),
};

async function validated(model: InputArtifact, params: object = {}, more: { device?: string } = {}) {
  const { report, predictions } = await chain.run(crossValidateNode, runner, params, { model: [model] }, more);
  const parsed = evaluationReportSchema.parse(
    JSON.parse(await readFile((report as InputArtifact).path('report.json'), 'utf8')),
  );
  return { report: parsed, meta: (report as InputArtifact).manifest.meta, predictions: predictions as InputArtifact };
}

async function rowsOf(table: InputArtifact) {
  return withDuckDb({}, (db) => db.rows(`SELECT * FROM ${parquetRelation(table.path('data.parquet'))}`));
}

describe('train.cross-validate', () => {
  it.each(Object.keys(models) as (keyof typeof models)[])('trains %s again on each fold', async (name) => {
    const { model } = await models[name]();
    const { report, meta, predictions } = await validated(model as InputArtifact, { folds: 3 });
    expect(report.crossValidation?.folds.map(({ validation }) => validation)).toEqual([200, 200, 200]);
    expect(report.rows).toBe(600);
    const metric = name === 'linear' ? 'r2' : 'rocAuc';
    const summary = report.crossValidation?.summary[metric];
    expect(summary?.mean).toBeGreaterThan(0.7);
    expect(summary?.low).toBeLessThanOrEqual(summary?.mean as number);
    expect(report.metrics[metric]).toBe(summary?.mean);
    expect((meta['metrics'] as Record<string, number>)[`cv.${metric}`]).toBe(summary?.mean);
    const rows = await rowsOf(predictions);
    expect(rows).toHaveLength(600);
    expect(new Set(rows.map((row) => Number(row['fold'])))).toEqual(new Set([1, 2, 3]));
    expect(predictions.manifest.meta['outOfFold']).toEqual({ model: (model as InputArtifact).digest });
    if (name === 'forest') {
      const sum = ['high', 'low', 'mid'].reduce((total, band) => total + Number(rows[0]?.[`probability_${band}`]), 0);
      expect(sum).toBeCloseTo(1, 5);
      const right = rows.filter((row) => row['prediction'] === row['band']).length / 600;
      expect(right).toBeCloseTo(
        (report.confusion?.reduce((hits, row, c) => hits + (row[c] ?? 0), 0) as number) / 600,
        6,
      );
    }
  });

  it('leaves rows without a label out, keeps customers together, and learns only from the past', async () => {
    const { model } = await chain.run(treesNode, trees, { label: 'gappy', trees: 5 }, { features });
    const grouped = await validated(model as InputArtifact, { folds: 4, method: 'grouped', column: 'customer' });
    const rows = await rowsOf(grouped.predictions);
    expect(rows).toHaveLength(588);
    const folds = Map.groupBy(rows, (row) => Number(row['customer']));
    for (const some of folds.values()) expect(new Set(some.map((row) => row['fold'])).size).toBe(1);
    const timed = await validated(model as InputArtifact, { folds: 3, method: 'time', column: 'at', gap: 5 });
    const measured = await rowsOf(timed.predictions);
    expect(measured.length).toBeLessThan(450);
    expect(timed.report.crossValidation?.folds.map(({ train }) => train)).toEqual(
      timed.report.crossValidation?.folds.map(({ train }) => train).toSorted((a, b) => a - b),
    );
    await expect(validated(model as InputArtifact, { method: 'grouped' })).rejects.toMatchObject({
      code: 'params.invalid',
    });
  });

  it('trains networks on the device it names, and what uses none on the processor', async () => {
    const device = { device: 'abacus' };
    const { model } = await chain.run(mlpNode, mlp, { label: 'late', epochs: 1, hiddenLayers: [4] }, { features });
    await expect(validated(model as InputArtifact, { folds: 2 }, device)).rejects.toMatchObject({
      code: 'environment.missing',
      message: expect.stringContaining('abacus'),
    });
    const { report } = await validated(model as InputArtifact, { folds: 2 }, { device: 'auto' });
    expect(report.crossValidation?.folds).toHaveLength(2);
    const { model: other } = await chain.run(treesNode, trees, { label: 'late', trees: 2 }, { features });
    await validated(other as InputArtifact, { folds: 2 }, device);
  });

  it('searches again in each fold, with the folds in parallel', async () => {
    const params = { label: 'late', trainer: 'train.linear' as const, trials: 3, sampler: 'random' as const };
    const { model } = await chain.run(searchNode, search, params, { features });
    const nested = await validated(model as InputArtifact, { folds: 2, parallelFolds: 2 });
    expect(nested.report.crossValidation?.nested).toBe(true);
    const kept = await validated(model as InputArtifact, { folds: 2, search: 'keep' });
    expect(kept.report.crossValidation?.nested).toBe(false);
  });
});

it('measures every row once and never learns from what it measures', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 80 }),
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 0, max: 99 }),
      fc.constantFrom('random', 'stratified', 'numbers', 'grouped'),
      (rows, folds, seed, how) => {
        const values = Float64Array.from({ length: rows }, (_, row) => (row * 7) % 3);
        const groups = Uint32Array.from({ length: rows }, (_, row) => row % 9);
        const rule =
          how === 'random'
            ? ({ method: 'random' } as const)
            : how === 'grouped'
              ? ({ method: 'grouped', groups } as const)
              : ({ method: 'stratified', values, classes: how === 'stratified' } as const);
        const made = divideRows(rows, folds, rule, seed);
        const seen = made.flatMap(({ valid }) => [...valid]).sort((a, b) => a - b);
        expect(seen).toEqual(Array.from({ length: rows }, (_, row) => row));
        for (const { train, valid } of made) {
          expect(train.length + valid.length).toBe(rows);
          expect(train.filter((row) => valid.includes(row))).toHaveLength(0);
          if (how === 'grouped')
            expect([...train].some((row) => valid.some((other) => other % 9 === row % 9))).toBe(false);
        }
        if (how === 'stratified') {
          for (const c of [0, 1, 2]) {
            const counts = made.map(({ valid }) => [...valid].filter((row) => values[row] === c).length);
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
        }
      },
    ),
    { seed: 5, numRuns: 60 },
  );
});

it('cuts time into blocks, with a gap and a rolling window', () => {
  const times = Float64Array.from({ length: 40 }, (_, row) => Math.floor(row / 2));
  const expanding = divideRows(40, 3, { method: 'time', times, window: 'expanding', gap: 0 }, 1);
  expect(expanding.map(({ train, valid }) => [train.length, valid.length])).toEqual([
    [10, 10],
    [20, 10],
    [30, 10],
  ]);
  const gapped = divideRows(40, 3, { method: 'time', times, window: 'rolling', gap: 2 }, 1);
  for (const { train, valid } of gapped) {
    const first = Math.min(...[...valid].map((row) => times[row] as number));
    const last = Math.max(...[...train].map((row) => times[row] as number));
    expect(first - last).toBeGreaterThanOrEqual(2);
  }
  expect(gapped[2]?.train.length).toBe(10);
  expect(() => divideRows(3, 5, { method: 'random' }, 1)).toThrow(/cannot be divided/);
  const same = Float64Array.from({ length: 40 }, () => 1);
  expect(() => divideRows(40, 3, { method: 'time', times: same, window: 'expanding', gap: 0 }, 1)).toThrow(/no rows/);
});

it('widens intervals for shared training rows', () => {
  const folds = [0.7, 0.8, 0.75, 0.72].map((rmse) => ({ metrics: { rmse }, train: 300, validation: 100 }));
  const { rmse } = summaryOf(folds, 0.95);
  expect(rmse?.mean).toBeCloseTo(0.7425, 10);
  // t(0.975; 3) = 3.182446, s = 0.0434933, √(1/4 + 1/3) = 0.763763
  expect((rmse?.high as number) - (rmse?.mean as number)).toBeCloseTo(3.182446 * 0.0434933 * 0.763763, 5);
});

it('names what it cannot divide or train again, survives a class with one row, and ends when cancelled', async () => {
  const rare = await chain.table(
    `SELECT hash(i) % 100 / 50.0 - 1 AS a, CASE WHEN i = 7 THEN 'once' WHEN hash(i) % 2 = 0 THEN 'x' ELSE 'y' END AS kind FROM range(60) r(i)`,
    'train',
  );
  const fitted = await chain.run(imputeNode, impute, { columns: ['a'] }, { input: [rare] });
  const own = [fitted['features'] as InputArtifact];
  const given = { features: own };
  const trained = [
    await chain.run(treesNode, trees, { label: 'kind', trees: 5 }, given),
    await chain.run(linearNode, linear, { label: 'kind' }, given),
  ];
  for (const { model } of trained) {
    const { report } = await validated(model as InputArtifact, { folds: 3 });
    expect(Number.isFinite(report.metrics['accuracy'])).toBe(true);
  }
  const { model } = await models.linear();
  const run = (params: object, more = {}) =>
    chain.run(crossValidateNode, runner, params, { model: [model as InputArtifact] }, more);
  await expect(run({ method: 'grouped', column: 'none' })).rejects.toMatchObject({ code: 'data.column-missing' });
  await expect(run({ method: 'time', column: 'price', folds: 50, gap: 1e6 })).rejects.toMatchObject({
    code: 'params.invalid',
  });
  const stopped = { signal: AbortSignal.abort() };
  await expect(run({}, stopped)).rejects.toThrow();
});
