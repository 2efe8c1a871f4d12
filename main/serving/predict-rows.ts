import { AppError } from '../../shared/errors/app-error.ts';
import { type ClassLabel, intervalOutputs, type ModelManifest, scoreOutput } from '../../shared/model/signature.ts';
import { encodeRows } from '../compute/onnx/encode-rows.ts';
import { keysOfRows } from './enrich-request.ts';
import { type InferenceOptions, runInference } from './inference.ts';
import type { ServedModel } from './served-model.ts';
import type { ServingContext } from './serving-context.ts';
import { type Datatype, datatypeOfOrt, type Tensor, type TensorData } from './tensor.ts';

export interface Prediction {
  /** Classification: the class of the largest probability. */
  label: ClassLabel | null;
  /** Regression; null where there is none, as for a time that a forecast does not reach. */
  value: number | null;
  /** Forecast: what holds the value with the chance that was asked for; null where that was not tried. */
  interval?: { lower: number | null; upper: number | null };
  /** Probability of each class, in the order of the classes; of a recommendation the items in it, best first. */
  scores: { label: ClassLabel; score: number }[];
}

/** Predictions for rows of raw column values. Errors: `request.invalid`, those of `ServedModel.infer`. */
export async function predictRows(
  context: ServingContext,
  model: ServedModel,
  rows: readonly Record<string, unknown>[],
  id: string,
  options: InferenceOptions = {},
): Promise<Prediction[]> {
  const { manifest } = model;
  if (manifest === null) {
    throw new AppError('request.invalid', `Model "${model.name}" takes tensors only: its columns are not known.`, {
      fix: `Use POST /v2/models/${model.name}/infer.`,
    });
  }
  const inputs = encodePredictRows(rows, manifest);
  const names = predictOutputs(manifest);
  const requested = names.map((name) => ({ name, binary: false }));
  const keys = manifest.joined === undefined ? [] : keysOfRows(rows, manifest);
  const request = { id, inputs, keys, outputs: requested, timeoutMs: undefined, parameterKey: '' };
  const { outputs } = await runInference(context, model, request, options);
  return decodePredictions(outputs, manifest);
}

/** Per row the items that are recommended, best first: few of very many classes. */
function recommendations(
  values: Float32Array,
  rows: number,
  classes: readonly ClassLabel[],
  count: number,
): Prediction[] {
  return Array.from({ length: rows }, (_, row) => {
    const found: { item: number; score: number }[] = [];
    const from = row * classes.length;
    for (let item = 0; item < classes.length; item++) {
      const score = values[from + item] as number;
      if (score > 0) found.push({ item, score });
    }
    found.sort((a, b) => b.score - a.score);
    const scores = found.slice(0, count).map(({ item, score }) => ({ label: classes[item] as ClassLabel, score }));
    return { label: scores[0]?.label ?? classes[0] ?? null, value: null, scores };
  });
}

/** Rows of column values as the model's inputs. Errors: `request.invalid`. */
export function encodePredictRows(rows: readonly Record<string, unknown>[], manifest: ModelManifest): Tensor[] {
  const feeds = encodeRows(rows, manifest.inputs);
  return Object.entries(feeds).map(([name, tensor]) => ({
    name,
    datatype: datatypeOfOrt(tensor.type) as Datatype,
    shape: [...tensor.dims],
    data: tensor.data as TensorData,
  }));
}

/** Outputs that predictions are read from. */
function predictOutputs(manifest: ModelManifest): string[] {
  if (manifest.task !== 'regression') return ['probabilities'];
  return ['prediction', ...(manifest.forecast?.level === undefined ? [] : intervalOutputs)];
}

function finite(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** One prediction per row. */
function decodePredictions(outputs: readonly Tensor[], manifest: ModelManifest): Prediction[] {
  const name = scoreOutput(manifest.task);
  const tensor = outputs.find((output) => output.name === name);
  if (tensor === undefined) throw new AppError('serve.inference', `The model gave no output "${name}".`);
  const values = tensor.data as Float32Array;
  const rows = tensor.shape[0] as number;
  if (manifest.task === 'regression') {
    const [lower, upper] = intervalOutputs.map(
      (bound) => outputs.find((output) => output.name === bound)?.data as Float32Array | undefined,
    );
    return Array.from({ length: rows }, (_, row) => ({
      label: null,
      value: finite(values[row]),
      ...(lower === undefined ? {} : { interval: { lower: finite(lower[row]), upper: finite(upper?.[row]) } }),
      scores: [],
    }));
  }
  const { classes, ranking } = manifest;
  if (ranking !== undefined) return recommendations(values, rows, classes, ranking.count);
  return Array.from({ length: rows }, (_, row) => {
    let best = 0;
    const scores = classes.map((label, i) => {
      const score = values[row * classes.length + i] as number;
      if (score > (values[row * classes.length + best] as number)) best = i;
      return { label, score };
    });
    return { label: classes[best] ?? null, value: null, scores };
  });
}
