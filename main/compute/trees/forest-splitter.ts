import type { BinnedMatrix } from './binning.ts';
import type { LeafSplitter } from './grow.ts';
import type { GradientScale, HistogramStore, Sums } from './histogram.ts';
import { uniformAt } from './random.ts';
import type { Split, SplitFinder } from './split.ts';

export interface ForestSplitterOptions {
  /** Features looked at in each node. */
  featuresPerNode: number;
  /** Extra trees: one random threshold per feature in place of the best one. */
  extra: boolean;
  minRowsPerLeaf: number;
  seed: number;
}

const streams = { features: 11, thresholds: 12 };

/**
 * Splits of a forest: each node looks at a few features, drawn anew (Breiman, 2001); extra trees also draw the threshold
 * (Geurts et al., 2006). Draws follow from seed, tree and the order of the nodes, which does not depend on threads.
 */
export class ForestSplitter implements LeafSplitter {
  readonly #finder: SplitFinder;
  readonly #histograms: HistogramStore;
  readonly #matrix: BinnedMatrix;
  readonly #options: ForestSplitterOptions;
  readonly #bins = { gradient: new Float64Array(257), hessian: new Float64Array(257), count: new Float64Array(257) };
  #units = { gradient: 1, hessian: 1 };
  /** Nodes asked about so far, over all trees. */
  #node = 0;

  constructor(finder: SplitFinder, histograms: HistogramStore, matrix: BinnedMatrix, options: ForestSplitterOptions) {
    this.#finder = finder;
    this.#histograms = histograms;
    this.#matrix = matrix;
    this.#options = options;
  }

  startTree(scale: GradientScale): void {
    this.#units = { gradient: 1 / scale.gradient, hessian: 1 / scale.hessian };
    this.#finder.startTree(scale);
  }

  totals(slot: number, feature: number): Sums {
    return this.#finder.totals(slot, feature);
  }

  find(slot: number, total: Sums, features: readonly number[]): Split | undefined {
    const { featuresPerNode, extra, seed } = this.#options;
    const node = this.#node++;
    // A node of constant features looks at others, as a node without a split would end the branch.
    const drawn = sampleOrder(seed + node, features);
    for (let from = 0; from < drawn.length; from += featuresPerNode) {
      const some = drawn.slice(from, from + featuresPerNode).sort((a, b) => a - b);
      const split = extra ? this.#findRandom(slot, total, some, node) : this.#finder.find(slot, total, some);
      if (split !== undefined) return split;
    }
    return undefined;
  }

  /** The best of one random split per feature. */
  #findRandom(slot: number, total: Sums, features: readonly number[], node: number): Split | undefined {
    let best: Split | undefined;
    for (const feature of features) {
      const split = this.#randomSplit(slot, total, feature, node);
      if (split !== undefined && (best === undefined || split.gain > best.gain)) best = split;
    }
    return best;
  }

  #randomSplit(slot: number, total: Sums, feature: number, node: number): Split | undefined {
    const bins = this.#matrix.features[feature];
    if (bins === undefined) return undefined;
    this.#histograms.read(slot, feature, this.#bins);
    const { count } = this.#bins;
    const draw = (index: number) => uniformAt(this.#options.seed + node, streams.thresholds, feature * 1024 + index);
    const hasMissing = (count[bins.missingBin] as number) > 0;
    const missingLeft = hasMissing && draw(0) < 0.5;
    const present: number[] = [];
    for (let bin = 0; bin < bins.bins; bin++) if ((count[bin] as number) > 0) present.push(bin);
    let leftBins: number[];
    let lastLeftBin = -1;
    if (bins.type === 'numeric') {
      const lowest = present[0];
      const highest = present.at(-1);
      if (lowest === undefined || highest === undefined) return undefined;
      // Present values on both sides, or all of them against the missing ones.
      const edges = highest - lowest;
      if (edges === 0 && !hasMissing) return undefined;
      lastLeftBin = edges === 0 ? highest : lowest + Math.floor(draw(1) * edges);
      leftBins = present.filter((bin) => bin <= lastLeftBin);
      if (edges === 0)
        return this.#toSplit(total, feature, {
          lastLeftBin,
          leftBins: undefined,
          taken: leftBins,
          missingLeft: false,
          missingBin: bins.missingBin,
        });
    } else {
      leftBins = present.filter((_, i) => draw(i + 1) < 0.5);
    }
    return this.#toSplit(total, feature, {
      lastLeftBin,
      leftBins: bins.type === 'numeric' ? undefined : leftBins,
      taken: leftBins,
      missingLeft,
      missingBin: bins.missingBin,
    });
  }

  #toSplit(
    total: Sums,
    feature: number,
    sides: {
      lastLeftBin: number;
      leftBins: number[] | undefined;
      taken: readonly number[];
      missingLeft: boolean;
      missingBin: number;
    },
  ): Split | undefined {
    const left: Sums = { gradient: 0, hessian: 0, count: 0 };
    for (const bin of sides.missingLeft ? [...sides.taken, sides.missingBin] : sides.taken) {
      left.gradient += this.#bins.gradient[bin] as number;
      left.hessian += this.#bins.hessian[bin] as number;
      left.count += this.#bins.count[bin] as number;
    }
    const right: Sums = {
      gradient: total.gradient - left.gradient,
      hessian: total.hessian - left.hessian,
      count: total.count - left.count,
    };
    if (Math.min(left.count, right.count) < this.#options.minRowsPerLeaf) return undefined;
    if (Math.min(left.hessian, right.hessian) < 1) return undefined;
    const score = ({ gradient, hessian }: Sums) =>
      (gradient * this.#units.gradient) ** 2 / (hessian * this.#units.hessian);
    const gain = score(left) + score(right) - score(total);
    if (gain <= Math.max(1e-12, score(total) * 1e-12)) return undefined;
    const { lastLeftBin, leftBins, missingLeft } = sides;
    return { feature, gain, lastLeftBin, leftBins, missingLeft, left, right, extraL2: 0 };
  }
}

function sampleOrder(seed: number, features: readonly number[]): number[] {
  const keys = features.map((feature, i) => ({ feature, key: uniformAt(seed, streams.features, i) }));
  keys.sort((a, b) => a.key - b.key || a.feature - b.feature);
  return keys.map(({ feature }) => feature);
}
