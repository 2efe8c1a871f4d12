import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { pythonWith } from '../../../test/support/python-with.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../feature/encode/definition.ts';
import { runner as encode } from '../../feature/encode/run.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { rayNode } from './definition.ts';
import { runner } from './run.ts';

const withTrees = pythonWith('ray, lightgbm, pandas, pyarrow, fsspec, requests');
const withTorch = pythonWith('ray, torch, onnx, pandas, pyarrow, fsspec, requests');
if (withTrees === undefined) {
  process.stderr.write(
    'SKIPPED: no Python with ray[train] and lightgbm (SLIPWAY_PEERS_PYTHON), so its trees are not tested.\n',
  );
}
if (withTorch === undefined) {
  process.stderr.write(
    'SKIPPED: no Python with ray[train], torch and onnx, so training of modules on Ray is not tested.\n',
  );
}

let chain: StepChain;
let features: InputArtifact[];
let rows: InputArtifact;
beforeAll(async () => {
  chain = await StepChain.create();
  rows = await chain.table(
    `SELECT i / 100.0 AS a, CASE WHEN i % 11 = 0 THEN NULL ELSE (i * 37 % 100) / 50.0 END AS b, ['x','y','z'][1 + i % 3] AS c,
    i / 200.0 + (i % 3) > 2 AS high, ['lo','mid','hi'][1 + i * 3 // 1200] AS band, 2 * (i / 100.0) + 3 * (i % 3) AS y
    FROM range(1200) t(i)`,
    'train',
  );
  const numbers = await chain.run(imputeNode, impute, { columns: ['a'] }, { input: [rows] });
  const codes = await chain.run(encodeNode, encode, { columns: ['c'], method: 'ordinal' }, { input: [rows] });
  features = [numbers['features'] as InputArtifact, codes['features'] as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

async function train(python: string | undefined, params: Record<string, unknown>) {
  const given = { interpreter: python ?? '', ...params };
  const { model, report } = await chain.run(rayNode, runner, given, { features });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  const evaluated = await chain.run(evaluateNode, evaluate, {}, { model: [model as InputArtifact], table: [rows] });
  const seen = await readFile((evaluated['report'] as InputArtifact).path('report.json'), 'utf8');
  return {
    report: evaluationReportSchema.parse(JSON.parse(text)),
    evaluated: evaluationReportSchema.parse(JSON.parse(seen)),
    meta: (report as InputArtifact).manifest.meta,
  };
}

test('names a Python that is not there', async () => {
  await expect(train('/no/such/python', { label: 'y' })).rejects.toMatchObject({ code: 'environment.missing' });
});

describe.skipIf(withTrees === undefined)('boosted trees of LightGBM on two workers', () => {
  test.each([
    ['y', 'rmse'],
    ['band', 'logLoss'],
  ])(
    'predict %s as well as those of one machine, with the parity of any model',
    async (label, metric) => {
      const { report, evaluated, meta } = await train(withTrees, { label, trees: 40, leaves: 15 });
      expect(meta).toMatchObject({ workers: 2, trainedRows: 1080, comparedRows: 1080 });
      expect(report.rows).toBe(120);
      const found = report.metrics[metric] as number;
      const single = report.metrics[`single.${metric}`] as number;
      expect(found).toBeLessThan(single * 1.5 + 0.05);
      expect(evaluated.parity).toMatchObject({ passed: true });
      expect(evaluated.metrics[metric]).toBeLessThan(found * 1.5 + 0.05);
    },
    300_000,
  );
});

describe.skipIf(withTrees === undefined)('the model of one machine beside it', () => {
  test('learns from rows at random, not from the first of a sorted table', async () => {
    // The first 300 rows have a quarter of the range of y.
    const { report, meta } = await train(withTrees, { label: 'y', trees: 40, leaves: 15, compareRows: 300 });
    expect(meta).toMatchObject({ comparedRows: 300 });
    expect(report.metrics['single.r2']).toBeGreaterThan(0.9);
  }, 300_000);
});

describe.skipIf(withTorch === undefined)('a PyTorch module on two workers', () => {
  test('predicts as one of one worker does, with the parity of any model', async () => {
    const script =
      'import torch\n\nmodel = torch.nn.Sequential(torch.nn.Linear(width, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))\n';
    const params = {
      label: 'y',
      trainer: 'torch',
      script,
      epochs: 30,
      batchRows: 32,
      learningRate: 0.01,
      compareRows: 800,
    };
    const { report, evaluated } = await train(withTorch, params);
    expect(report.metrics['r2']).toBeGreaterThan(0.9);
    expect(report.metrics['single.r2']).toBeGreaterThan(0.9);
    expect(evaluated.parity).toMatchObject({ passed: true });
  }, 300_000);

  test('names what the script lacks', async () => {
    await expect(train(withTorch, { label: 'y', trainer: 'torch', script: 'x = 1' })).rejects.toMatchObject({
      code: 'step.failed',
      message: expect.stringContaining('sets no variable “model”'),
    });
  });
});
