import type { BinnedMatrix, FeatureBins } from './binning.ts';
import type { GradientScale, HistogramStore, Sums } from './histogram.ts';
import type { KernelPool } from './kernels/pool.ts';

export interface SplitParams {
  minRowsPerLeaf: number;
  /** Smallest sum of hessians of a leaf. */
  minChildWeight: number;
  minGainToSplit: number;
  l1: number;
  l2: number;
}

/**
 * Categorical splits after LightGBM's published method: categories sorted by gradient / (hessian + smoothing), prefixes
 * from both ends tried; only categories with some rows take part, and their gain is shrunk more.
 */
const categorySmoothing = 10;
const categoryL2 = 10;
const minRowsPerGroup = 100;
const maxCategoriesInSet = 32;
/** Up to this many categories, one against the rest. */
const oneAgainstRest = 4;

/** Outputs a leaf may have, so that the constraints of the splits above it hold. */
export interface OutputBounds {
  low: number;
  high: number;
}

export const unbounded: OutputBounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Per feature: 1 when the left output must not exceed the right one, −1 the reverse, 0 free. */
export type MonotoneConstraints = readonly (-1 | 0 | 1)[];

export interface Split {
  feature: number;
  /** Loss reduction, above `minGainToSplit`. */
  gain: number;
  /** Numeric: bins 0 … `lastLeftBin` go left. Categorical: `leftBins` do. */
  lastLeftBin: number;
  leftBins: number[] | undefined;
  missingLeft: boolean;
  left: Sums;
  right: Sums;
  /** Added to `l2` in the output of both leaves. */
  extraL2: number;
}

/** −G / (H + l2) with the gradient shrunk by l1, in the units of the loss. */
export function leafOutput(sums: Sums, scale: GradientScale, params: SplitParams, extraL2: number): number {
  const gradient = softThreshold(sums.gradient / scale.gradient, params.l1);
  return gradient === 0 ? 0 : -gradient / (sums.hessian / scale.hessian + params.l2 + extraL2);
}

function softThreshold(gradient: number, l1: number): number {
  return Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1);
}

const leafFields = 15;

/** Fields 9 to 14 of the record: what `findThreshold` found. */
type FoundThreshold = readonly [
  score: number,
  lastLeftBin: number,
  missing: number,
  gradient: number,
  hessian: number,
  count: number,
];

