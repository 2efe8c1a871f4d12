import type { BinnedMatrix } from './binning.ts';
import { histogramRows } from './kernels/operations.ts';
import type { KernelPool } from './kernels/pool.ts';

/** Updates (rows × features) below which waking other threads costs more than it saves. */
const sharedWorkUpdates = 150_000;
const binBytes = 16;

/**
 * How gradients are stored: i32, `value = stored / scale`. Sums of them are exact integers, so a histogram is the same
 * whatever the order of rows, and the subtraction of a child from its parent is exact.
 */
export interface GradientScale {
  gradient: number;
  hessian: number;
  /** A bin's second i64 is count · 2^countShift + sum of hessians. */
  countShift: number;
}

/** Exact sums over the rows of a leaf or bin, in stored units. */
export interface Sums {
  gradient: number;
  hessian: number;
  count: number;
}

/**
 * The finest scale whose sums over `rows` rows fit: gradients in 53 bits (exact as a JavaScript number), hessians and
 * count together in 63.
 */
export function gradientScale(rows: number, largestGradient: number, largestHessian: number): GradientScale {
  const rowBits = Math.ceil(Math.log2(rows + 1));
  const gradientBits = Math.min(30, 52 - rowBits);
  const countShift = 62 - rowBits;
  const hessianBits = Math.min(30, countShift - rowBits);
  return {
    gradient: largestGradient > 0 ? (2 ** gradientBits - 1) / largestGradient : 1,
    hessian: (2 ** hessianBits - 1) / largestHessian,
    countShift,
  };
}

/** Gradient histograms of leaves: for each feature, sums per bin. */
export class HistogramStore {
  /** Per feature: index of its bin 0 within a histogram. */
  readonly #offsets: readonly number[];
  readonly #pool: KernelPool;
  readonly #matrix: BinnedMatrix;
  readonly #bins: number;
  readonly #bytes: number;
  readonly #base: number;
  readonly #privates: number;
  readonly #blockTable: number;
  readonly #free: number[];
  #blockCount = 0;
  #activeFeatures = 0;
  #countShift = 32;

  /** @param memoryBytes leaf histograms beyond this are dropped and built again when needed; at least two are kept */
  constructor(pool: KernelPool, matrix: BinnedMatrix, leaves: number, memoryBytes: number) {
    const offsets: number[] = [];
    let bins = 0;
    for (const feature of matrix.features) {
      offsets.push(bins);
      bins += feature.missingBin + 1;
    }
    this.#offsets = offsets;
    this.#pool = pool;
    this.#matrix = matrix;
    this.#bins = bins;
    this.#bytes = bins * binBytes;
    const capacity = Math.max(2, Math.min(leaves, Math.floor(memoryBytes / this.#bytes)));
    this.#base = pool.allocate(capacity * this.#bytes);
    this.#privates = pool.allocate((pool.threads - 1) * this.#bytes);
    this.#blockTable = pool.allocate(matrix.blocks.length * 24);
    this.#free = Array.from({ length: capacity }, (_, slot) => capacity - 1 - slot);
  }

  /** Prepares for a tree over some of the features; every slot must have been released. */
  startTree(isUsed: (feature: number) => boolean, countShift: number): void {
    const blocks = this.#matrix.blocks.filter((block) => block.features.some(isUsed));
    this.#countShift = countShift;
    this.#blockCount = blocks.length;
    this.#activeFeatures = blocks.reduce((sum, block) => sum + block.features.length, 0);
    const table = this.#pool.u32(this.#blockTable, blocks.length * 6);
    blocks.forEach((block, b) => {
      table.set([block.address, block.features.length], b * 6);
      block.features.forEach((feature, lane) => {
        table[b * 6 + 2 + lane] = (this.#offsets[feature] as number) * binBytes;
      });
    });
  }

  /** A slot for one histogram; undefined when all are taken. */
  take(): number | undefined {
    return this.#free.pop();
  }

  release(slot: number): void {
    this.#free.push(slot);
  }

  /** Sums the rows numbered at address `rows` into a slot. */
  build(slot: number, rows: number, count: number, gradients: number): void {
    const { kernels, threads } = this.#pool;
    const address = this.#address(slot);
    kernels.zero(address, this.#bytes);
    const alone = threads === 1 || count * this.#activeFeatures < sharedWorkUpdates;
    this.#pool.run(
      'histogram',
      [
        rows,
        count,
        gradients,
        this.#blockTable,
        this.#blockCount,
        address,
        this.#privates,
        this.#bytes,
        this.#countShift,
      ],
      Math.ceil(count / histogramRows),
      alone,
    );
    if (alone) return;
    for (let helper = 0; helper < threads - 1; helper++) {
      kernels.drainHistogram(this.#privates + helper * this.#bytes, address, this.#bins);
    }
  }

  /** Turns a parent's histogram into that of its other child. */
  subtract(parent: number, child: number): void {
    const address = this.#address(parent);
    this.#pool.kernels.subtractHistograms(address, this.#address(child), address, this.#bins);
  }

  /** Unpacks the bins of a feature into arrays of at least `missingBin + 1` numbers, in stored units. */
  read(
    slot: number,
    feature: number,
    into: { gradient: Float64Array; hessian: Float64Array; count: Float64Array },
  ): void {
    const bins = (this.#matrix.features[feature]?.missingBin ?? 0) + 1;
    const words = this.#pool.i32(this.binsOf(slot, feature), bins * 4);
    const countShift = this.#countShift - 32;
    const hessianMask = 2 ** countShift - 1;
    const { gradient, hessian, count } = into;
    for (let bin = 0, at = 0; bin < bins; bin++, at += 4) {
      const high = words[at + 3] as number;
      gradient[bin] = (words[at + 1] as number) * 4294967296 + ((words[at] as number) >>> 0);
      hessian[bin] = (high & hessianMask) * 4294967296 + ((words[at + 2] as number) >>> 0);
      count[bin] = high >> countShift;
    }
  }

  /** Address of bin 0 of a feature. */
  binsOf(slot: number, feature: number): number {
    return this.#address(slot) + (this.#offsets[feature] as number) * binBytes;
  }

  #address(slot: number): number {
    return this.#base + slot * this.#bytes;
  }
}
