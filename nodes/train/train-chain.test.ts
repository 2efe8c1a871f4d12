import { readFile, writeFile } from 'node:fs/promises';
import { parquetRelation, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluationReportSchema, type EvaluationReport } from '../../shared/model/report.ts';
import { type ModelManifest, modelManifestSchema } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { encodeNode } from '../feature/encode/definition.ts';
import { runner as encode } from '../feature/encode/run.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { evaluateNode } from './evaluate/definition.ts';
import { runner as evaluate } from './evaluate/run.ts';
import { linearNode } from './linear/definition.ts';
import { runner as linear } from './linear/run.ts';
import { mlpNode } from './mlp/definition.ts';
import { runner as mlp } from './mlp/run.ts';
import { registerNode } from './register/definition.ts';
import { runner as register } from './register/run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

/** A deterministic table: numbers, a category, missing values, and labels of three kinds that depend on them. */
function rowsQuery(from: number, to: number): string {
  return `
    SELECT i, CASE WHEN i % 13 = 0 THEN NULL ELSE a END AS a, b, city,
      a + b / 100 + CASE city WHEN 'rome' THEN 1 ELSE 0 END + noise > 1.2 AS late,
      CASE WHEN a + noise < -0.4 THEN 'early' WHEN a + noise < 0.5 THEN 'on time' ELSE 'late' END AS class,
      1000 + 50 * a - 2 * b + 10 * noise AS price
    FROM (
      SELECT i, sin(i * 12.9898) * 1.5 AS a, (i * 7919) % 100 AS b, ['rome', 'oslo', 'lima'][1 + i % 3] AS city,
        sin(i * 78.233) * 0.3 AS noise
      FROM range(${from}, ${to}) r(i)
    ) ORDER BY i`;
}

async function featuresOf(table: InputArtifact): Promise<InputArtifact[]> {
  const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [table] });
  const cities = await chain.run(encodeNode, encode, { columns: ['city'], method: 'one-hot' }, { input: [table] });
  return [numbers['features'] as InputArtifact, cities['features'] as InputArtifact];
}

async function manifestOf(model: InputArtifact): Promise<ModelManifest> {
  return modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
}

async function reportOf(report: InputArtifact): Promise<EvaluationReport> {
  return evaluationReportSchema.parse(JSON.parse(await readFile(report.path('report.json'), 'utf8')));
}

async function evaluated(model: InputArtifact, table: InputArtifact): Promise<InputArtifact> {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [table] });
  return report as InputArtifact;
}

let train: InputArtifact;
let test: InputArtifact;
let features: InputArtifact[];
let logistic: InputArtifact;
beforeAll(async () => {
  train = await chain.table(rowsQuery(0, 3000), 'train');
  test = await chain.table(rowsQuery(3000, 4200), 'test');
  features = await featuresOf(train);
  logistic = (await chain.run(linearNode, linear, { label: 'late' }, { features }))['model'] as InputArtifact;
});

describe('train.linear', () => {
  it('writes a model that says what it is', async () => {
    const manifest = await manifestOf(logistic);
    expect(manifest).toMatchObject({
      task: 'binary',
      label: { column: 'late', type: 'bool' },
      classes: [false, true],
      trainer: { kind: 'train.linear', params: { label: 'late', l2: 1 } },
      training: { rows: 3000, table: train.digest },
    });
    expect(manifest.inputs.map(({ name }) => name).sort()).toEqual(['a', 'b', 'city']);
    expect(manifest.importance[0]?.feature).toBe('a');
    expect(manifest.importance.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 9);
    expect(manifest.training.curve.train.at(-1)).toBeLessThan(manifest.training.curve.train[0] as number);
  });

  it('lists coefficients in raw units', async () => {
    const { model } = await chain.run(
      linearNode,
      linear,
      { label: 'price', l2: 0 },
      { features: [features[0] as InputArtifact] },
    );
    const table = JSON.parse(await readFile((model as InputArtifact).path('coefficients.json'), 'utf8'));
    const [output] = table.outputs;
    expect(output.coefficients.map((entry: { feature: string }) => entry.feature)).toEqual(['a', 'b']);
    expect(output.coefficients[1].coefficient).toBeCloseTo(-2, 1);
    expect(output.coefficients[1].standardError).toBeGreaterThan(0);
    expect(output.coefficients[1].standardError).toBeLessThan(0.1);
  });

  it('names the feature that has missing values', async () => {
    const kept = await chain.run(imputeNode, impute, { columns: ['a', 'b'], numbers: 'keep' }, { input: [train] });
    const run = chain.run(linearNode, linear, { label: 'late' }, { features: [kept['features'] as InputArtifact] });
    await expect(run).rejects.toMatchObject({
      code: 'train.missing-values',
      message: 'Feature “a” has a missing or infinite value in 231 of 3000 training rows.',
    });
  });
});

