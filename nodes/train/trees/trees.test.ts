import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { type EvaluationReport, evaluationReportSchema } from '../../../shared/model/report.ts';
import { type ModelManifest, modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../feature/encode/definition.ts';
import { runner as encode } from '../../feature/encode/run.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { treesNode } from './definition.ts';
import { runner as trees } from './run.ts';

const data = join(import.meta.dirname, '../../../node_modules/vega-datasets/data');

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

async function featuresOf(table: InputArtifact, numbers: string[], categories: string[]): Promise<InputArtifact[]> {
  const kept = await chain.run(imputeNode, impute, { columns: numbers, numbers: 'keep' }, { input: [table] });
  const codes = await chain.run(encodeNode, encode, { columns: categories }, { input: [table] });
  return [kept['features'] as InputArtifact, codes['features'] as InputArtifact];
}

async function train(
  features: InputArtifact[],
  params: Parameters<typeof chain.run<typeof treesNode.params>>[2],
  more: Partial<StepContext> = {},
): Promise<InputArtifact> {
  const { model } = await chain.run(treesNode, trees, params, { features }, more);
  return model as InputArtifact;
}

async function manifestOf(model: InputArtifact): Promise<ModelManifest> {
  return modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
}

async function measured(model: InputArtifact, table: InputArtifact): Promise<EvaluationReport> {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [table] });
  return evaluationReportSchema.parse(
    JSON.parse(await readFile((report as InputArtifact).path('report.json'), 'utf8')),
  );
}

describe('penguins: species from measurements with missing values', () => {
  let held: InputArtifact;
  let features: InputArtifact[];
  beforeAll(async () => {
    const source = `(SELECT *, row_number() OVER () AS i FROM read_json(${quotePath(join(data, 'penguins.json'))}))`;
    const part = (where: string) => `SELECT * FROM ${source} WHERE ${where} ORDER BY i`;
    const rows = await chain.table(part('i % 4 <> 0'), 'train');
    held = await chain.table(part('i % 4 = 0'), 'test');
    features = await featuresOf(
      rows,
      ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'],
      ['Island', 'Sex'],
    );
  });

  test('classifies held-out penguins, equally in the trainer and in the served model', async () => {
    const model = await train(features, { label: 'Species' });
    const manifest = await manifestOf(model);
    expect(manifest).toMatchObject({
      task: 'multiclass',
      classes: ['Adelie', 'Chinstrap', 'Gentoo'],
      trainer: { kind: 'train.trees', params: { label: 'Species', leaves: 31 } },
    });
    expect(manifest.importance[0]?.value).toBeGreaterThan(0.3);
    const report = await measured(model, held);
    expect(report.parity).toMatchObject({ passed: true, labelMismatches: 0 });
    expect(report.metrics['accuracy']).toBeGreaterThan(0.95);
  });

  test('predicts body mass far better than its mean', async () => {
    const [numbers] = features;
    const rows = await featuresOf(
      await chain.table(
        `SELECT * FROM read_json(${quotePath(join(data, 'penguins.json'))}) WHERE "Body Mass (g)" IS NOT NULL`,
      ),
      ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)'],
      ['Species', 'Sex'],
    );
    expect(numbers).toBeDefined();
    const model = await train(rows, { label: 'Body Mass (g)', validation: 0.25, learningRate: 0.05, trees: 500 });
    const { task, training } = await manifestOf(model);
    expect(task).toBe('regression');
    // The standard deviation of the label is 802 g.
    expect(Math.min(...training.curve.valid)).toBeLessThan(360);
    expect(training.curve.valid.length).toBeLessThan(500);
    expect(chain.logs.some((line) => /Kept \d+ of \d+ iterations/.test(line))).toBe(true);
  });

  test('equal bytes with any number of threads', async () => {
    const digests = new Set<string>();
    for (const threads of [1, 2]) {
      const model = await train(
        features,
        { label: 'Species', trees: 5, rowSample: 0.7, columnSample: 0.8 },
        { threads },
      );
      for (const file of ['model.onnx', 'native.bin', 'model.json']) {
        digests.add(
          createHash('sha256')
            .update(await readFile(model.path(file)))
            .digest('hex'),
        );
      }
    }
    expect(digests.size).toBe(3);
  });

  test('reports progress, the curve and a cancellation', async () => {
    const seen: unknown[] = [];
    const curves: unknown[] = [];
    await train(
      features,
      { label: 'Species', trees: 8 },
      { progress: (progress) => seen.push(progress), partial: (value) => curves.push(value) },
    );
    expect(seen.at(-1)).toEqual({ done: 8, total: 8, unit: 'trees' });
    expect(curves.at(-1)).toMatchObject({ curve: { metric: 'logLoss', train: { length: 8 }, valid: [] } });
    const controller = new AbortController();
    const run = train(
      features,
      { label: 'Species', trees: 10_000 },
      { signal: controller.signal, partial: () => controller.abort() },
    );
    await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
  });
});

