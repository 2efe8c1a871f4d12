import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type Task, taskSchema } from '../../../shared/model/signature.ts';
import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';
import { binMatrix, type FeatureInput } from './binning.ts';
import { ForestSplitter } from './forest-splitter.ts';
import { TreeGrower } from './grow.ts';
import { gradientScale } from './histogram.ts';
import { KernelPool } from './kernels/pool.ts';
import { decodeTrees, encodeTrees } from './native-format.ts';
import { createTreeScorer, type TreeScorer } from './predict.ts';
import { uniformAt } from './random.ts';
import { addTreeEnsemble } from './to-onnx.ts';
import type { Tree, TreeModel } from './tree-model.ts';

export interface ForestParams {
  trees: number;
  leaves: number;
  /** 0 for no limit. */
  maxDepth: number;
  minRowsPerLeaf: number;
  /** Share of the features each node looks at, 0 < x ≤ 1. */
  featureShare: number;
  /** Draw as many rows as there are with replacement for each tree; else each sees all. */
  bootstrap: boolean;
  extra: boolean;
  maxBins: number;
  seed: number;
}

export interface ForestOptions {
  /** One column of `targets.length` values per feature; NaN is missing. */
  columns: readonly Float32Array[];
  features: readonly FeatureInput[];
  task: Task;
  classes: number;
  /** Per row: class index or finite target. */
  targets: Float64Array;
  /** Per row, > 0; undefined for 1. */
  weights?: Float32Array | undefined;
  params: ForestParams;
  threads: number;
  histogramBytes: number;
  signal: AbortSignal;
  /** After each tree; `loss` is that of the rows a tree has not seen, by the trees that have not seen them. */
  onTree(done: number, losses: readonly number[]): void;
}

export interface ForestModel {
  task: Task;
  /**
   * Averages as a regression ensemble: leaf values are divided by the number of trees. One output: the mean target, or
   * the share of the second class; more than two classes: one output per class, normalised to a sum of 1.
   */
  ensemble: TreeModel;
}

export interface ForestResult {
  model: ForestModel;
  /** Out-of-bag loss after each tree (cross-entropy, or root mean squared error); empty without bootstrap. */
  losses: number[];
  /** Out-of-bag accuracy or R²; undefined without bootstrap or when no row was left out. */
  outOfBagScore: number | undefined;
}

const bagStream = 21;
/** Keeps normalised shares defined where every tree says 0. */
const leastShare = 1e-7;

/**
 * Random forest, or extra trees, on histograms. A tree fits means by squared error; for a class that is its share, and
 * the decrease of squared error half that of the Gini impurity. Equal arguments give equal bits whatever `threads` is.
 * Errors: `run.cancelled`, `step.out-of-memory`.
 */
export async function trainForest(options: ForestOptions): Promise<ForestResult> {
  const { columns, features, task, classes, targets, weights, params, signal } = options;
  await using pool = await KernelPool.open(options.threads);
  const rows = targets.length;
  const outputs = task === 'multiclass' ? classes : 1;
  const matrix = binMatrix(pool, { columns, order: undefined, fitRows: rows, features, maxBins: params.maxBins });
  const scores = pool.allocate(rows * 8);
  const gradients = pool.allocate(rows * 8);
  const featuresPerNode = Math.max(1, Math.round(params.featureShare * features.length));
  const grower = new TreeGrower(
    pool,
    matrix,
    rows,
    {
      leaves: params.leaves,
      maxDepth: params.maxDepth === 0 ? Number.POSITIVE_INFINITY : params.maxDepth,
      minRowsPerLeaf: params.minRowsPerLeaf,
      minChildWeight: 0,
      minGainToSplit: 0,
      l1: 0,
      l2: 0,
      learningRate: 1 / params.trees,
      histogramBytes: options.histogramBytes,
    },
    (finder, histograms) =>
      new ForestSplitter(finder, histograms, matrix, {
        featuresPerNode,
        extra: params.extra,
        minRowsPerLeaf: params.minRowsPerLeaf,
        seed: params.seed,
      }),
  );
  const base = task === 'regression' ? Math.fround(meanOf(targets)) : 0;
  const outOfBag = new OutOfBag(options, outputs, base);
  const used = features.map((_, index) => index);
  const trees: Tree[] = [];
  const losses: number[] = [];
  for (let round = 0; round < params.trees; round++) {
    await setImmediate();
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const drawn = params.bootstrap ? drawRows(rows, params.seed, round) : undefined;
    for (let output = 0; output < outputs; output++) {
      const scale = quantise(pool.i32(gradients, rows * 2), { task, targets, weights, base, output });
      const numbers = grower.rowNumbers(rows);
      if (drawn === undefined) for (let row = 0; row < rows; row++) numbers[row] = row;
      else fillNumbers(numbers, drawn);
      const tree = grower.grow(rows, used, gradients, scale);
      trees.push(tree);
      if (drawn === undefined) continue;
      pool.f64(scores, rows).fill(0);
      grower.addToOtherScores(tree, scores, 0, rows);
      outOfBag.add(pool.f64(scores, rows), drawn, output);
    }
    if (drawn !== undefined) losses.push(outOfBag.loss());
    options.onTree(round + 1, losses);
  }
  const ensemble: TreeModel = {
    task: 'regression',
    link: 'identity',
    features: features.length,
    base: new Float32Array(outputs).fill(base),
    trees,
  };
  return { model: { task, ensemble }, losses, outOfBagScore: params.bootstrap ? outOfBag.score() : undefined };
}