describe('train.evaluate', () => {
  it('measures a binary model on held-out rows and finds parity', async () => {
    const artifact = await evaluated(logistic, test);
    const report = await reportOf(artifact);
    expect(report).toMatchObject({ task: 'binary', rows: 1200, label: 'late', classes: [false, true] });
    expect(report.metrics['rocAuc']).toBeGreaterThan(0.95);
    expect(report.metrics['accuracy']).toBeGreaterThan(0.85);
    expect(report.parity).toMatchObject({ rows: 1200, labelMismatches: 0, tolerance: 1e-5, passed: true });
    expect(report.parity?.maxAbsDifference).toBeLessThan(1e-5);
    expect(report.confusion?.flat().reduce((a, b) => a + b, 0)).toBe(1200);
    expect(report.roc?.[0]).toEqual({ threshold: null, falsePositiveRate: 0, truePositiveRate: 0 });
    expect(report.labelBalance?.reduce((sum, { rows }) => sum + rows, 0)).toBe(1200);
    expect(report.thresholds).toHaveLength(19);
    expect(artifact.manifest.meta['metrics']).toEqual(report.metrics);
    expect(report.importance).toEqual((await manifestOf(logistic)).importance);
  });

  it('leaves AUC out with a warning when one class only is held out', async () => {
    const one = await chain.table(`SELECT * FROM (${rowsQuery(3000, 4200)}) WHERE late`, 'test');
    const report = await reportOf(await evaluated(logistic, one));
    expect(report.metrics['rocAuc']).toBeUndefined();
    expect(report.metrics['accuracy']).toBeGreaterThan(0);
    expect(report.warnings).toContain('rocAuc is not defined on these rows.');
    expect(report.warnings).toContain('No held-out row has the class “false”.');
    expect(report.roc).toEqual([]);
  });

  it('says what is wrong with the rows', async () => {
    const query = rowsQuery(3000, 3100);
    const cases: [string, string, string][] = [
      [`SELECT * EXCLUDE (late) FROM (${query})`, 'data.column-missing', 'no label column “late”'],
      [`SELECT * RENAME (city AS town) FROM (${query})`, 'data.column-missing', 'no column “city”'],
      [`SELECT * FROM (${query}) WHERE false`, 'data.empty', 'has no rows'],
      [`SELECT * REPLACE (NULL::BOOLEAN AS late) FROM (${query})`, 'data.empty', 'None of the 100 rows'],
    ];
    for (const [sql, code, text] of cases) {
      await expect(evaluated(logistic, await chain.table(sql, 'test'))).rejects.toMatchObject({
        code,
        message: expect.stringContaining(text),
        fix: expect.any(String),
      });
    }
  });

  it('refuses classes the model was not trained on', async () => {
    const { model } = await chain.run(linearNode, linear, { label: 'class' }, { features });
    const table = await chain.table(
      `SELECT * REPLACE (CASE WHEN i % 10 = 0 THEN 'cancelled' ELSE class END AS class) FROM (${rowsQuery(3000, 3100)})`,
      'test',
    );
    await expect(evaluated(model as InputArtifact, table)).rejects.toMatchObject({
      code: 'train.bad-label',
      message: expect.stringContaining('“cancelled”, in 10 rows'),
    });
  });

  it('leaves out rows without a label', async () => {
    const table = await chain.table(
      `SELECT * REPLACE (CASE WHEN i % 4 = 0 THEN NULL ELSE late END AS late) FROM (${rowsQuery(3000, 3400)})`,
      'test',
    );
    const report = await reportOf(await evaluated(logistic, table));
    expect(report.rows).toBe(300);
    expect(report.warnings).toContain('100 rows without a label are left out.');
  });

  it('warns when the rows are training rows', async () => {
    const report = await reportOf(await evaluated(logistic, train));
    expect(report.warnings?.some((warning) => warning.startsWith('These are training rows'))).toBe(true);
  });

  it('measures several classes', async () => {
    const { model } = await chain.run(linearNode, linear, { label: 'class' }, { features });
    const report = await reportOf(await evaluated(model as InputArtifact, test));
    expect(report.classes).toEqual(['early', 'late', 'on time']);
    expect(report.metrics['accuracy']).toBeGreaterThan(0.7);
    expect(report.perClass).toHaveLength(3);
    expect(report.parity?.passed).toBe(true);
    expect(report.roc).toBeUndefined();
  });

  it('measures a regression', async () => {
    const { model } = await chain.run(linearNode, linear, { label: 'price' }, { features });
    const report = await reportOf(await evaluated(model as InputArtifact, test));
    expect(report.task).toBe('regression');
    expect(report.metrics['r2']).toBeGreaterThan(0.9);
    expect(report.metrics['mape']).toBeLessThan(0.05);
    expect(report.parity?.passed).toBe(true);
    expect(report.points?.length).toBeLessThanOrEqual(500);
    expect(report.residuals?.reduce((sum, { count }) => sum + count, 0)).toBe(1200);
  });
});

