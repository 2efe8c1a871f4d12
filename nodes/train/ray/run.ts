import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { runScript, type ScriptWords } from '../../../main/compute/python/run-script.ts';
import { treesFromLightGbm } from '../../../main/compute/trees/from-lightgbm.ts';
import { gainImportance } from '../../../main/compute/trees/importance.ts';
import { encodeTrees } from '../../../main/compute/trees/native-format.ts';
import { addTreeEnsemble } from '../../../main/compute/trees/to-onnx.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import { type ModelManifest, modelManifestSchema } from '../../../shared/model/signature.ts';
import { type ArtifactDraft, implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { adoptOnnx } from '../../lib/adopt-onnx.ts';
import { fitTrees } from '../../lib/fit-trees.ts';
import { type Fold, holdOut } from '../../lib/folds.ts';
import { loadNativeScorer } from '../../lib/native-scorer.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { writeFitted } from '../../lib/run-trainer.ts';
import { readTrainingInputs, type TrainingInputs } from '../../lib/training-data.ts';
import { measure } from '../evaluate/measure.ts';
import { treesNode } from '../trees/definition.ts';
import { rayNode } from './definition.ts';
import { type DividedRows, divideTrainingRows } from './divide-training-rows.ts';

type Params = z.output<typeof rayNode.params>;
type Context = StepContext<Params>;

const exchange = fileURLToPath(new URL('./distributed.py', import.meta.url));
const estimator = fileURLToPath(new URL('../python/estimator.py', import.meta.url));
/** Of scores, relative to the largest where that is above 1. */
const tolerance = 1e-4;
/** Ray maps far more than it uses; a limit would end it. */
const noMemoryLimitMb = 4_194_304;

const words: ScriptWords = {
  lessMemory: 'use more workers',
  missing: (name) => ({
    use: 'which training on several workers needs',
    install: name === 'ray' || name === 'ray.train' ? '"ray[train]"' : name,
  }),
};

export const runner = implementNode(rayNode, {
  async run(ctx) {
    const data = await readTrainingInputs(ctx, { inMemory: false });
    const { labels, table } = data;
    const weights = await readRowWeights({ table, column: ctx.params.weight, labels, ctx });
    const rows = holdOut(labels.values.length, ctx.params.validation, 'random', ctx.params.seed);
    const compared = comparedRows(rows.train.length, ctx.params);
    const isTorch = ctx.params.trainer === 'torch';
    const divided = await divideTrainingRows(ctx, data, {
      rows,
      files: { train: fileOf(ctx, 'x'), held: fileOf(ctx, 'held') },
      // A module of one worker takes its rows from the file.
      compared: isTorch ? new Uint32Array() : compared,
    });
    const started = performance.now();
    const { bytes, said } = await trainOnRay(ctx, data, weights, { ...rows, compared });
    const seconds = (performance.now() - started) / 1000;
    const { interpreter: _interpreter, ...kept } = ctx.params;
    const trainer = { kind: rayNode.kind, params: kept };
    const model = isTorch
      ? await adoptOnnx({
          ctx,
          data: { ...data, columns: divided.first },
          bytes,
          label: 'The module',
          output: '',
          scores: 'auto',
          trainer,
        })
      : await writeTrees(ctx, data, bytes, trainer);
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.files['model.json'] ?? '', 'utf8')));
    const native = await readFile(model.files['native.bin'] ?? '');
    const scores = await loadNativeScorer(manifest, native).score(divided.held, rows.valid.length);
    if (!isTorch) requireSameScores(scores, said);
    const places = compared.map((place) => rows.train[place] as number);
    const alone = isTorch ? said : await scoresOfOwnTrees(ctx, data, weights, places, divided);
    return { model, report: await reportOf(ctx, { data, manifest, rows, scores, alone, seconds }) };
  },

  probe: ({ params, baseDir, signal }) => environmentDigest(interpreterOf(params.interpreter, baseDir), signal),
});

/**
 * What Ray made: ONNX of a module, or the dump of trees; and what the trees, or the module that one worker trained, say of the
 * held-out rows.
 */