/** Times each row is drawn. */
function drawRows(rows: number, seed: number, round: number): Uint16Array {
  const drawn = new Uint16Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor(uniformAt(seed + round, bagStream, i) * rows);
    drawn[row] = (drawn[row] as number) + 1;
  }
  return drawn;
}

function fillNumbers(numbers: Uint32Array, drawn: Uint16Array): void {
  let at = 0;
  for (let row = 0; row < drawn.length; row++) {
    for (let times = drawn[row] as number; times > 0; times--) numbers[at++] = row;
  }
}

/** Gradients w · (base − y) and hessians w of squared error from the base, as pairs of i32. */
function quantise(
  pairs: Int32Array,
  given: Pick<ForestOptions, 'task' | 'targets' | 'weights'> & { base: number; output: number },
) {
  const { task, targets, weights, base, output } = given;
  const positive = task === 'binary' ? 1 : output;
  const residual = (row: number) => {
    const target = targets[row] as number;
    return task === 'regression' ? base - target : target === positive ? -1 : 0;
  };
  let largestGradient = 0;
  let largestWeight = 0;
  for (let row = 0; row < targets.length; row++) {
    const w = weights?.[row] ?? 1;
    largestGradient = Math.max(largestGradient, Math.abs(w * residual(row)));
    largestWeight = Math.max(largestWeight, w);
  }
  const scale = gradientScale(targets.length, largestGradient, largestWeight);
  for (let row = 0; row < targets.length; row++) {
    const w = weights?.[row] ?? 1;
    pairs[row * 2] = Math.round(w * residual(row) * scale.gradient);
    pairs[row * 2 + 1] = Math.round(w * scale.hessian);
  }
  return scale;
}

/** Predictions for each row by the trees that have not seen it. */
class OutOfBag {
  readonly #options: ForestOptions;
  readonly #outputs: number;
  readonly #base: number;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;

  constructor(options: ForestOptions, outputs: number, base: number) {
    this.#options = options;
    this.#outputs = outputs;
    this.#base = base;
    this.#sums = new Float64Array(options.targets.length * outputs);
    this.#counts = new Uint32Array(options.targets.length);
  }

  /** @param scores leaf values of one tree, divided by the number of trees */
  add(scores: Float64Array, drawn: Uint16Array, output: number): void {
    const { trees } = this.#options.params;
    for (let row = 0; row < drawn.length; row++) {
      if (drawn[row] !== 0) continue;
      const at = row * this.#outputs + output;
      this.#sums[at] = (this.#sums[at] as number) + (scores[row] as number) * trees;
      if (output === 0) this.#counts[row] = (this.#counts[row] as number) + 1;
    }
  }

