import type { BinnedMatrix, FeatureBins } from './binning.ts';
import type { GradientScale, HistogramStore, Sums } from './histogram.ts';

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

/** Finds the best split of a leaf from its histogram. */
export class SplitFinder {
  readonly #matrix: BinnedMatrix;
  readonly #histograms: HistogramStore;
  readonly #params: SplitParams;
  readonly #bins = {
    gradient: new Float64Array(257),
    hessian: new Float64Array(257),
    count: new Float64Array(257),
  };
  #scale: GradientScale = { gradient: 1, hessian: 1, countShift: 32 };
  #best: Split | undefined;
  /** Score of the undivided leaf. */
  #whole = 0;
  /** Score a candidate must beat: that of the best one so far, or of the undivided leaf and the least gain. */
  #bar = 0;
  #total: Sums = { gradient: 0, hessian: 0, count: 0 };

  constructor(matrix: BinnedMatrix, histograms: HistogramStore, params: SplitParams) {
    this.#matrix = matrix;
    this.#histograms = histograms;
    this.#params = params;
  }

  startTree(scale: GradientScale): void {
    this.#scale = scale;
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
  find(slot: number, total: Sums, features: readonly number[]): Split | undefined {
    this.#best = undefined;
    this.#total = total;
    if (total.count < 2 * this.#params.minRowsPerLeaf) return undefined;
    this.#whole = this.#score(total.gradient, total.hessian, 0);
    // A difference in the last bits is rounding, not gain.
    this.#bar = this.#whole + Math.max(this.#params.minGainToSplit, this.#whole * 1e-12, 1e-12);
    for (const feature of features) {
      const bins = this.#featureBins(feature);
      if (bins.bins < 1) continue;
      this.#histograms.read(slot, feature, this.#bins);
      if (bins.type === 'numeric') this.#findNumeric(feature, bins);
      else this.#findCategorical(feature, bins);
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
    const { l1, l2 } = this.#params;
    const g = l1 === 0 ? gradient / this.#scale.gradient : softThreshold(gradient / this.#scale.gradient, l1);
    return g === 0 ? 0 : (g * g) / (hessian / this.#scale.hessian + l2 + extraL2);
  }

  #findNumeric(feature: number, { bins, missingBin }: FeatureBins): void {
    const none = { gradient: 0, hessian: 0, count: 0 };
    const missing = { ...none };
    this.#add(missing, missingBin);
    this.#scan(feature, bins, none, missing.count > 0 ? false : undefined);
    if (missing.count > 0) this.#scan(feature, bins - 1, missing, true);
  }

  /** Tries bins 0 … t against the rest for t below `ends`; `start` is on the left from the beginning. */
  #scan(feature: number, ends: number, start: Sums, missingLeft: boolean | undefined): void {
    const { gradient, hessian, count } = this.#bins;
    const { minRowsPerLeaf, minChildWeight } = this.#params;
    const total = this.#total;
    const minHessian = minChildWeight * this.#scale.hessian;
    let g = start.gradient;
    let h = start.hessian;
    let n = start.count;
    for (let bin = 0; bin < ends; bin++) {
      g += gradient[bin] as number;
      h += hessian[bin] as number;
      n += count[bin] as number;
      if (n < minRowsPerLeaf || h < minHessian) continue;
      if (total.count - n < minRowsPerLeaf || total.hessian - h < minHessian) return;
      const score = this.#score(g, h, 0) + this.#score(total.gradient - g, total.hessian - h, 0);
      if (score <= this.#bar) continue;
      this.#take(score, { feature, lastLeftBin: bin, leftBins: undefined, missingLeft, extraL2: 0 }, g, h, n);
    }
  }

  #findCategorical(feature: number, bins: FeatureBins): void {
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
        (this.#bins.gradient[bin] as number) /
        this.#scale.gradient /
        ((this.#bins.hessian[bin] as number) / this.#scale.hessian + categorySmoothing);
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
    const { minRowsPerLeaf, minChildWeight } = this.#params;
    const minHessian = minChildWeight * this.#scale.hessian;
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
      const score =
        this.#score(left.gradient, left.hessian, extraL2) +
        this.#score(total.gradient - left.gradient, total.hessian - left.hessian, extraL2);
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
