import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calibrateScores } from '../../../main/compute/calibration/calibrate-scores.ts';
import { appendCalibration } from '../../../main/compute/calibration/append-calibration.ts';
import { fitCalibration } from '../../../main/compute/calibration/fit-calibration.ts';
import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { openModel } from '../../../main/compute/scoring/open-model.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Calibration } from '../../../shared/model/calibration.ts';
import { modelFiles } from '../../../shared/model/model-form.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { type InputArtifact, implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { divideRows } from '../../lib/folds.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { measure } from '../evaluate/measure.ts';
import { type Predictions, predictTable } from '../evaluate/predictions.ts';
import { calibrateNode } from './definition.ts';
import { reliabilityOf } from './reliability.ts';

const methods: readonly Calibration['method'][] = ['isotonic', 'sigmoid', 'temperature'];
const fewestRows = 20;
/** The curve of isotonic regression has too much freedom for fewer. */
const fewestRowsOfIsotonic = 500;

export const runner = implementNode(calibrateNode, {
  async run(ctx) {
    const model = ctx.inputs['model']?.[0];
    const table = ctx.inputs['table']?.[0];
    if (model === undefined || table === undefined) {
      throw new AppError('internal.bug', 'An input of the calibration is not connected.');
    }
    const manifest = await readModelManifest(model);
    requireClassifier(manifest);
    const predictions = await predictionsOf(ctx, model, table, manifest);
    requireRows(predictions, manifest);
    const classes = manifest.classes.length;
    const wanted = ctx.params.method;
    const candidates = wanted === 'auto' ? methods.filter((one) => suits(one, predictions.rows)) : [wanted];
    const tried = candidates.map((method) => {
      const scores = outOfFold(method, predictions, classes);
      return { method, scores, state: reliabilityOf(scores, predictions.actual, classes) };
    });
    const best = tried.reduce((a, b) => (b.state.logLoss < a.state.logLoss ? b : a));
    const before = reliabilityOf(predictions.scores, predictions.actual, classes);
    const calibration = fitCalibration(best.method, predictions.scores, predictions.actual, classes);
    ctx.log(
      'info',
      `${best.method}: log loss ${before.logLoss.toPrecision(4)} → ${best.state.logLoss.toPrecision(4)}, ` +
        `calibration error ${before.expectedCalibrationError.toPrecision(3)} → ${best.state.expectedCalibrationError.toPrecision(3)} on ${predictions.rows} rows.`,
    );
    if (best.state.logLoss > before.logLoss) {
      ctx.log(
        'warn',
        'The correction makes the log loss no smaller: the model is calibrated as it is, or the rows are few.',
      );
    }
    const files: Record<string, string> = {};
    for (const { name } of model.manifest.files) {
      files[name] = join(ctx.workDir, name);
      if (name !== modelFiles.onnx && name !== 'model.json') await copyFile(model.path(name), files[name]);
    }
    // Behind an estimator in Python the correction stands in the manifest alone.
    if (manifest.python === undefined) {
      const fused = await appendCalibration(await readFile(model.path(modelFiles.onnx)), manifest, calibration);
      await writeFile(join(ctx.workDir, modelFiles.onnx), fused.bytes);
    }
    await writeFile(join(ctx.workDir, 'model.json'), `${JSON.stringify({ ...manifest, calibration })}\n`);
    const whole = measure(manifest, { ...predictions, scores: best.scores });
    const report = {
      task: manifest.task,
      rows: predictions.rows,
      label: manifest.label.column,
      classes: manifest.classes,
      ...whole,
      calibrated: { method: best.method, rows: predictions.rows, held: true, before, after: best.state },
      parity: null,
    };
    const path = join(ctx.workDir, 'report.json');
    await writeFile(path, `${JSON.stringify(report)}\n`);
    return {
      model: {
        type: 'model',
        files,
        meta: { ...model.manifest.meta, calibrated: { method: best.method, rows: table.digest, of: model.digest } },
      },
      report: {
        type: 'report',
        files: { 'report.json': path },
        meta: {
          task: manifest.task,
          rows: predictions.rows,
          metrics: {
            'before.logLoss': before.logLoss,
            'after.logLoss': best.state.logLoss,
            'before.expectedCalibrationError': before.expectedCalibrationError,
            'after.expectedCalibrationError': best.state.expectedCalibrationError,
          },
          method: best.method,
        },
      },
    };
  },
});

function suits(method: Calibration['method'], rows: number): boolean {
  return method !== 'isotonic' || rows >= fewestRowsOfIsotonic;
}

