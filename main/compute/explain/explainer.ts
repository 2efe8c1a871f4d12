import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ExplainMethod, ScoreScale } from '../../../shared/model/explanation-report.ts';
import { type InputColumn, type ModelManifest, scoreOutput } from '../../../shared/model/signature.ts';
import { calibrateScores } from '../calibration/calibrate-scores.ts';
import { decodeLinear, scoreLinear } from '../linear/native-linear.ts';
import { featureTensorName, mergePipelines, readPipeline } from '../onnx/merge-pipelines.ts';
import { encodeModel } from '../onnx/proto.ts';
import { missingValues, rawTensor } from '../onnx/raw-inputs.ts';
import { openSession } from '../onnx/session.ts';
import { openModel } from '../scoring/open-model.ts';
import { createForestScorer, decodeForest } from '../trees/forest.ts';
import { decodeTrees } from '../trees/native-format.ts';
import { createTreeScorer } from '../trees/predict.ts';
import type { TreeModel } from '../trees/tree-model.ts';
import { attributionOf, toRawColumns } from './attribution.ts';
import type { ExplainOptions, Explanations } from './explanation.ts';
import { explainLinear } from './linear-shap.ts';
import { readRowSample } from './row-sample.ts';
import { sampledShap, scoredPerRow } from './sampled-shap.ts';
import { type Feeds, takeRows } from './tensor-rows.ts';
import { createTreeShap, hasLeafRows } from './tree-shap.ts';

export interface Explainer {
  readonly method: ExplainMethod;
  readonly scale: ScoreScale;
  /** What to know of the method for this model; undefined: nothing. */
  readonly note: string | undefined;
  /** Rows of the model that are scored to explain one row: 1, or for `sampling` many. */
  readonly scoredPerRow: number;
  /** @param feeds raw inputs, encoded as requests are; one tensor per input of the model */
  explain(feeds: Feeds, rows: number, options?: ExplainOptions): Promise<Explanations>;
  close(): Promise<void>;
}

export interface ExplainerSource {
  /** Named in errors. */
  label: string;
  manifest: ModelManifest;
  /** Absolute path of a file of the model artifact. */
  path(file: string): string;
  /** Threads of ONNX Runtime. */
  threads: number;
}

/** Background rows of `sampling`, and what one row may cost: with many columns there are fewer. */
const backgroundRows = 100;
const leastBackgroundRows = 10;
const scoredRowsLimit = 20_000;
/** Rows explained between two looks at the signal. */
const chunkRows = 1024;

/**
 * Explains the scores of a model by the columns a person gives. Trees and linear models are explained exactly, from their
 * own parameters; others by sampling. Errors: `artifact.corrupt`, `model.invalid`, `request.unsupported` (files are wanting).
 */
export async function openExplainer(source: ExplainerSource): Promise<Explainer> {
  const { manifest, label } = source;
  if (manifest.forecast !== undefined) {
    throw new AppError(
      'request.unsupported',
      `The predictions of ${label} cannot be explained: they are looked up by time.`,
      {
        fix: 'Look at the backtest of the Forecast step.',
      },
    );
  }
  switch (manifest.trainer.kind) {
    case 'train.anomaly':
    case 'train.ray':
    case 'train.trees': {
      if (manifest.trainer.params['trainer'] === 'torch') break;
      const model = decodeTrees(await readNative(source));
      if (!hasLeafRows(model)) break;
      const scorer = createTreeScorer(model);
      return openExact(source, treeExplanation(model, scaleOfTrees(model), scorer.score));
    }
    case 'train.forest': {
      const forest = decodeForest(await readNative(source));
      if (!hasLeafRows(forest.ensemble)) break;
      const scorer = createForestScorer(forest);
      const scale = forest.task === 'regression' ? 'prediction' : 'probability';
      return openExact(source, treeExplanation(forest.ensemble, scale, scorer.score));
    }
    case 'train.linear': {
      const model = decodeLinear(await readNative(source));
      const scale: ScoreScale =
        model.task === 'binary'
          ? 'log-odds'
          : model.task === 'multiclass'
            ? 'score'
            : model.link === 'log'
              ? 'log'
              : 'prediction';
      return openExact(source, {
        method: 'linear',
        scale,
        explain: (features, rows, output) => explainLinear(model, features, rows, output),
        score: (features, rows) => scoreLinear(model, features, rows),
      });
    }
  }
  const isOldTree = ['train.trees', 'train.forest', 'train.anomaly'].includes(manifest.trainer.kind);
  const note = isOldTree
    ? 'This model was trained by a version that did not keep what exact explanations need; train it again for those.'
    : undefined;
  return openSampling(source, note);
}

