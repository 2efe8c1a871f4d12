import type { BinnedMatrix, FeatureBins } from './binning.ts';
import { type GradientScale, HistogramStore, type Sums } from './histogram.ts';
import { chunkRows } from './kernels/operations.ts';
import type { KernelPool } from './kernels/pool.ts';
import {
  leafOutput,
  type MonotoneConstraints,
  type OutputBounds,
  type Split,
  SplitFinder,
  type SplitParams,
  unbounded,
} from './split.ts';
import type { Tree } from './tree-model.ts';

export interface GrowParams extends SplitParams {
  leaves: number;
  /** Infinity for no limit; a tree of one split has depth 1. */
  maxDepth: number;
  learningRate: number;
  /** Memory of the leaf histograms. */
  histogramBytes: number;
  /** Undefined when no feature is constrained. */
  monotone?: MonotoneConstraints | undefined;
}

/** Finds the split of a leaf; features it is not asked about must not be used. */
export type LeafSplitter = Pick<SplitFinder, 'startTree' | 'totals' | 'find'>;

/** Rows of the training matrix a tree is grown on. */
export interface RowSet {
  count: number;
  /** Address of the row numbers: the first of the two arrays of the grower. */
  rows: number;
}

interface Leaf extends RowSet {
  /** 0 or 1: the array its row numbers are in. */
  array: 0 | 1;
  start: number;
  sums: Sums;
  depth: number;
  extraL2: number;
  bounds: OutputBounds;
  /** Histogram slot; undefined when it was dropped. */
  slot: number | undefined;
  split: Split | undefined;
  /** Node whose child this leaf is, and on which side. */
  parent: number;
  isLeft: boolean;
}

interface GrownNode {
  split: Split;
  left: number;
  right: number;
}

/** Updates below which waking other threads costs more than it saves. */
const sharedPartitionRows = 4 * chunkRows;

/** Grows trees leaf by leaf, the leaf with the largest gain first, and adds their outputs to scores. */
export class TreeGrower {
  readonly #pool: KernelPool;
  readonly #matrix: BinnedMatrix;
  readonly #params: GrowParams;
  readonly #histograms: HistogramStore;
  readonly #finder: LeafSplitter;
  /** Two arrays of row numbers: a partition shared by threads reads one and writes the other. */
  readonly #rowArrays: readonly [number, number];
  readonly #parts: number;
  readonly #tables: number;
  readonly #nodes: number;
  readonly #leafValues: number;
  readonly #leafList: number;
  #leaves: Leaf[] = [];
  #scale: GradientScale = { gradient: 1, hessian: 1, countShift: 32 };
  #grown: GrownNode[] = [];