describe('birdstrikes: damage from few numbers and many categories', () => {
  test('ranks held-out strikes, with rare and missing categories', async () => {
    const source = `(SELECT "Effect Amount of damage" <> 'None' AS damaged, "Airport Name" AS airport, "Aircraft Make Model" AS aircraft,
      "Aircraft Airline Operator" AS operator, "Phase of flight" AS phase, "Wildlife Size" AS size,
      TRY_CAST("Speed IAS in knots" AS DOUBLE) AS speed, row_number() OVER () AS i
      FROM read_csv(${quotePath(join(data, 'birdstrikes.csv'))}, all_varchar = true))`;
    const rows = await chain.table(`SELECT * FROM ${source} WHERE i % 5 <> 0 ORDER BY i`, 'train');
    const held = await chain.table(`SELECT * FROM ${source} WHERE i % 5 = 0 ORDER BY i`, 'test');
    const features = await featuresOf(rows, ['speed'], ['airport', 'aircraft', 'operator', 'phase', 'size']);
    const report = await measured(await train(features, { label: 'damaged', leaves: 15 }), held);
    expect(report.parity).toMatchObject({ passed: true, labelMismatches: 0 });
    // Size alone gives 0.72.
    expect(report.metrics['rocAuc']).toBeGreaterThan(0.78);
    const balanced = await train(features, { label: 'damaged', leaves: 15, classWeight: 'balanced' });
    const weighted = await measured(balanced, held);
    expect(weighted.metrics['recall']).toBeGreaterThan(report.metrics['recall'] as number);
  });
});

describe('objectives and columns of a regression', () => {
  const penguins = `SELECT *, 1 + i % 3 AS w, i // 10 AS query, CASE WHEN i % 50 = 0 THEN NULL ELSE -1 END AS bad
    FROM (SELECT *, row_number() OVER () AS i FROM read_json(${quotePath(join(data, 'penguins.json'))}))
    WHERE "Body Mass (g)" IS NOT NULL ORDER BY i`;
  const label = 'Body Mass (g)';
  let rows: InputArtifact;
  let features: InputArtifact[];
  beforeAll(async () => {
    rows = await chain.table(penguins, 'train');
    features = await featuresOf(rows, ['Beak Length (mm)', 'Flipper Length (mm)'], ['Species', 'Sex']);
  });

  test.each([
    { objective: 'quantile', quantile: 0.8 },
    { objective: 'poisson', increasing: ['Flipper Length (mm)'], weight: 'w' },
    { objective: 'squared', decreasing: ['Beak Length (mm)'] },
  ] as const)('$objective is served as it was trained', async (params) => {
    const model = await train(features, { label, trees: 30, ...params } as Parameters<typeof train>[1]);
    const { parity, metrics } = await measured(model, rows);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['mae']).toBeLessThan(600);
  });

  test('mistakes name the column', async () => {
    const fails = async (params: Parameters<typeof train>[1], code: string, words: string) => {
      await expect(train(features, { trees: 3, ...params })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
    };
    await fails({ label: 'Island', objective: 'poisson' }, 'params.invalid', 'has classes');
    await fails({ label, objective: 'ranking' }, 'params.invalid', 'which rows belong to one query');
    await fails({ label, objective: 'ranking', group: 'query' }, 'train.bad-label', 'relevance');
    await fails({ label, increasing: ['Flipper Lenth (mm)'] }, 'params.invalid', 'there is no such feature');
    await fails({ label, increasing: ['Species'] }, 'params.invalid', 'not one number');
    await fails({ label: 'Island', increasing: ['Flipper Length (mm)'] }, 'params.invalid', 'one per class');
    await fails({ label, weight: 'bad' }, 'train.bad-weight', '“bad” of row 1 is -1');
    await fails({ label, weight: 'weights' }, 'data.column-missing', 'weights');
  });
});

describe('mistakes are named', () => {
  test('one class, a label among the features, an unknown label', async () => {
    const table = await chain.table(`SELECT i AS x, 'a' AS same, i % 2 = 0 AS y FROM range(100) t(i)`, 'train');
    const { features } = await chain.run(imputeNode, impute, { columns: ['x'] }, { input: [table] });
    const input = [features as InputArtifact];
    await expect(train(input, { label: 'same' })).rejects.toMatchObject({ code: 'train.one-class' });
    await expect(train(input, { label: 'x' })).rejects.toMatchObject({ code: 'train.bad-label' });
    await expect(train(input, { label: 'z' })).rejects.toMatchObject({ code: 'data.column-missing' });
  });

  test('too few rows for any split give a constant and a warning', async () => {
    const table = await chain.table(`SELECT i AS x, i % 2 = 0 AS y FROM range(10) t(i)`, 'train');
    const { features } = await chain.run(imputeNode, impute, { columns: ['x'] }, { input: [table] });
    const model = await train([features as InputArtifact], { label: 'y' });
    expect((await manifestOf(model)).importance).toEqual([{ feature: 'x', value: 0 }]);
    expect(chain.logs.some((line) => line.startsWith('warn') && line.includes('constant'))).toBe(true);
  });
});