  loss(): number {
    const { task, targets } = this.#options;
    let sum = 0;
    let rows = 0;
    this.#each((row, prediction) => {
      const target = targets[row] as number;
      if (task === 'regression') sum += (target - (prediction[0] as number)) ** 2;
      else sum -= Math.log(Math.max(1e-15, prediction[target] as number));
      rows++;
    });
    if (rows === 0) return 0;
    return task === 'regression' ? Math.sqrt(sum / rows) : sum / rows;
  }

  score(): number | undefined {
    const { task, targets } = this.#options;
    const mean = meanOf(targets);
    let rows = 0;
    let right = 0;
    let error = 0;
    let spread = 0;
    this.#each((row, prediction) => {
      const target = targets[row] as number;
      rows++;
      if (task === 'regression') {
        error += (target - (prediction[0] as number)) ** 2;
        spread += (target - mean) ** 2;
      } else if (prediction.indexOf(prediction.reduce((a, b) => Math.max(a, b), 0)) === target) right++;
    });
    if (rows === 0) return undefined;
    return task === 'regression' ? (spread === 0 ? undefined : 1 - error / spread) : right / rows;
  }

  #each(visit: (row: number, prediction: Float64Array) => void): void {
    const raw = new Float64Array(this.#outputs);
    for (let row = 0; row < this.#counts.length; row++) {
      const count = this.#counts[row] as number;
      if (count === 0) continue;
      for (let output = 0; output < this.#outputs; output++) {
        raw[output] = (this.#sums[row * this.#outputs + output] as number) / count + this.#base;
      }
      visit(row, toPrediction(this.#options.task, raw));
    }
  }
}

/** Averages as class probabilities, or as they are. */
function toPrediction(task: Task, raw: Float64Array): Float64Array {
  if (task === 'regression') return raw;
  const clipped = raw.map((value) => Math.min(1, Math.max(0, value)));
  if (task === 'binary') return Float64Array.of(1 - (clipped[0] as number), clipped[0] as number);
  const total = clipped.reduce((sum, value) => sum + value + leastShare, 0);
  return clipped.map((value) => (value + leastShare) / total);
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The forest as nodes of a graph: FP32 [N, features] → probabilities [N, C] or prediction [N, 1]. */
export function addForest(builder: GraphBuilder, { task, ensemble }: ForestModel, features: string): string {
  const raw = addTreeEnsemble(builder, ensemble, features);
  if (task === 'regression') return raw;
  const positive = builder.node('Clip', [raw, builder.float(0), builder.float(1)]);
  if (task === 'binary') {
    const negative = builder.node('Sub', [builder.float(1), positive]);
    return builder.node('Concat', [negative, positive], { axis: attribute.int(1) });
  }
  const shares = builder.node('Add', [positive, builder.float(leastShare)]);
  const total = builder.node('ReduceSum', [shares, builder.initializer('INT64', BigInt64Array.of(1n), [1])], {
    keepdims: attribute.int(1),
  });
  return builder.node('Div', [shares, total]);
}

/** `native.bin`: one byte per task, three zeros, then the ensemble. */
export function encodeForest({ task, ensemble }: ForestModel): Uint8Array {
  const trees = encodeTrees(ensemble);
  const bytes = new Uint8Array(trees.length + 4);
  bytes[0] = taskSchema.options.indexOf(task);
  bytes.set(trees, 4);
  return bytes;
}

/** Errors: `artifact.corrupt`. */
export function decodeForest(bytes: Uint8Array): ForestModel {
  const task = taskSchema.options[bytes[0] ?? -1];
  if (task === undefined) {
    throw new AppError('artifact.corrupt', 'native.bin is not a forest: its task is unknown.', {
      fix: 'Run the training step again with --force.',
    });
  }
  return { task, ensemble: decodeTrees(bytes.slice(4)) };
}

export function createForestScorer({ task, ensemble }: ForestModel): TreeScorer {
  const scorer = createTreeScorer(ensemble);
  const outputs = ensemble.base.length;
  return {
    score(features, rows) {
      const raw = scorer.score(features, rows);
      if (task === 'regression') return raw;
      const width = task === 'binary' ? 2 : outputs;
      const result = new Float32Array(rows * width);
      for (let row = 0; row < rows; row++) {
        const own = Float64Array.from(raw.subarray(row * outputs, (row + 1) * outputs));
        result.set(toPrediction(task, own), row * width);
      }
      return result;
    },
  };
}