/** Finds the best split of a leaf from its histogram. */
export class SplitFinder {
  readonly #pool: KernelPool;
  readonly #matrix: BinnedMatrix;
  readonly #histograms: HistogramStore;
  readonly #params: SplitParams;
  readonly #bins = {
    gradient: new Float64Array(257),
    hessian: new Float64Array(257),
    count: new Float64Array(257),
  };
  /** Record shared with the `findThreshold` kernel, which documents its fields. */
  readonly #leaf: number;
  /** Size of a stored gradient and hessian of 1. */
  #units = { gradientUnit: 1, hessianUnit: 1 };
  #countShift = 32;
  /** Smallest sum of hessians of a leaf, in stored units. */
  #minHessian = 1;
  #best: Split | undefined;
  /** Score of the undivided leaf. */
  #whole = 0;
  /** Score a candidate must beat: that of the best one so far, or of the undivided leaf and the least gain. */
  #bar = 0;
  #total: Sums = { gradient: 0, hessian: 0, count: 0 };
  #bounds: OutputBounds = unbounded;
  readonly #monotone: MonotoneConstraints | undefined;

  /** @param monotone undefined when no feature is constrained */
  constructor(
    pool: KernelPool,
    matrix: BinnedMatrix,
    histograms: HistogramStore,
    params: SplitParams,
    monotone?: MonotoneConstraints,
  ) {
    this.#monotone = monotone;
    this.#pool = pool;
    this.#leaf = pool.allocate(leafFields * 8);
    this.#matrix = matrix;
    this.#histograms = histograms;
    this.#params = params;
  }

  startTree(scale: GradientScale): void {
    this.#units = { gradientUnit: 1 / scale.gradient, hessianUnit: 1 / scale.hessian };
    this.#countShift = scale.countShift;
    // A sum that was rounded to 0 has no output.
    this.#minHessian = Math.max(1, this.#params.minChildWeight * scale.hessian);
  }

  /** Sums of a whole histogram. */
  totals(slot: number, feature: number): Sums {
    this.#histograms.read(slot, feature, this.#bins);
    const sums = { gradient: 0, hessian: 0, count: 0 };
    const last = this.#featureBins(feature).missingBin;
    for (let bin = 0; bin <= last; bin++) this.#add(sums, bin);
    return sums;
  }

  /** Best split over `features`; undefined when none is allowed and worth it. Ties go to the earlier feature and bin. */
  find(slot: number, total: Sums, features: readonly number[], bounds: OutputBounds = unbounded): Split | undefined {
    this.#best = undefined;
    this.#total = total;
    this.#bounds = bounds;
    if (total.count < 2 * this.#params.minRowsPerLeaf) return undefined;
    this.#whole = this.#score(total.gradient, total.hessian, 0);
    // A difference in the last bits is rounding, not gain.
    this.#bar = this.#whole + Math.max(this.#params.minGainToSplit, this.#whole * 1e-12, 1e-12);
    for (const feature of features) {
      const bins = this.#featureBins(feature);
      if (bins.type === 'numeric') this.#findNumeric(slot, feature, bins.bins);
      else this.#findCategorical(slot, feature, bins);
    }
    return this.#best;
  }

  #featureBins(feature: number): FeatureBins {
    return this.#matrix.features[feature] as FeatureBins;
  }

  #add(sums: Sums, bin: number): void {
    sums.gradient += this.#bins.gradient[bin] as number;
    sums.hessian += this.#bins.hessian[bin] as number;
    sums.count += this.#bins.count[bin] as number;
  }

  #score(gradient: number, hessian: number, extraL2: number): number {
    const { gradientUnit, hessianUnit } = this.#units;
    const g = softThreshold(gradient * gradientUnit, this.#params.l1);
    if (this.#monotone === undefined) return (g * g) / (hessian * hessianUnit + this.#params.l2 + extraL2);
    // An output at its bound gains less than the best one would.
    const output = this.#output(gradient, hessian, extraL2);
    const h = hessian * hessianUnit + this.#params.l2 + extraL2;
    return -2 * gradient * gradientUnit * output - h * output * output - 2 * this.#params.l1 * Math.abs(output);
  }

  #output(gradient: number, hessian: number, extraL2: number): number {
    const { gradientUnit, hessianUnit } = this.#units;
    const { l1, l2 } = this.#params;
    const output = -softThreshold(gradient * gradientUnit, l1) / (hessian * hessianUnit + l2 + extraL2);
    return Math.min(this.#bounds.high, Math.max(this.#bounds.low, output));
  }

  /** The two sides' score; −∞ where their outputs break the feature's constraint. */
  #scoreSides(feature: number, gradient: number, hessian: number, extraL2: number): number {
    const total = this.#total;
    const [g, h] = [total.gradient - gradient, total.hessian - hessian];
    const direction = this.#monotone?.[feature] ?? 0;
    if (direction !== 0) {
      const rise = this.#output(g, h, extraL2) - this.#output(gradient, hessian, extraL2);
      if (rise * direction < 0) return Number.NEGATIVE_INFINITY;
    }
    return this.#score(gradient, hessian, extraL2) + this.#score(g, h, extraL2);
  }

  #findNumeric(slot: number, feature: number, bins: number): void {
    if (this.#monotone !== undefined) {
      this.#findBounded(slot, feature, bins);
      return;
    }
    const leaf = this.#pool.f64(this.#leaf, leafFields);
    const { gradient, hessian, count } = this.#total;
    const { l1, l2, minRowsPerLeaf } = this.#params;
    const { gradientUnit, hessianUnit } = this.#units;
    leaf.set([
      gradient,
      hessian,
      count,
      gradientUnit,
      hessianUnit,
      l1,
      l2,
      minRowsPerLeaf,
      this.#minHessian,
      this.#bar,
    ]);
    const address = this.#histograms.binsOf(slot, feature);
    if (this.#pool.kernels.findThreshold(address, bins, this.#countShift, this.#leaf) === 0) return;
    const [score, bin, missing, leftGradient, leftHessian, leftCount] = leaf.subarray(9) as unknown as FoundThreshold;
    const missingLeft = missing < 0 ? undefined : missing === 1;
    const split = { feature, lastLeftBin: bin, leftBins: undefined, missingLeft, extraL2: 0 };
    this.#take(score, split, leftGradient, leftHessian, leftCount);
  }

  /** What `findThreshold` does, with bounds and constraints. */
  #findBounded(slot: number, feature: number, bins: number): void {
    this.#histograms.read(slot, feature, this.#bins);
    const hasMissing = (this.#bins.count[bins] as number) > 0;
    this.#scanBounded(feature, bins, hasMissing ? false : undefined);
    if (hasMissing) this.#scanBounded(feature, bins, true);
  }

  #scanBounded(feature: number, bins: number, missingLeft: boolean | undefined): void {
    const { minRowsPerLeaf } = this.#params;
    const total = this.#total;
    const left = { gradient: 0, hessian: 0, count: 0 };
    if (missingLeft === true) this.#add(left, bins);
    for (let bin = 0; bin < (missingLeft === true ? bins - 1 : bins); bin++) {
      if (this.#bins.count[bin] === 0) continue;
      this.#add(left, bin);
      if (left.count < minRowsPerLeaf || left.hessian < this.#minHessian) continue;
      if (total.count - left.count < minRowsPerLeaf || total.hessian - left.hessian < this.#minHessian) return;
      const score = this.#scoreSides(feature, left.gradient, left.hessian, 0);
      if (score <= this.#bar) continue;
      const split = { feature, lastLeftBin: bin, leftBins: undefined, missingLeft, extraL2: 0 };
      this.#take(score, split, left.gradient, left.hessian, left.count);
    }
  }

  #findCategorical(slot: number, feature: number, bins: FeatureBins): void {
    this.#histograms.read(slot, feature, this.#bins);
    // The missing values are one more category; those without a bin always go right.
    const members = Array.from({ length: bins.bins }, (_, bin) => bin);
    if ((this.#bins.count[bins.missingBin] as number) > 0) members.push(bins.missingBin);
    const present = members.filter((bin) => (this.#bins.count[bin] as number) > 0);
    if (present.length <= oneAgainstRest) {
      for (const bin of present) this.#tryPrefix(feature, bins, [bin], 1, 0, 1);
      return;
    }
    const sorted = present.filter((bin) => (this.#bins.count[bin] as number) >= categorySmoothing);
    const order = new Float64Array(257);
    for (const bin of sorted) {
      order[bin] =
        ((this.#bins.gradient[bin] as number) * this.#units.gradientUnit) /
        ((this.#bins.hessian[bin] as number) * this.#units.hessianUnit + categorySmoothing);
    }
    sorted.sort((a, b) => (order[a] as number) - (order[b] as number) || a - b);
    const longest = Math.min(maxCategoriesInSet, Math.floor((sorted.length + 1) / 2));
    this.#tryPrefix(feature, bins, sorted, longest, categoryL2, minRowsPerGroup);
    this.#tryPrefix(feature, bins, sorted.toReversed(), longest, categoryL2, minRowsPerGroup);
  }

  /** Tries the first 1 … `longest` members as the left set, each `groupRows` rows or more apart from the one before. */
  #tryPrefix(
    feature: number,
    bins: FeatureBins,
    members: readonly number[],
    longest: number,
    extraL2: number,
    groupRows: number,
  ): void {
    const { minRowsPerLeaf } = this.#params;
    const minHessian = this.#minHessian;
    const total = this.#total;
    const left = { gradient: 0, hessian: 0, count: 0 };
    let tried = 0;
    for (let length = 1; length <= Math.min(longest, members.length); length++) {
      this.#add(left, members[length - 1] as number);
      if (left.count < minRowsPerLeaf || left.hessian < minHessian) continue;
      const rightRows = total.count - left.count;
      if (rightRows < Math.max(minRowsPerLeaf, groupRows) || total.hessian - left.hessian < minHessian) return;
      if (left.count - tried < groupRows) continue;
      tried = left.count;
      const score = this.#scoreSides(feature, left.gradient, left.hessian, extraL2);
      if (score <= this.#bar) continue;
      const set = members.slice(0, length);
      this.#take(
        score,
        {
          feature,
          lastLeftBin: -1,
          leftBins: set.filter((bin) => bin !== bins.missingBin),
          missingLeft: set.includes(bins.missingBin),
          extraL2,
        },
        left.gradient,
        left.hessian,
        left.count,
      );
    }
  }

  /** Keeps a candidate that beats the bar. */
  #take(
    score: number,
    split: Pick<Split, 'feature' | 'lastLeftBin' | 'leftBins' | 'extraL2'> & { missingLeft: boolean | undefined },
    gradient: number,
    hessian: number,
    count: number,
  ): void {
    const total = this.#total;
    this.#bar = score;
    this.#best = {
      ...split,
      // Nothing was learned about missing values here: they follow the larger side.
      missingLeft: split.missingLeft ?? count * 2 > total.count,
      gain: score - this.#whole,
      left: { gradient, hessian, count },
      right: {
        gradient: total.gradient - gradient,
        hessian: total.hessian - hessian,
        count: total.count - count,
      },
    };
  }
}
