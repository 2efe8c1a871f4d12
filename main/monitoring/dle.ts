import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';
import { createTreeScorer } from '../compute/trees/predict.ts';
import { trainTrees } from '../compute/trees/train.ts';
import { encoderOf } from '../compute/drift/encode-columns.ts';

/** Held-out rows of a regression. */
export interface RegressionReference {
  rows: number;
  columns: readonly ScalarColumn[];
  predictions: Float64Array;
  actual: Float64Array;
}

/** Expected loss of each row of a window, without its labels. */
export interface LossEstimator {
  expectedLosses(window: { rows: number; columns: readonly ScalarColumn[]; predictions: Float64Array }): {
    absolute: Float64Array;
    squared: Float64Array;
  };
}

const params = {
  trees: 60,
  leaves: 15,
  learningRate: 0.1,
  minRowsPerLeaf: 20,
  maxDepth: 0,
  l1: 0,
  l2: 0,
  minGainToSplit: 0,
  minChildWeight: 1e-3,
  rowSample: 1,
  columnSample: 1,
  validationShare: 0,
  patience: 0,
  maxBins: 255,
  seed: 1,
};

/**
 * Direct loss estimation: boosted trees learn the absolute and the squared error of held-out rows from their raw columns
 * and the prediction. Times are left out: they always move on.
 */
export async function fitLossEstimator(reference: RegressionReference, signal?: AbortSignal): Promise<LossEstimator> {
  const encoders = reference.columns.flatMap((column) => encoderOf(column) ?? []);
  const matrix = (window: { rows: number; columns: readonly ScalarColumn[]; predictions: Float64Array }) => [
    ...encoders.map(({ name, encode }) =>
      encode(
        window.columns.find((column) => column.name === name),
        window.rows,
      ),
    ),
    Float32Array.from(window.predictions),
  ];
  const columns = matrix(reference);
  const features = [...encoders.map(({ categories }) => ({ categories })), { categories: undefined }];
  const fit = async (loss: (error: number) => number) => {
    const targets = Float64Array.from(reference.actual, (value, i) =>
      loss(value - (reference.predictions[i] as number)),
    );
    const trained = await trainTrees({
      columns,
      features,
      task: 'regression',
      classes: 0,
      targets,
      params,
      threads: 1,
      ...(signal === undefined ? {} : { signal }),
    });
    return createTreeScorer(trained.model);
  };
  const absolute = await fit(Math.abs);
  const squared = await fit((error) => error * error);
  return {
    expectedLosses(window) {
      const values = matrix(window);
      const flat = new Float32Array(values.length * window.rows);
      values.forEach((column, i) => {
        flat.set(column, i * window.rows);
      });
      const atLeastZero = (losses: Float32Array) => Float64Array.from(losses, (loss) => Math.max(0, loss));
      return {
        absolute: atLeastZero(absolute.score(flat, window.rows)),
        squared: atLeastZero(squared.score(flat, window.rows)),
      };
    },
  };
}
