import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import { binMatrix, type FeatureInput } from './binning.ts';
import { TreeGrower } from './grow.ts';
import { KernelPool } from './kernels/pool.ts';
import { lossName, Objective, type RegressionLoss } from './objective.ts';
import { largestRelevance } from './ranking.ts';
import { sampleIndices, uniformAt } from './random.ts';
import type { Tree, TreeModel } from './tree-model.ts';

export interface TreeParams {
  /** Boosting iterations; a multiclass model has one tree per class and iteration. */
  trees: number;
  /** Largest number of leaves of a tree, ≥ 2. */
  leaves: number;
  learningRate: number;
  minRowsPerLeaf: number;
  /** 0 for no limit. */
  maxDepth: number;
  l1: number;
  l2: number;
  minGainToSplit: number;
  /** Smallest sum of hessians of a leaf. */
  minChildWeight: number;
  /** Share of the rows each iteration is grown on, drawn anew, 0 < x ≤ 1. */
  rowSample: number;
  /** Share of the features each tree sees, 0 < x ≤ 1. */
  columnSample: number;
  /** Share of the rows kept out to watch the loss, 0 ≤ x < 1. */
  validationShare: number;
  /** Iterations without a better validation loss after which training stops; 0 never stops. */
  patience: number;
  /** 2 … 255. */
  maxBins: number;
  seed: number;
}

export interface TrainOptions {
  /** One column of `targets.length` values per feature; NaN is missing. */
  columns: readonly Float32Array[];
  features: readonly FeatureInput[];
  task: Task;
  /** Number of classes; 0 for regression. */
  classes: number;
  /** Per row: class index or finite target. */
  targets: Float64Array;
  /** Of a regression; default squared error. */
  loss?: RegressionLoss | undefined;
  /** Per row, ≥ 0; undefined for 1. */
  weights?: Float32Array | undefined;
  params: TreeParams;
  threads: number;
  /** Memory of the leaf histograms; default 512 MiB. Less costs time, not quality. */
  histogramBytes?: number;
  signal?: AbortSignal;
  /** After each iteration. */
  onIteration?: (state: { done: number; curve: Curve }) => void;
}

/** Loss after each iteration; `valid` is empty without a validation part. */
export interface Curve {
  metric: string;
  train: number[];
  valid: number[];
}

export interface TrainResult {
  /** Trees up to the iteration with the best validation loss, or all of them. */
  model: TreeModel;
  curve: Curve;
}

const streams = { validation: 1, rows: 2, columns: 1_000_003 };

/**
 * Gradient boosting with histograms, leaf by leaf, in the manner of LightGBM (Ke et al., 2017). Equal arguments give
 * equal bits, whatever `threads` is. The event loop runs between iterations. Errors: `run.cancelled`,
 * `step.out-of-memory`, `train.bad-label`, `train.no-rows`.
 */