/** A model whose score, before its link, is explained from its features. */
interface ExactModel {
  method: 'tree' | 'linear';
  scale: ScoreScale;
  explain(features: Float32Array, rows: number, output: number): { base: number; contributions: Float64Array };
  /** @param features column-major */
  score(features: Float32Array, rows: number): Float32Array;
}

function treeExplanation(model: TreeModel, scale: ScoreScale, score: ExactModel['score']): ExactModel {
  const shap = createTreeShap(model);
  return {
    method: 'tree',
    scale,
    score,
    explain: (features, rows, output) => ({
      base: shap.base[output] as number,
      contributions: shap.explain(features, rows, output),
    }),
  };
}

function scaleOfTrees({ task, link }: TreeModel): ScoreScale {
  if (task === 'binary') return 'log-odds';
  if (task === 'multiclass') return 'score';
  return link === 'log' ? 'log' : 'prediction';
}

async function readNative({ path, label }: ExplainerSource): Promise<Uint8Array> {
  try {
    return await readFile(path('native.bin'));
  } catch (cause) {
    throw unsupported(label, 'its own parameters are not beside it', cause);
  }
}

function unsupported(label: string, why: string, cause?: unknown): AppError {
  return new AppError('request.unsupported', `The predictions of ${label} cannot be explained: ${why}.`, {
    fix: 'Serve it from the model registry, where a trained model keeps what explanations need.',
    cause,
  });
}

async function openExact(source: ExplainerSource, model: ExactModel): Promise<Explainer> {
  const { manifest, threads, label, path } = source;
  const pipeline = mergePipelines([await readPipeline({ digest: label, path })]);
  const session = await openSession(encodeModel(pipeline.model), {
    threads,
    label: 'the feature pipeline',
    silent: true,
  });
  const attribution = attributionOf(manifest.inputs, manifest.features);
  const { calibration } = manifest;
  return {
    method: model.method,
    scale: model.scale,
    note:
      calibration === undefined
        ? undefined
        : 'The probabilities of this model are calibrated; contributions are to the score before that.',
    scoredPerRow: 1,
    async explain(feeds, rows, { output, encoded = false, signal, onRow } = {}) {
      const result = emptyExplanations(attribution.columns, rows, manifest);
      const values = encoded ? new Float64Array(rows * pipeline.width) : undefined;
      for (let start = 0; start < rows; start += chunkRows) {
        await setImmediate();
        if (signal?.aborted === true) throw new AppError('run.cancelled', 'Cancelled.');
        const count = Math.min(chunkRows, rows - start);
        const indices = Int32Array.from({ length: count }, (_, i) => start + i);
        const outputs = await session.run(completeFeeds(pipeline.inputs, takeRows(feeds, indices), count));
        const features = columnMajor(
          pipeline.features.map(({ name, width }) => ({
            width,
            values: outputs[featureTensorName(name)]?.data as Float32Array,
          })),
          count,
        );
        const own = model.score(features, count);
        const scores = calibration === undefined ? own : calibrateScores(calibration, own, count);
        result.scores.set(scores, (start * scores.length) / count);
        const chosen = chosenOutputs(manifest, scores, count, output);
        result.outputs.set(chosen, start);
        for (const one of new Set(chosen)) {
          const rowsOfOne = indices.filter((_, i) => chosen[i] === one).map((row) => row - start);
          const { internal, sign, complement } = internalOutput(manifest, model.scale, one);
          const part = rowsOfOne.length === count ? features : takeMatrixRows(features, count, rowsOfOne);
          const { base, contributions } = model.explain(part, rowsOfOne.length, internal);
          const raw = toRawColumns(attribution, contributions, rowsOfOne.length);
          const width = attribution.columns.length;
          rowsOfOne.forEach((row, i) => {
            result.base[start + row] = complement + sign * base;
            for (let c = 0; c < width; c++) {
              result.contributions[(start + row) * width + c] = sign * (raw[i * width + c] as number);
            }
            if (values === undefined) return;
            for (let f = 0; f < pipeline.width; f++) {
              values[(start + row) * pipeline.width + f] = sign * (contributions[f * rowsOfOne.length + i] as number);
            }
          });
        }
        onRow?.(start + count);
      }
      return values === undefined
        ? result
        : { ...result, encoded: { names: attribution.encoded, contributions: values } };
    },
    close: () => session.release(),
  };
}