  /**
   * @param rows largest number of rows a tree is grown on
   * @param splitterOf how leaves are split, given the exhaustive finder; default that one
   */
  constructor(
    pool: KernelPool,
    matrix: BinnedMatrix,
    rows: number,
    params: GrowParams,
    splitterOf?: (finder: SplitFinder, histograms: HistogramStore) => LeafSplitter,
  ) {
    this.#pool = pool;
    this.#matrix = matrix;
    this.#params = params;
    this.#rowArrays = [pool.allocate(rows * 4), pool.allocate(rows * 4)];
    this.#parts = pool.allocate(Math.ceil(rows / chunkRows) * 12);
    this.#tables = pool.allocate(params.leaves * 256);
    this.#nodes = pool.allocate(params.leaves * 16);
    this.#leafValues = pool.allocate(params.leaves * 8);
    this.#leafList = pool.allocate((params.leaves + Math.ceil(rows / chunkRows)) * 16);
    this.#histograms = new HistogramStore(pool, matrix, params.leaves, params.histogramBytes);
    const finder = new SplitFinder(pool, matrix, this.#histograms, params, params.monotone);
    this.#finder = splitterOf?.(finder, this.#histograms) ?? finder;
  }

  /** Where the numbers of the rows of the next tree go, ascending. */
  rowNumbers(count: number): Uint32Array {
    return this.#pool.u32(this.#rowArrays[0], count);
  }

  /**
   * Grows one tree on the first `count` row numbers, over `features`, from the quantised gradients at an address. The
   * tree stays current for `addToScores` until the next call. With `renew`, a leaf's output before the learning rate is
   * what it gives for the leaf's rows.
   */
  grow(
    count: number,
    features: readonly number[],
    gradients: number,
    scale: GradientScale,
    renew?: (rows: Uint32Array) => number,
  ): Tree {
    this.#scale = scale;
    const used = new Set(features);
    this.#histograms.startTree((feature) => used.has(feature), scale.countShift);
    this.#finder.startTree(scale);
    this.#grown = [];
    const slot = this.#histograms.take() as number;
    this.#histograms.build(slot, this.#rowArrays[0], count, gradients);
    const root: Leaf = {
      array: 0,
      start: 0,
      count,
      rows: this.#rowArrays[0],
      sums: this.#finder.totals(slot, features[0] as number),
      depth: 0,
      extraL2: 0,
      bounds: unbounded,
      slot,
      split: undefined,
      parent: -1,
      isLeft: false,
    };
    root.split = this.#findSplit(root, features);
    this.#leaves = [root];
    while (this.#leaves.length < this.#params.leaves) {
      const index = this.#bestLeaf();
      if (index === undefined) break;
      this.#splitLeaf(index, features, gradients);
    }
    for (const leaf of this.#leaves) this.#releaseHistogram(leaf);
    return this.#toTree(renew);
  }

  /** Adds the current tree's outputs to the scores of the rows it was grown on. */
  addToScores(tree: Tree, scores: number): void {
    const entries: [rows: number, count: number, value: number][] = [];
    this.#leaves.forEach((leaf, index) => {
      for (let start = 0; start < leaf.count; start += chunkRows) {
        const count = Math.min(chunkRows, leaf.count - start);
        entries.push([leaf.rows + start * 4, count, tree.leafValue[index] as number]);
      }
    });
    const integers = this.#pool.u32(this.#leafList, entries.length * 4);
    const values = this.#pool.f64(this.#leafList, entries.length * 2);
    entries.forEach(([rows, count, value], i) => {
      integers[i * 4] = rows;
      integers[i * 4 + 1] = count;
      values[i * 2 + 1] = value;
    });
    this.#pool.run('addLeafToScores', [this.#leafList, scores], entries.length);
  }

  /** Adds the current tree's outputs to the scores of rows `first` … `first + count − 1` of the binned matrix. */
  addToOtherScores(tree: Tree, scores: number, first: number, count: number): void {
    if (count === 0) return;
    this.#pool.f64(this.#leafValues, tree.leafValue.length).set(tree.leafValue);
    if (this.#grown.length === 0) {
      const target = this.#pool.f64(scores, first + count);
      for (let row = first; row < first + count; row++)
        target[row] = (target[row] as number) + (tree.leafValue[0] as number);
      return;
    }
    const nodes = this.#pool.i32(this.#nodes, this.#grown.length * 4);
    this.#grown.forEach(({ split, left, right }, index) => {
      const table = this.#tables + index * 256;
      this.#fillTable(table, split);
      nodes.set([this.#matrix.addresses[split.feature] as number, table, left, right], index * 4);
    });
    const chunks = Math.ceil(count / chunkRows);
    this.#pool.run('addTreeToScores', [0, first, count, this.#nodes, this.#leafValues, scores], chunks);
  }