function requireClassifier({ task, ranking, calibration, trainer }: ModelManifest): void {
  const refuse = (message: string, fix: string) =>
    new AppError('params.invalid', message, { fix, details: { field: 'model' } });
  if (task === 'regression') {
    throw refuse('A regression has no probabilities to calibrate.', 'Connect a classifier.');
  }
  if (ranking !== undefined || trainer.kind === 'train.cluster') {
    throw refuse(`The scores of ${trainer.kind} are no probabilities of a label.`, 'Connect a classifier.');
  }
  if (calibration !== undefined) throw refuse('The model is calibrated already.', 'Connect the model before it.');
}

/** Scores of rows that the model has not learnt from. Errors: `features.lineage` for training rows. */
async function predictionsOf(
  ctx: Pick<StepContext, 'threads' | 'signal' | 'progress'>,
  model: InputArtifact,
  table: InputArtifact,
  manifest: ModelManifest,
): Promise<Predictions> {
  const { outOfFold } = table.manifest.meta as { outOfFold?: { model: string } };
  if (outOfFold !== undefined) {
    if (outOfFold.model !== model.digest) {
      throw new AppError('features.lineage', 'The predictions are of another model.', {
        fix: 'Connect Cross-validate and Calibrate to the same trainer.',
      });
    }
    return readPredictions(table, manifest, ctx.signal);
  }
  if (table.manifest.lineage === 'train' || table.digest === manifest.training.table) {
    throw new AppError('features.lineage', 'These are training rows: a model is too sure of what it has seen.', {
      fix: 'Connect rows of their own, or the predictions of a Cross-validate step behind the same model.',
    });
  }
  const session = await openModel(
    { manifest, path: (file) => model.path(file) },
    { threads: ctx.threads, label: 'the model' },
  );
  try {
    return await predictTable({
      session,
      manifest,
      table,
      signal: ctx.signal,
      onProgress: (done) => ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows' }),
    });
  } finally {
    await session.release();
  }
}

/** The columns that a cross-validation has written. */
async function readPredictions(
  table: InputArtifact,
  { classes, label }: ModelManifest,
  signal: AbortSignal,
): Promise<Predictions> {
  const isString = label.type === 'string';
  const indexOf = new Map<unknown, number>(classes.map((name, i) => [isString ? String(name) : Number(name), i]));
  const scores: number[] = [];
  const actual: number[] = [];
  const columns = [
    { name: label.column, type: isString ? ('string' as const) : ('float64' as const) },
    ...classes.map((name) => ({ name: `probability_${String(name)}`, type: 'float64' as const })),
  ];
  for await (const chunk of readColumns(table.path('data.parquet'), columns, { signal })) {
    const [labels, ...shares] = chunk.columns;
    for (let row = 0; row < chunk.rows; row++) {
      const index = indexOf.get(labels?.values[row]);
      if (index === undefined) continue;
      actual.push(index);
      for (const share of shares) scores.push(Number(share.values[row]));
    }
  }
  return {
    rows: actual.length,
    scores: Float32Array.from(scores),
    actual: Float64Array.from(actual),
    ordinals: Float64Array.from(actual.keys()),
    unlabelled: 0,
  };
}

function requireRows({ rows, actual }: Predictions, { label }: ModelManifest): void {
  if (rows < fewestRows) {
    throw new AppError('train.no-rows', `${rows} rows are too few to calibrate on; ${fewestRows} are needed.`, {
      fix: 'Give more rows, or the predictions of a Cross-validate step.',
    });
  }
  if (new Set(actual).size > 1) return;
  throw new AppError('train.one-class', `Every row to calibrate on has the same “${label.column}”.`, {
    fix: 'Give rows of every class.',
    details: { column: label.column },
  });
}

/** Each fifth of the rows corrected by what the other four say. */
function outOfFold(
  method: Calibration['method'],
  { rows, scores, actual }: Predictions,
  classes: number,
): Float32Array {
  const corrected = new Float32Array(scores.length);
  const select = (chosen: Uint32Array) =>
    Float32Array.from({ length: chosen.length * classes }, (_, i) => {
      const row = chosen[Math.floor(i / classes)] as number;
      return scores[row * classes + (i % classes)] as number;
    });
  for (const { train, valid } of divideRows(rows, 5, { method: 'stratified', values: actual, classes: true }, 1)) {
    const labels = Float64Array.from(train, (row) => actual[row] as number);
    const fitted = fitCalibration(method, select(train), labels, classes);
    const made = calibrateScores(fitted, select(valid), valid.length);
    valid.forEach((row, i) => {
      corrected.set(made.subarray(i * classes, (i + 1) * classes), row * classes);
    });
  }
  return corrected;
}
