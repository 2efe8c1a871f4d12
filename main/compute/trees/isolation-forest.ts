import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { sampleIndices, uniformAt } from './random.ts';
import type { Tree, TreeModel } from './tree-model.ts';

export interface IsolationForestOptions {
  /** NaN is missing. */
  columns: readonly Float32Array[];
  trees: number;
  /** Rows each tree is grown on, at most those there are. */
  rowsPerTree: number;
  seed: number;
  signal: AbortSignal;
  onTree(done: number): void;
}

const streams = { rows: 31, features: 32, thresholds: 33, missing: 34 };
const eulerGamma = 0.577_215_664_901_532_9;

/** Mean path length of an unsuccessful search in a binary tree of n rows. */
function meanPath(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + eulerGamma) - (2 * (rows - 1)) / rows;
}

/**
 * Isolation forest (Liu, Ting & Zhou, 2008): rows that random splits part from the others early are anomalies. The score
 * 2^(−mean path / expected path) is near 1 for them and below 0.5 for the rest; it is the exponential of a sum over the
 * trees, so that the forest is an ensemble with the link `log`. Errors: `run.cancelled`, `train.no-rows`.
 */
export async function growIsolationForest(options: IsolationForestOptions): Promise<TreeModel> {
  const { columns, trees, seed, signal } = options;
  const rows = columns[0]?.length ?? 0;
  if (rows < 2) {
    throw new AppError('train.no-rows', `There ${rows === 1 ? 'is 1 row' : 'are no rows'}: at least 2 are needed.`, {
      fix: 'Look at the filter before this step.',
    });
  }
  const size = Math.min(options.rowsPerTree, rows);
  const unit = -Math.LN2 / (meanPath(size) * trees);
  const grown: Tree[] = [];
  for (let tree = 0; tree < trees; tree++) {
    if (tree % 16 === 0) await setImmediate();
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const sample = drawRows(seed, tree, rows, size);
    grown.push(new IsolationTree(columns, unit, Math.ceil(Math.log2(size)), seed, tree).grow(sample));
    options.onTree(tree + 1);
  }
  return { task: 'regression', features: columns.length, link: 'log', base: Float32Array.of(0), trees: grown };
}

/** Distinct rows; of many, by hashing rather than by ordering all. */
function drawRows(seed: number, tree: number, rows: number, count: number): number[] {
  if (rows <= 4 * count) return sampleIndices(seed + tree * 1009, streams.rows, rows, count);
  const drawn = new Set<number>();
  for (let i = 0; drawn.size < count; i++) drawn.add(Math.floor(uniformAt(seed + tree * 1009, streams.rows, i) * rows));
  return [...drawn].sort((a, b) => a - b);
}

class IsolationTree {
  readonly #columns: readonly Float32Array[];
  readonly #unit: number;
  readonly #maxDepth: number;
  readonly #seed: number;
  readonly #nodes: { feature: number; threshold: number; missingLeft: number; left: number; right: number }[] = [];
  readonly #leaves: { value: number; rows: number }[] = [];

  constructor(columns: readonly Float32Array[], unit: number, maxDepth: number, seed: number, tree: number) {
    this.#columns = columns;
    this.#unit = unit;
    this.#maxDepth = maxDepth;
    this.#seed = seed + tree * 1009;
  }

  grow(rows: number[]): Tree {
    this.#split(rows, 0);
    const nodes = this.#nodes;
    return {
      feature: Uint32Array.from(nodes, ({ feature }) => feature),
      threshold: Float32Array.from(nodes, ({ threshold }) => threshold),
      missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => missingLeft),
      left: Int32Array.from(nodes, ({ left }) => left),
      right: Int32Array.from(nodes, ({ right }) => right),
      gain: new Float32Array(nodes.length).fill(1),
      codeStart: new Uint32Array(nodes.length + 1),
      codes: new Uint32Array(0),
      leafValue: Float32Array.from(this.#leaves, ({ value }) => value),
      leafRows: Uint32Array.from(this.#leaves, (leaf) => leaf.rows),
    };
  }

  /** Returns the node, or ~leaf. */
  #split(rows: readonly number[], depth: number): number {
    const draw = (stream: number) => uniformAt(this.#seed, stream, this.#nodes.length);
    const choice = depth < this.#maxDepth && rows.length > 1 ? this.#choose(rows, draw(streams.features)) : undefined;
    if (choice === undefined) {
      this.#leaves.push({ value: (depth + meanPath(rows.length)) * this.#unit, rows: rows.length });
      return ~(this.#leaves.length - 1);
    }
    const { feature, low, high } = choice;
    const column = this.#columns[feature] as Float32Array;
    const drawn = Math.fround(low + draw(streams.thresholds) * (high - low));
    // In float32 the largest value must stay on the right.
    const threshold = drawn < high ? drawn : low;
    const missingLeft = draw(streams.missing) < 0.5 ? 1 : 0;
    const isLeft = (row: number) => {
      const value = column[row] as number;
      return Number.isNaN(value) ? missingLeft === 1 : value <= threshold;
    };
    const node = this.#nodes.length;
    const made = { feature, threshold, missingLeft, left: 0, right: 0 };
    this.#nodes.push(made);
    made.left = this.#split(rows.filter(isLeft), depth + 1);
    made.right = this.#split(
      rows.filter((row) => !isLeft(row)),
      depth + 1,
    );
    return node;
  }

  /** One of the features whose values differ among the rows; undefined when none does. */
  #choose(rows: readonly number[], at: number): { feature: number; low: number; high: number } | undefined {
    const usable: { feature: number; low: number; high: number }[] = [];
    this.#columns.forEach((column, feature) => {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const row of rows) {
        const value = column[row] as number;
        if (!Number.isFinite(value)) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (high > low) usable.push({ feature, low, high });
    });
    return usable[Math.floor(at * usable.length)];
  }
}
