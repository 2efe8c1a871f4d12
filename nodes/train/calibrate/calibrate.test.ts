import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrateScores } from '../../../main/compute/calibration/calibrate-scores.ts';
import { fitCalibration } from '../../../main/compute/calibration/fit-calibration.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { crossValidateNode } from '../cross-validate/definition.ts';
import { runner as crossValidate } from '../cross-validate/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { treesNode } from '../trees/definition.ts';
import { runner as trees } from '../trees/run.ts';
import { calibrateNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
let train: InputArtifact;
let held: InputArtifact;
let test: InputArtifact;
let features: InputArtifact[];

const rows = (from: number, to: number) => `
  SELECT a, b, a + 1.5 * noise > 0.3 AS late, CASE WHEN a + noise > 0.5 THEN 'high' WHEN a + noise < -0.5 THEN 'low' ELSE 'mid' END AS band, a AS price
  FROM (SELECT i, hash(i) % 10007 / 5003.0 - 1 AS a, hash(i + 500000) % 10007 / 5003.0 - 1 AS b,
    hash(i + 900000) % 10007 / 5003.0 - 1 AS noise FROM range(${from}, ${to}) r(i)) ORDER BY i`;

beforeAll(async () => {
  chain = await StepChain.create();
  train = await chain.table(rows(0, 800), 'train');
  held = await chain.table(rows(800, 2000), 'validation');
  test = await chain.table(rows(2000, 4000), 'test');
  const { features: fitted } = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [train] });
  features = [fitted as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

/** Too many leaves for the rows: far too sure. */
async function overfitted(label: string): Promise<InputArtifact> {
  const params = { label, trees: 60, leaves: 63, minRowsPerLeaf: 2 };
  return (await chain.run(treesNode, trees, params, { features }))['model'] as InputArtifact;
}

async function evaluated(model: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, { resamples: 0 }, { model: [model], table: [test] });
  return evaluationReportSchema.parse(
    JSON.parse(await readFile((report as InputArtifact).path('report.json'), 'utf8')),
  );
}

describe.each(['isotonic', 'sigmoid', 'temperature'] as const)('%s', (method) => {
  it.each(['late', 'band'])('corrects the probabilities of “%s” as they are served', async (label) => {
    const model = await overfitted(label);
    const made = await chain.run(calibrateNode, runner, { method }, { model: [model], table: [held] });
    const [before, after] = [await evaluated(model), await evaluated(made['model'] as InputArtifact)];
    expect(after.parity).toMatchObject({ passed: true });
    expect(after.metrics['logLoss']).toBeLessThan((before.metrics['logLoss'] as number) * 0.9);
    expect(after.metrics['expectedCalibrationError']).toBeLessThan(
      (before.metrics['expectedCalibrationError'] as number) * 0.6,
    );
    const report = evaluationReportSchema.parse(
      JSON.parse(await readFile((made['report'] as InputArtifact).path('report.json'), 'utf8')),
    );
    expect(report.calibrated).toMatchObject({ method, rows: 1200, held: true });
    expect(report.calibrated?.after.logLoss).toBeLessThan(report.calibrated?.before.logLoss as number);
  });
});

it('takes predictions out of fold, and no training rows', async () => {
  const model = await overfitted('late');
  const { predictions } = await chain.run(crossValidateNode, crossValidate, { folds: 4 }, { model: [model] });
  const inputs = { model: [model], table: [predictions as InputArtifact] };
  const made = await chain.run(calibrateNode, runner, {}, inputs);
  const [before, after] = [await evaluated(model), await evaluated(made['model'] as InputArtifact)];
  expect(after.metrics['logLoss']).toBeLessThan(before.metrics['logLoss'] as number);
  const own = await chain.run(calibrateNode, runner, {}, { model: [model], table: [held] });
  await chain.run(evaluateNode, evaluate, { resamples: 0 }, { model: [own['model'] as InputArtifact], table: [held] });
  expect(chain.logs.some((line) => line.includes('calibrated on these very rows'))).toBe(true);
  await chain.run(crossValidateNode, crossValidate, { folds: 2 }, { model: [own['model'] as InputArtifact] });
  expect(chain.logs).toContain('warn: The model is calibrated; the folds measure its trainer without the calibration.');
  const refused = (table: InputArtifact, other = model) =>
    chain.run(calibrateNode, runner, {}, { model: [other], table: [table] });
  await expect(refused(train)).rejects.toMatchObject({ code: 'features.lineage' });
  await expect(refused(predictions as InputArtifact, await overfitted('band'))).rejects.toMatchObject({
    code: 'features.lineage',
  });
  await expect(refused(held, made['model'])).rejects.toMatchObject({ code: 'params.invalid' });
  await expect(refused(await chain.table(rows(900, 905), 'validation'))).rejects.toMatchObject({
    code: 'train.no-rows',
  });
  const one = await chain.table(`SELECT * FROM (${rows(800, 900)}) WHERE late`, 'validation');
  await expect(refused(one)).rejects.toMatchObject({ code: 'train.one-class' });
  const regression = await chain.run(treesNode, trees, { label: 'price', trees: 2 }, { features });
  await expect(refused(held, regression['model'])).rejects.toMatchObject({ code: 'params.invalid' });
});

it('finds the line a logit was bent by, and leaves calibrated probabilities alone', () => {
  const count = 20_000;
  const scores = new Float32Array(2 * count);
  const actual = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const logit = ((row * 7919) % 6007) / 1000 - 3;
    const truth = 1 / (1 + Math.exp(-(0.5 * logit - 0.25)));
    scores[2 * row + 1] = 1 / (1 + Math.exp(-logit));
    scores[2 * row] = 1 - (scores[2 * row + 1] as number);
    actual[row] = ((row * 104_729) % 10_007) / 10_007 < truth ? 1 : 0;
  }
  const sigmoid = fitCalibration('sigmoid', scores, actual, 2);
  if (sigmoid.method !== 'sigmoid') throw new Error('another method');
  expect(sigmoid.lines[0]?.slope).toBeCloseTo(0.5, 1);
  expect(sigmoid.lines[0]?.offset).toBeCloseTo(-0.25, 1);
  const corrected = calibrateScores(sigmoid, scores, count);
  const again = fitCalibration('temperature', corrected, actual, 2);
  expect(again.method === 'temperature' && again.temperature).toBeCloseTo(1, 1);
});