export async function trainTrees(options: TrainOptions): Promise<TrainResult> {
  const { columns, features, task, classes, params, signal } = options;
  requireTrainable(options);
  await using pool = await KernelPool.open(options.threads);
  const sourceRows = options.targets.length;
  const queries = options.loss?.type === 'ranking' ? options.loss.groups : undefined;
  const { order, trainRows } = holdOut(sourceRows, params, queries);
  const reorder = <T extends Float32Array | Float64Array>(values: T, empty: (length: number) => T): T => {
    if (order === undefined) return values;
    const reordered = empty(values.length);
    for (let row = 0; row < values.length; row++) reordered[row] = values[order[row] as number] as number;
    return reordered;
  };
  const { weights } = options;
  const binned = binMatrix(pool, {
    columns,
    order,
    fitRows: trainRows,
    features,
    maxBins: params.maxBins,
  });
  const objective = new Objective(pool, {
    task,
    classes,
    targets: reorder(options.targets, (length) => new Float64Array(length)),
    weights: weights === undefined ? undefined : reorder(weights, (length) => new Float32Array(length)),
    trainRows,
    loss:
      queries === undefined || order === undefined
        ? options.loss
        : { type: 'ranking', groups: Uint32Array.from(order, (row) => queries[row] as number) },
  });
  const grower = new TreeGrower(pool, binned, trainRows, {
    ...params,
    histogramBytes: options.histogramBytes ?? 2 ** 29,
    maxDepth: params.maxDepth === 0 ? Number.POSITIVE_INFINITY : params.maxDepth,
    monotone: features.some(({ monotone }) => monotone !== undefined)
      ? features.map(({ monotone }) => monotone ?? 0)
      : undefined,
  });
  const { renewLeaf } = objective;
  const validRows = sourceRows - trainRows;
  const curve: Curve = { metric: lossName(task, options.loss), train: [], valid: [] };
  const trees: Tree[] = [];
  let bestLoss = Number.POSITIVE_INFINITY;
  let bestIteration = 0;
  let { scale } = objective.computeGradients();
  for (let iteration = 0; iteration < params.trees; iteration++) {
    await setImmediate();
    if (signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const grown: Tree[] = [];
    const sampled = sampleRowNumbers(trainRows, params, iteration);
    for (let output = 0; output < objective.outputs; output++) {
      const rows = grower.rowNumbers(sampled?.length ?? trainRows);
      if (sampled === undefined) for (let row = 0; row < trainRows; row++) rows[row] = row;
      else rows.set(sampled);
      const used = sampleColumns(features.length, params, iteration * objective.outputs + output);
      const tree = grower.grow(rows.length, used, objective.gradients(output), scale, renewLeaf);
      const scores = objective.scores(output);
      if (sampled === undefined) {
        grower.addToScores(tree, scores);
        grower.addToOtherScores(tree, scores, trainRows, validRows);
      } else {
        grower.addToOtherScores(tree, scores, 0, sourceRows);
      }
      grown.push(tree);
    }
    const isExhausted = params.rowSample === 1 && params.columnSample === 1;
    if (isExhausted && grown.every((tree) => tree.feature.length === 0)) break;
    trees.push(...grown);
    const next = objective.computeGradients();
    scale = next.scale;
    curve.train.push(next.loss);
    if (validRows > 0) {
      const loss = objective.lossOf(trainRows, validRows);
      curve.valid.push(loss);
      if (loss < bestLoss) {
        bestLoss = loss;
        bestIteration = iteration;
      }
    }
    options.onIteration?.({ done: iteration + 1, curve });
    if (validRows > 0 && params.patience > 0 && iteration - bestIteration >= params.patience) break;
  }
  const kept = validRows > 0 && params.patience > 0 ? (bestIteration + 1) * objective.outputs : trees.length;
  const link = task === 'regression' && options.loss?.type === 'poisson' ? 'log' : 'identity';
  const model = { task, features: features.length, link, base: objective.base, trees: trees.slice(0, kept) } as const;
  return { model, curve };
}

function requireTrainable({ columns, features, targets, task, loss, weights }: TrainOptions): void {
  if (targets.length === 0) {
    throw new AppError('train.no-rows', 'There are no rows to train on.', {
      fix: 'Look at the filter or the split before this step.',
    });
  }
  const isWhole = columns.length === features.length && columns.every((column) => column.length === targets.length);
  if (!isWhole || columns.length === 0) {
    throw new RangeError(`${columns.length} columns for ${features.length} features of ${targets.length} rows`);
  }
  if (weights?.every((weight) => weight === 0) === true) {
    throw new AppError('train.no-rows', 'Every row has the weight 0: there is nothing to train on.', {
      fix: 'Look at the weight column.',
    });
  }
  if (task === 'regression' && loss !== undefined) requireTargetsOf(loss, targets);
  const limit = 1e37;
  if (task === 'regression' && targets.some((target) => Math.abs(target) > limit)) {
    throw new AppError('train.bad-label', `The label has values beyond ±${limit}, which float32 scores cannot hold.`, {
      fix: 'Scale the label, or drop such rows, in an SQL step.',
    });
  }
}

function requireTargetsOf(loss: RegressionLoss, targets: Float64Array): void {
  if (loss.type === 'poisson' && (targets.some((target) => target < 0) || targets.every((target) => target === 0))) {
    throw new AppError('train.bad-label', 'The Poisson loss needs counts: 0 or more, and not all 0.', {
      fix: 'Choose a label of counts, or the squared error.',
    });
  }
  const isRelevance = (target: number) => Number.isInteger(target) && target >= 0 && target <= largestRelevance;
  if (loss.type === 'ranking' && !targets.every(isRelevance)) {
    throw new AppError('train.bad-label', `Ranking needs a relevance: a whole number from 0 to ${largestRelevance}.`, {
      fix: 'Turn the label into grades of relevance in an SQL step.',
    });
  }
}

/** Training rows first, then those kept out, each in their order; no order when none is kept out. */
function holdOut(
  rows: number,
  params: TreeParams,
  queries: Uint32Array | undefined,
): { order: Uint32Array | undefined; trainRows: number } {
  if (params.validationShare <= 0) return { order: undefined, trainRows: rows };
  // A query is kept out as a whole.
  const isHeldOut = (row: number) =>
    uniformAt(params.seed, streams.validation, queries?.[row] ?? row) < params.validationShare;
  const order = new Uint32Array(rows);
  let trainRows = 0;
  for (let row = 0; row < rows; row++) if (!isHeldOut(row)) order[trainRows++] = row;
  if (trainRows === 0 || trainRows === rows) return { order: undefined, trainRows: rows };
  let at = trainRows;
  for (let row = 0; row < rows; row++) if (isHeldOut(row)) order[at++] = row;
  return { order, trainRows };
}

/** Ascending numbers of the rows of an iteration, at least one; undefined for all. */
function sampleRowNumbers(rows: number, params: TreeParams, iteration: number): Uint32Array | undefined {
  if (params.rowSample >= 1) return undefined;
  const taken = new Uint32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    if (uniformAt(params.seed + iteration, streams.rows, row) < params.rowSample) taken[count++] = row;
  }
  return taken.slice(0, Math.max(1, count));
}

function sampleColumns(features: number, params: TreeParams, tree: number): number[] {
  if (params.columnSample >= 1) return Array.from({ length: features }, (_, index) => index);
  const count = Math.max(1, Math.round(features * params.columnSample));
  return sampleIndices(params.seed, streams.columns + tree, features, count);
}
