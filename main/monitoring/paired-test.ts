import { dirname, join } from 'node:path';
import { type ModelManifest, scoreOutput } from '../../shared/model/signature.ts';
import { runBatches } from '../compute/onnx/run-batches.ts';
import { openModel } from '../compute/scoring/open-model.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import { labelledSample } from './cbpe.ts';
import { classMetrics, type ScoreOrders, scoreOrders } from './class-performance.ts';
import { drawWeights } from './confidence-band.ts';
import { higherIsBetter } from './performance-reference.ts';

/** Two models on the same rows. Positive differences favour the challenger, whatever the metric. */
export interface PairedComparison {
  metric: string;
  rows: number;
  champion: number;
  challenger: number;
  difference: number;
  /** 95 % of the drawn differences. */
  low: number;
  high: number;
  /** Of the difference, from the draws. */
  standardError: number;
  /** Share of draws in which the challenger was not better. */
  pValue: number;
}

export interface ScoredRows {
  /** Probabilities [rows, classes] row-major, or predictions [rows]. */
  scores: Float64Array;
  /** Index of the class, or the target. */
  actual: Float64Array;
}

const repetitions = 400;

/** Rows of one run of a model: the thread is blocked for no longer than they take. */
const chunkRows = 256;

/** Scores every row of a Parquet file of raw columns. Errors: those of `openSession` and `readColumns`. */
export async function scoreFile(
  modelPath: string,
  manifest: ModelManifest,
  path: string,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const model = { manifest, path: (file: string) => join(dirname(modelPath), file) };
  const session = await openModel(model, { threads: 1, label: 'the model' });
  const output = scoreOutput(manifest.task);
  const parts: number[] = [];
  try {
    const options = {
      inputs: manifest.inputs,
      outputs: [output],
      chunkRows,
      ...(signal === undefined ? {} : { signal }),
    };
    for await (const batch of runBatches(session, path, options)) {
      parts.push(...((batch.outputs[output]?.data ?? []) as Float32Array));
    }
  } finally {
    await session.release();
  }
  return Float64Array.from(parts);
}

/**
 * Paired bootstrap: both models are measured on the same rows, drawn again and again with replacement. Scores and labels
 * have the same length; `classes` is 0 for a regression.
 */
export function comparePaired(
  metric: string,
  classes: number,
  actual: Float64Array,
  champion: Float64Array,
  challenger: Float64Array,
): PairedComparison {
  const rows = actual.length;
  const sign = higherIsBetter(metric) ? 1 : -1;
  const first = measurer(metric, classes, { actual, scores: champion });
  const second = measurer(metric, classes, { actual, scores: challenger });
  const difference = sign * (second() - first());
  const random = uniformGenerator(rows);
  const drawn = Float64Array.from({ length: repetitions }, () => {
    const weights = drawWeights(rows, random);
    return sign * (second(weights) - first(weights));
  }).sort();
  const notBetter = drawn.filter((value) => !(value > 0)).length;
  return {
    metric,
    rows,
    champion: first(),
    challenger: second(),
    difference,
    low: drawn[Math.floor(0.025 * (repetitions - 1))] as number,
    high: drawn[Math.ceil(0.975 * (repetitions - 1))] as number,
    standardError: deviationOf(drawn),
    pValue: (notBetter + 1) / (repetitions + 1),
  };
}

function deviationOf(values: Float64Array): number {
  const finite = values.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  return Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, finite.length - 1));
}

function measurer(metric: string, classes: number, { actual, scores }: ScoredRows): (weights?: Uint32Array) => number {
  if (classes === 0) {
    const losses = actual.map((value, i) => {
      const error = Math.abs(value - (scores[i] as number));
      return metric === 'rmse' ? error * error : error;
    });
    return (weights) => {
      const sum = losses.reduce((total, loss, i) => total + loss * (weights?.[i] ?? 1), 0);
      return metric === 'rmse' ? Math.sqrt(sum / losses.length) : sum / losses.length;
    };
  }
  const sample = labelledSample({ rows: actual.length, classes, scores, actual });
  const orders: ScoreOrders = scoreOrders(sample);
  return (weights) => classMetrics(sample, orders, weights)[metric] ?? Number.NaN;
}
