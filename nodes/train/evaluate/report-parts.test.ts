import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EvaluationReport, evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { linearNode } from '../linear/definition.ts';
import { runner as linear } from '../linear/run.ts';
import { evaluateNode } from './definition.ts';
import { runner as evaluate } from './run.ts';

let chain: StepChain;
let train: InputArtifact;
let test: InputArtifact;
beforeAll(async () => {
  chain = await StepChain.create();
  train = await chain.table(rows(0, 3000), 'train');
  test = await chain.table(rows(3000, 6000), 'test');
});
afterAll(() => chain[Symbol.asyncDispose]());

/** In the south the label is drawn at random, elsewhere it follows `a`; `team` sees no difference. */
const rows = (from: number, to: number) =>
  `SELECT i, a, CASE WHEN i % 4 = 0 THEN 1.0 ELSE 0.0 END AS south, 'team ' || (i % 3) AS team, a * 3 + noise AS y,
     CASE WHEN i % 4 = 0 THEN noise > 0 ELSE a + noise / 4 > 0 END AS late
   FROM (SELECT i, sin(i * 12.9898) AS a, sin(i * 78.233) AS noise FROM range(${from}, ${to}) r(i)) ORDER BY i`;

async function model(label: string, columns: string[], settings: Record<string, unknown> = {}): Promise<InputArtifact> {
  const { features } = await chain.run(imputeNode, impute, { columns }, { input: [train] });
  const trained = await chain.run(
    linearNode,
    linear,
    { label, ...settings },
    { features: [features as InputArtifact] },
  );
  return trained['model'] as InputArtifact;
}

async function report(
  params: Record<string, unknown>,
  trained: InputArtifact,
  other?: InputArtifact,
): Promise<EvaluationReport> {
  const inputs = { model: [trained], table: [test], ...(other === undefined ? {} : { other: [other] }) };
  const out = await chain.run(evaluateNode, evaluate, params, inputs);
  const text = await readFile((out['report'] as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

describe('an evaluation', () => {
  it('tells how sure its figures are and what a model without knowledge reaches', async () => {
    const { metrics, intervals, baseline, lift, confidence } = await report({}, await model('late', ['a']));
    for (const name of ['rocAuc', 'logLoss', 'brierScore', 'accuracy']) {
      const interval = intervals?.[name];
      expect(interval?.low, name).toBeLessThan(metrics[name] as number);
      expect(interval?.high, name).toBeGreaterThan(metrics[name] as number);
    }
    expect(confidence).toBe(0.95);
    expect(baseline?.metrics).toMatchObject({ rocAuc: 0.5 });
    expect(baseline?.metrics['logLoss']).toBeGreaterThan(metrics['logLoss'] as number);
    expect(lift?.[1]?.lift).toBeGreaterThan(1.5);
    expect((await report({ resamples: 0 }, await model('late', ['a']))).intervals).toBeUndefined();
  });

  it('finds the slice where the model knows nothing', async () => {
    const { slices } = await report({}, await model('late', ['a', 'south']));
    expect(slices?.[0]).toMatchObject({ column: 'south', value: '1', worse: true });
  });

  it('chooses a threshold by what errors cost', async () => {
    const trained = await model('late', ['a']);
    const careful = await report({ falsePositiveCost: 1, falseNegativeCost: 20 }, trained);
    const bold = await report({ falsePositiveCost: 20, falseNegativeCost: 1 }, trained);
    expect(careful.cheapest?.threshold ?? 1).toBeLessThan(0.4);
    expect(bold.cheapest?.threshold ?? 1).toBeGreaterThan(0.6);
    expect(careful.cheapest?.cost).toBeLessThan(careful.cheapest?.costAtHalf ?? 0);
    expect((await report({}, trained)).cheapest).toBeUndefined();
  });

  it('compares groups of a column that the model does not know', async () => {
    const trained = await model('late', ['a']);
    const { fairness } = await report({ groupColumn: 'south' }, trained);
    expect(fairness?.groups.map(({ value }) => value)).toEqual(['0.0', '1.0']);
    expect(fairness?.gaps.accuracy).toBeGreaterThan(0.2);
    const even = await report({ groupColumn: 'team' }, trained);
    expect(even.fairness?.gaps.accuracy).toBeLessThan(0.1);
    await expect(report({ groupColumn: 'nothing' }, trained)).rejects.toThrow('no column “nothing”');
  });

  it('compares two models on the same rows', async () => {
    const better = await model('late', ['a']);
    const worse = await model('late', ['i']);
    const { comparison, metrics } = await report({}, better, worse);
    expect(comparison?.model).toBe(worse.digest);
    expect(comparison?.metrics['rocAuc']).toBeLessThan(metrics['rocAuc'] as number);
    expect(comparison?.lossDifference.high).toBeLessThan(0);
    const { comparison: same } = await report({}, better, better);
    expect(same?.lossDifference).toEqual({ mean: 0, low: 0, high: 0 });
    await expect(report({}, better, await model('y', ['a']))).rejects.toThrow('predicts something else');
  });

  it('does the same for numbers', async () => {
    const { intervals, metrics, baseline, slices, lift } = await report({}, await model('y', ['a']));
    expect(intervals?.['rmse']?.low).toBeLessThan(metrics['rmse'] as number);
    expect(baseline?.metrics['rmse']).toBeGreaterThan(metrics['rmse'] as number);
    expect(slices?.length).toBeGreaterThan(0);
    expect(lift).toBeUndefined();
  });
});