async function trainOnRay(
  ctx: Context,
  data: TrainingInputs,
  weights: Float32Array | undefined,
  { train, compared }: Fold & { compared: Uint32Array },
): Promise<{ bytes: Buffer; said: Float32Array | undefined }> {
  const { params } = ctx;
  const { labels, pipeline } = data;
  const file = (name: string) => fileOf(ctx, name);
  await writeFile(
    file('y'),
    Float64Array.from(train, (row) => labels.values[row] as number),
  );
  if (weights !== undefined)
    await writeFile(
      file('weights'),
      Float32Array.from(train, (row) => weights[row] as number),
    );
  const isTorch = params.trainer === 'torch';
  const single = isTorch && compared.length > 0;
  if (single) await writeFile(file('single'), compared);
  const values = {
    x: file('x'),
    y: file('y'),
    weights: weights === undefined ? null : file('weights'),
    rows: train.length,
    width: pipeline.width,
    features: pipeline.features.map(({ name }) => name),
    classes: labels.classes,
    task: labels.task,
    model: file('model'),
    trainer: params.trainer,
    address: process.env['RAY_ADDRESS'] ?? null,
    workers: params.workers,
    cpus: params.cpusPerWorker,
    gpus: isTorch ? params.gpusPerWorker : 0,
    settings: isTorch
      ? {
          learningRate: params.learningRate,
          epochs: params.epochs,
          batchRows: params.batchRows,
          largestPart: train.length,
        }
      : lightGbmSettings(params, data),
    estimator,
    single: single ? file('single') : null,
    held: file('held'),
    scores: file('scores'),
  };
  const script = isTorch ? params.script : 'pass\n';
  await runScript({ ...ctx, params: { ...params, script, memoryMb: noMemoryLimitMb } }, { exchange, values, words });
  const bytes = await readFile(file('model'));
  if (isTorch && !single) return { bytes, said: undefined };
  const said = await readFile(file('scores'));
  return { bytes, said: new Float32Array(said.buffer.slice(said.byteOffset, said.byteOffset + said.byteLength)) };
}

/** Trees that were read from LightGBM say what they said there. Throws `model.invalid`. */
function requireSameScores(scores: Float32Array, said: Float32Array | undefined): void {
  let scale = 1;
  let difference = 0;
  scores.forEach((score, i) => {
    const there = said?.[i] ?? Number.NaN;
    scale = Math.max(scale, Math.abs(there));
    difference = Math.max(difference, Math.abs(score - there));
  });
  difference /= scale;
  if (said?.length === scores.length && difference <= tolerance) return;
  throw new AppError('model.invalid', `The trees say something else than LightGBM did: they differ by ${difference}.`, {
    fix: 'Use a version of LightGBM from 4.0 on, or Boosted trees.',
  });
}

/** Names of LightGBM's parameters. */
function lightGbmSettings(params: Params, { labels, pipeline }: TrainingInputs): Record<string, unknown> {
  let column = 0;
  const categorical: number[] = [];
  for (const { width, categories } of pipeline.features) {
    if (width === 1 && categories !== undefined) categorical.push(column);
    column += width;
  }
  return {
    objective: labels.task,
    ...(labels.task === 'multiclass' ? { num_class: labels.classes.length } : {}),
    trees: params.trees,
    num_leaves: params.leaves,
    learning_rate: params.learningRate,
    min_data_in_leaf: params.minRowsPerLeaf,
    num_threads: params.cpusPerWorker,
    max_bin: 255,
    seed: params.seed,
    deterministic: true,
    force_col_wise: true,
    verbosity: -1,
    categorical,
  };
}

async function writeTrees(
  ctx: Context,
  data: TrainingInputs,
  dump: Buffer,
  trainer: ModelManifest['trainer'],
): Promise<ArtifactDraft> {
  let model: ReturnType<typeof treesFromLightGbm>;
  try {
    model = treesFromLightGbm(JSON.parse(dump.toString('utf8')), data.labels.task, data.pipeline.width);
  } catch (cause) {
    throw new AppError('model.invalid', `The trees of LightGBM cannot be read: ${String(cause)}`, {
      fix: 'Use a version of LightGBM from 4.0 on.',
      cause,
    });
  }
  return writeFitted(
    ctx,
    data,
    {
      native: encodeTrees(model),
      build: (builder, input) => addTreeEnsemble(builder, model, input),
      curve: { metric: labelsMetric(data), train: [], valid: [] },
      importance: gainImportance(model),
      notes: [],
    },
    trainer,
  );
}