/** The output of a model with one score for both classes, and how its contributions are those of the class. */
function internalOutput(
  { task }: ModelManifest,
  scale: ScoreScale,
  output: number,
): { internal: number; sign: 1 | -1; complement: number } {
  if (task !== 'binary') return { internal: output, sign: 1, complement: 0 };
  if (output === 1) return { internal: 0, sign: 1, complement: 0 };
  return { internal: 0, sign: -1, complement: scale === 'probability' ? 1 : 0 };
}

async function openSampling(source: ExplainerSource, note: string | undefined): Promise<Explainer> {
  const { manifest, threads, label, path } = source;
  const { inputs } = manifest;
  const perRow = Math.max(1, 2 * (inputs.length - 1));
  const wanted = Math.max(leastBackgroundRows, Math.min(backgroundRows, Math.floor(scoredRowsLimit / perRow)));
  const background = await readRowSample(path('reference.parquet'), inputs, wanted).catch((cause: unknown) => {
    throw unsupported(label, 'no sample of its training rows is beside it', cause);
  });
  if (background.rows === 0) throw unsupported(label, 'the sample of its training rows is empty');
  const session = await openModel({ manifest, path }, { threads, label, silent: true });
  const output = scoreOutput(manifest.task);
  const width = Math.max(1, manifest.classes.length);
  const score = async (feeds: Record<string, Tensor>) => {
    const outputs = await session.run(feeds, [output]);
    return outputs[output]?.data as Float32Array;
  };
  return {
    method: 'sampling',
    scale: manifest.task === 'regression' ? 'prediction' : 'probability',
    note,
    scoredPerRow: scoredPerRow(inputs.length, background.rows),
    async explain(feeds, rows, { output: wantedOutput, signal, onRow } = {}) {
      const own = Object.fromEntries(inputs.map(({ name }) => [name, feeds[name] as Tensor]));
      const scores = await score(own);
      const chosen = chosenOutputs(manifest, scores, rows, wantedOutput);
      const found = await sampledShap({
        score,
        width,
        feeds: own,
        rows,
        outputs: chosen,
        background: background.feeds,
        backgroundRows: background.rows,
        signal,
        onRow,
      });
      const columns = inputs.map(({ name }) => name);
      return { ...emptyExplanations(columns, rows, manifest), ...found, scores, outputs: chosen };
    },
    close: () => session.release(),
  };
}

function emptyExplanations(columns: string[], rows: number, { classes }: ModelManifest): Explanations {
  return {
    rows,
    columns,
    scores: new Float32Array(rows * Math.max(1, classes.length)),
    outputs: new Int32Array(rows),
    base: new Float64Array(rows),
    contributions: new Float64Array(rows * columns.length),
    standardErrors: undefined,
    encoded: undefined,
  };
}

/** Per row: the class that is explained. */
function chosenOutputs(
  { task, classes }: ModelManifest,
  scores: Float32Array,
  rows: number,
  output: number | undefined,
): Int32Array {
  if (task === 'regression') return new Int32Array(rows);
  if (output !== undefined) return new Int32Array(rows).fill(output);
  if (task === 'binary') return new Int32Array(rows).fill(1);
  const width = classes.length;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let c = 1; c < width; c++) {
      if ((scores[row * width + c] as number) > (scores[row * width + best] as number)) best = c;
    }
    return best;
  });
}

/** Inputs that the pipeline has and the model does without are missing: nothing that is used depends on them. */
function completeFeeds(
  inputs: readonly InputColumn[],
  feeds: Record<string, Tensor>,
  rows: number,
): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map((input) => [input.name, feeds[input.name] ?? rawTensor(missingValues(input, rows), rows)]),
  );
}

/** Features of a batch side by side, column-major. */
function columnMajor(features: readonly { width: number; values: Float32Array }[], rows: number): Float32Array {
  const result = new Float32Array(rows * features.reduce((sum, { width }) => sum + width, 0));
  let first = 0;
  for (const { width, values } of features) {
    for (let c = 0; c < width; c++) {
      for (let row = 0; row < rows; row++) result[(first + c) * rows + row] = values[row * width + c] as number;
    }
    first += width;
  }
  return result;
}

/** Some rows of a column-major matrix. */
function takeMatrixRows(matrix: Float32Array, rows: number, taken: ArrayLike<number>): Float32Array {
  const count = taken.length;
  const result = new Float32Array((matrix.length / rows) * count);
  for (let at = 0; at < result.length; at++) {
    result[at] = matrix[Math.floor(at / count) * rows + (taken[at % count] as number)] as number;
  }
  return result;
}