  #bestLeaf(): number | undefined {
    let best: number | undefined;
    let gain = 0;
    this.#leaves.forEach(({ split }, index) => {
      if (split === undefined || (best !== undefined && split.gain <= gain)) return;
      best = index;
      gain = split.gain;
    });
    return best;
  }

  #findSplit(leaf: Leaf, features: readonly number[]): Split | undefined {
    if (leaf.depth >= this.#params.maxDepth || leaf.slot === undefined) return undefined;
    return this.#finder.find(leaf.slot, leaf.sums, features, leaf.bounds);
  }

  #splitLeaf(index: number, features: readonly number[], gradients: number): void {
    const leaf = this.#leaves[index] as Leaf;
    const split = leaf.split as Split;
    const node = this.#grown.length;
    this.#grown.push({ split, left: ~index, right: ~this.#leaves.length });
    if (leaf.parent >= 0) {
      const parent = this.#grown[leaf.parent] as GrownNode;
      if (leaf.isLeft) parent.left = node;
      else parent.right = node;
    }
    const array = this.#partition(leaf, split);
    const bounds = this.#childBounds(leaf, split);
    const child = (isLeft: boolean): Leaf => {
      const sums = isLeft ? split.left : split.right;
      const start = leaf.start + (isLeft ? 0 : split.left.count);
      const rows = this.#rowArrays[array] + start * 4;
      const { extraL2 } = split;
      const depth = leaf.depth + 1;
      return {
        array,
        start,
        count: sums.count,
        rows,
        sums,
        depth,
        extraL2,
        bounds: isLeft ? bounds.left : bounds.right,
        slot: undefined,
        split: undefined,
        parent: node,
        isLeft,
      };
    };
    const left = child(true);
    const right = child(false);
    this.#leaves[index] = left;
    this.#leaves.push(right);
    const isLast = this.#leaves.length === this.#params.leaves || left.depth >= this.#params.maxDepth;
    if (isLast) {
      this.#releaseHistogram(leaf);
      return;
    }
    const [small, large] = left.count <= right.count ? [left, right] : [right, left];
    this.#buildHistograms(small, large, leaf.slot, gradients);
    for (const leaf of [left, right]) {
      leaf.split = this.#findSplit(leaf, features);
      if (leaf.split === undefined) this.#releaseHistogram(leaf);
    }
  }

  /** Below a split on a constrained feature, the two sides keep to their side of the middle of its outputs. */
  #childBounds({ bounds }: Leaf, split: Split): { left: OutputBounds; right: OutputBounds } {
    const direction = this.#params.monotone?.[split.feature] ?? 0;
    if (direction === 0) return { left: bounds, right: bounds };
    const { extraL2 } = split;
    const middle = (this.#output(split.left, extraL2, bounds) + this.#output(split.right, extraL2, bounds)) / 2;
    const below = { low: bounds.low, high: Math.min(bounds.high, middle) };
    const above = { low: Math.max(bounds.low, middle), high: bounds.high };
    return direction === 1 ? { left: below, right: above } : { left: above, right: below };
  }

  #output(sums: Sums, extraL2: number, { low, high }: OutputBounds): number {
    return Math.min(high, Math.max(low, leafOutput(sums, this.#scale, this.#params, extraL2)));
  }

  #releaseHistogram(leaf: Leaf): void {
    if (leaf.slot !== undefined) this.#histograms.release(leaf.slot);
    leaf.slot = undefined;
  }

  /** The smaller child is summed, the larger one is what remains of the parent. */
  #buildHistograms(small: Leaf, large: Leaf, parentSlot: number | undefined, gradients: number): void {
    const smallSlot = this.#histograms.take() ?? this.#dropHistogram();
    this.#histograms.build(smallSlot, small.rows, small.count, gradients);
    small.slot = smallSlot;
    if (parentSlot === undefined) {
      // Both would be found equal: integer sums leave no rounding behind.
      const largeSlot = this.#histograms.take() ?? this.#dropHistogram(small);
      this.#histograms.build(largeSlot, large.rows, large.count, gradients);
      large.slot = largeSlot;
      return;
    }
    this.#histograms.subtract(parentSlot, smallSlot);
    large.slot = parentSlot;
  }

  /** Takes the slot of the leaf that is split last, if ever; its split is known already. */
  #dropHistogram(keep?: Leaf): number {
    let worst: Leaf | undefined;
    for (const leaf of this.#leaves) {
      if (leaf.slot === undefined || leaf === keep) continue;
      if (worst === undefined || (leaf.split?.gain ?? -1) < (worst.split?.gain ?? -1)) worst = leaf;
    }
    const slot = worst?.slot as number;
    if (worst !== undefined) worst.slot = undefined;
    return slot;
  }

  /** Stable partition of the leaf's row numbers; returns the array they are in afterwards. */
  #partition(leaf: Leaf, split: Split): 0 | 1 {
    this.#fillTable(this.#tables, split);
    const bins = this.#matrix.addresses[split.feature] as number;
    const { kernels, threads } = this.#pool;
    const other = leaf.array === 0 ? 1 : 0;
    const otherRows = this.#rowArrays[other] + leaf.start * 4;
    if (threads === 1 || leaf.count < sharedPartitionRows) {
      kernels.partition(leaf.rows, leaf.count, bins, this.#tables, otherRows, this.#parts);
      return leaf.array;
    }
    const chunks = Math.ceil(leaf.count / chunkRows);
    this.#pool.run('partition', [leaf.rows, leaf.count, bins, this.#tables, otherRows, this.#parts], chunks);
    const parts = this.#pool.u32(this.#parts, chunks * 3);
    let toLeft = otherRows;
    let toRight = otherRows + split.left.count * 4;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const count = Math.min(chunkRows, leaf.count - chunk * chunkRows);
      const onLeft = parts[chunk * 3] as number;
      parts[chunk * 3 + 1] = toLeft;
      parts[chunk * 3 + 2] = toRight;
      toLeft += onLeft * 4;
      toRight += (count - onLeft) * 4;
    }
    this.#pool.run('moveParts', [leaf.rows, leaf.count, this.#parts], chunks);
    return other;
  }

  #fillTable(address: number, split: Split): void {
    const table = this.#pool.u8(address, 256).fill(0);
    if (split.leftBins === undefined) table.fill(1, 0, split.lastLeftBin + 1);
    else for (const bin of split.leftBins) table[bin] = 1;
    table[this.#featureBins(split.feature).missingBin] = split.missingLeft ? 1 : 0;
  }

  #featureBins(feature: number): FeatureBins {
    return this.#matrix.features[feature] as FeatureBins;
  }

  #toTree(renew: ((rows: Uint32Array) => number) | undefined): Tree {
    const nodes = this.#grown;
    const sets = nodes.map(({ split }) => this.#codesOf(split));
    const codeStart = new Uint32Array(nodes.length + 1);
    sets.forEach((set, index) => {
      codeStart[index + 1] = (codeStart[index] as number) + set.length;
    });
    return {
      feature: Uint32Array.from(nodes, ({ split }) => split.feature),
      threshold: Float32Array.from(nodes, ({ split }) => this.#thresholdOf(split)),
      missingLeft: Uint8Array.from(nodes, ({ split }) => (split.missingLeft ? 1 : 0)),
      left: Int32Array.from(nodes, ({ left }) => left),
      right: Int32Array.from(nodes, ({ right }) => right),
      gain: Float32Array.from(nodes, ({ split }) => split.gain),
      codeStart,
      codes: Uint32Array.from(sets.flat()),
      leafValue: Float32Array.from(this.#leaves, (leaf) => {
        const output =
          renew === undefined
            ? this.#output(leaf.sums, leaf.extraL2, leaf.bounds)
            : renew(this.#pool.u32(leaf.rows, leaf.count));
        return output * this.#params.learningRate;
      }),
      leafRows: Uint32Array.from(this.#leaves, ({ count }) => count),
    };
  }

  #thresholdOf(split: Split): number {
    const bins = this.#featureBins(split.feature);
    // Without codes only missing values go left, which is a numeric node that no number passes.
    if (bins.type === 'categorical') return split.leftBins?.length === 0 ? Number.NEGATIVE_INFINITY : 0;
    // The last bin has no upper edge: every number goes left, only missing values go right.
    return bins.edges[split.lastLeftBin] ?? Number.POSITIVE_INFINITY;
  }

  #codesOf(split: Split): number[] {
    const bins = this.#featureBins(split.feature);
    if (bins.type !== 'categorical' || split.leftBins === undefined) return [];
    return split.leftBins.map((bin) => bins.codes[bin] as number).sort((a, b) => a - b);
  }
}