function labelsMetric({ labels }: TrainingInputs): string {
  return labels.task === 'regression' ? 'rmse' : 'logLoss';
}

/** Places of the training rows that one machine is given as well, ascending: at random, as a table is often sorted. */
function comparedRows(rows: number, { compareRows, seed }: Params): Uint32Array {
  if (compareRows === 0) return new Uint32Array();
  return compareRows >= rows
    ? Uint32Array.from({ length: rows }, (_, row) => row)
    : holdOut(rows, compareRows / rows, 'random', seed).valid;
}

/** Our own trees with the same settings, of as many rows as one machine is given: `rows`, among those that have a label. */
async function scoresOfOwnTrees(
  ctx: Context,
  { pipeline, labels }: TrainingInputs,
  weights: Float32Array | undefined,
  rows: Uint32Array,
  { compared, held }: DividedRows,
): Promise<Float32Array | undefined> {
  const { trees, leaves, learningRate, minRowsPerLeaf, seed } = ctx.params;
  if (rows.length === 0) return undefined;
  ctx.progress({ done: 0, total: trees, unit: 'trees', message: 'Training on one machine, to compare' });
  const fitted = await fitTrees({
    columns: compared,
    features: pipeline.features,
    targets: {
      ...labels,
      values: Float64Array.from(rows, (row) => labels.values[row] as number),
      weights: weights === undefined ? undefined : Float32Array.from(rows, (row) => weights[row] as number),
    },
    params: treesNode.params.parse({ trees, leaves, learningRate, minRowsPerLeaf, seed, task: labels.task }),
    hooks: {
      ...ctx,
      onProgress: (done, total, unit) =>
        ctx.progress({ done, total, unit, message: 'Training on one machine, to compare' }),
      onCurve: () => undefined,
    },
  });
  return loadNativeScorer({ trainer: { kind: treesNode.kind, params: {} } }, fitted.native).score(
    held,
    held.length / pipeline.width,
  );
}

interface Measured {
  data: TrainingInputs;
  manifest: ModelManifest;
  rows: Fold;
  scores: Float32Array;
  /** Of the model that one machine trained. */
  alone: Float32Array | undefined;
  seconds: number;
}

async function reportOf(
  ctx: Context,
  { data, manifest, rows, scores, alone, seconds }: Measured,
): Promise<ArtifactDraft> {
  const { labels } = data;
  const of = (said: Float32Array) =>
    measure(manifest, {
      rows: rows.valid.length,
      scores: said,
      actual: Float64Array.from(rows.valid, (row) => labels.values[row] as number),
      ordinals: Float64Array.from(rows.valid),
      unlabelled: 0,
    });
  const { warnings, ...whole } = of(scores);
  for (const warning of warnings) ctx.log('warn', warning);
  const single = alone === undefined ? {} : of(alone).metrics;
  const metrics: Record<string, number> = { ...whole.metrics };
  for (const [name, value] of Object.entries(single)) metrics[`single.${name}`] = value;
  const name = labelsMetric(data);
  const [ours, theirs] = [single[name], whole.metrics[name]];
  if (ours !== undefined && theirs !== undefined) {
    const text = `${name} on held-out rows: ${theirs.toPrecision(4)} on ${ctx.params.workers} workers, ${ours.toPrecision(4)} on one machine.`;
    ctx.log('info', text);
  }
  const report: EvaluationReport = {
    task: manifest.task,
    rows: rows.valid.length,
    label: manifest.label.column,
    classes: manifest.classes,
    ...whole,
    metrics,
    parity: null,
  };
  const path = join(ctx.workDir, 'report.json');
  await writeFile(path, `${JSON.stringify(report)}\n`);
  return {
    type: 'report',
    files: { 'report.json': path },
    meta: {
      task: report.task,
      rows: report.rows,
      metrics,
      trainedRows: rows.train.length,
      workers: ctx.params.workers,
      comparedRows: alone === undefined ? 0 : Math.min(ctx.params.compareRows, rows.train.length),
      seconds,
    },
  };
}

/** What Python is given and gives lies beside its script. */
function fileOf({ workDir }: Context, name: string): string {
  return join(workDir, `python-${name}`);
}