describe('train.mlp', () => {
  it('trains, exports and passes parity for classes and numbers', async () => {
    const params = { hiddenLayers: [16], epochs: 40, batchSize: 64, learningRate: 0.01 };
    for (const [label, metric, least] of [
      ['late', 'rocAuc', 0.95],
      ['class', 'accuracy', 0.75],
      ['price', 'r2', 0.9],
    ] as const) {
      const { model } = await chain.run(mlpNode, mlp, { ...params, label }, { features });
      const report = await reportOf(await evaluated(model as InputArtifact, test));
      expect(report.metrics[metric]).toBeGreaterThan(least);
      expect(report.parity).toMatchObject({ rows: 1200, passed: true });
      const manifest = await manifestOf(model as InputArtifact);
      expect(manifest.training.curve.valid.length).toBe(manifest.training.curve.train.length);
      expect(manifest.importance.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 9);
    }
  });
});

describe('train.register', () => {
  async function registered(model: InputArtifact, report: InputArtifact, params = {}): Promise<InputArtifact> {
    const outputs = await chain.run(registerNode, register, params, { model: [model], report: [report] });
    return outputs['model'] as InputArtifact;
  }

  it('hands on the model with its registration, metrics and parity', async () => {
    const report = await evaluated(logistic, test);
    const model = await registered(logistic, report, { name: 'late', gates: [{ metric: 'rocAuc', min: 0.9 }] });
    expect(model.manifest.meta).toMatchObject({
      registration: { name: 'late', alias: 'champion' },
      metrics: (await reportOf(report)).metrics,
      parity: { passed: true },
      task: 'binary',
    });
    for (const file of ['model.onnx', 'model.json', 'native.bin', 'reference.parquet', 'coefficients.json']) {
      expect(await readFile(model.path(file))).toEqual(await readFile(logistic.path(file)));
    }
    expect((await registered(logistic, report)).manifest.meta['registration']).toMatchObject({ name: '' });
  });

  it('keeps the held-out rows with their scores and labels beside the report', async () => {
    const report = await evaluated(logistic, test);
    const { metrics } = await reportOf(report);
    const [summary] = await withDuckDb({}, (db) =>
      db.rows(
        `SELECT count(*)::INTEGER AS rows, avg((("slipway.score.1" > 0.5)::INTEGER = "slipway.actual")::INTEGER) AS accuracy,
          max(abs("slipway.score.0" + "slipway.score.1" - 1)) < 1e-6 AS sums
        FROM ${parquetRelation(report.path('reference-scores.parquet'))}`,
      ),
    );
    expect(summary?.['rows']).toBe((await reportOf(report)).rows);
    expect(Number(summary?.['accuracy'])).toBeCloseTo(metrics['accuracy'] ?? Number.NaN, 12);
    expect(summary?.['sums']).toBe(true);
  });

  it('refuses a model whose trainer scores otherwise than it is served', async () => {
    const { model } = await chain.run(linearNode, linear, { label: 'late' }, { features });
    const tampered = model as InputArtifact;
    const bytes = await readFile(tampered.path('native.bin'));
    // The last float64 is the intercept: a step of 0.01 moves probabilities by up to 0.0025.
    bytes.writeDoubleLE(bytes.readDoubleLE(bytes.length - 8) + 0.01, bytes.length - 8);
    await writeFile(tampered.path('native.bin'), bytes);
    const report = await evaluated(tampered, test);
    expect((await reportOf(report)).parity).toMatchObject({ passed: false });
    await expect(registered(tampered, report)).rejects.toMatchObject({
      code: 'model.parity',
      details: { parity: { passed: false } },
    });
  });

  it('refuses a report about another model', async () => {
    const report = await evaluated(logistic, test);
    const { model } = await chain.run(linearNode, linear, { label: 'late', l2: 3 }, { features });
    await expect(registered(model as InputArtifact, report)).rejects.toMatchObject({ code: 'model.parity' });
  });

  it('refuses a report without a parity check', async () => {
    const report = await evaluated(logistic, test);
    const json = JSON.parse(await readFile(report.path('report.json'), 'utf8'));
    await writeFile(report.path('report.json'), JSON.stringify({ ...json, parity: null }));
    await expect(registered(logistic, report)).rejects.toMatchObject({ code: 'model.parity' });
  });

  it('applies gates and names what failed', async () => {
    const report = await evaluated(logistic, test);
    await expect(registered(logistic, report, { gates: [{ metric: 'rocAuc', min: 0.9999 }] })).rejects.toMatchObject({
      code: 'model.gate',
      message: expect.stringContaining('below the minimum 0.9999'),
    });
    await expect(registered(logistic, report, { gates: [{ metric: 'logLoss', max: 0.001 }] })).rejects.toMatchObject({
      code: 'model.gate',
      message: expect.stringContaining('above the maximum 0.001'),
    });
    await expect(registered(logistic, report, { gates: [{ metric: 'rmse', max: 1 }] })).rejects.toMatchObject({
      code: 'model.gate',
      fix: expect.stringContaining('rocAuc'),
    });
    const refused = (gate: object) => registered(logistic, report, { gates: [gate] });
    await expect(refused({ metric: 'modelBytes', max: 10 })).rejects.toThrow(/modelBytes is \d+, above the maximum 10/);
    await expect(refused({ metric: 'latencyP99Ms', max: 1e-6 })).rejects.toThrow(
      /latencyP99Ms is .* above the maximum/,
    );
    await expect(refused({ metric: 'worstSliceRatio', max: 0.5 })).rejects.toThrow(/worstSliceRatio is [\d.]+, above/);
    await expect(refused({ metric: 'gap.accuracy', max: 0 })).rejects.toMatchObject({
      code: 'model.gate',
      fix: expect.stringContaining('fairness'),
    });
    await expect(
      registered(logistic, report, {
        gates: [
          { metric: 'modelBytes', max: 1e9 },
          { metric: 'latencyP50Ms', max: 1e6 },
        ],
      }),
    ).resolves.toBeDefined();
  });

  it('asks for the approval of a person', async () => {
    const report = await evaluated(logistic, test);
    const model = await registered(logistic, report, { approval: 'person' });
    expect(model.manifest.meta['registration']).toMatchObject({ alias: 'champion', approval: true });
  });
});
