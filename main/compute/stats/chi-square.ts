import { upperGammaShare } from './special-functions.ts';

export interface ChiSquareResult {
  statistic: number;
  degreesOfFreedom: number;
  pValue: number;
  /** Cramér's V in [0, 1]: √(statistic / n) for a table with two rows. */
  effectSize: number;
}

/** P(X ≥ statistic) of a chi² distribution. */
export function chiSquareSurvival(statistic: number, degreesOfFreedom: number): number {
  return upperGammaShare(degreesOfFreedom / 2, statistic / 2);
}

/** The statistic whose survival probability is `p` (0 < p < 1), by bisection to about 1e-12 relative. */
export function chiSquareCriticalValue(p: number, degreesOfFreedom: number): number {
  let low = 0;
  let high = degreesOfFreedom + 1;
  while (chiSquareSurvival(high, degreesOfFreedom) > p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (chiSquareSurvival(middle, degreesOfFreedom) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Two-sample chi² test of homogeneity on the 2 × k table of category counts, Pearson's statistic without continuity
 * correction, df = k − 1. Both lists have one count per category; categories empty in both are left out. Fewer than
 * two categories left: statistic 0, p 1.
 */
export function chiSquareTwoSample(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult {
  if (reference.length !== current.length) throw new RangeError('both samples need one count per category');
  let referenceTotal = 0;
  let currentTotal = 0;
  for (let i = 0; i < reference.length; i++) {
    referenceTotal += reference[i] as number;
    currentTotal += current[i] as number;
  }
  const total = referenceTotal + currentTotal;
  let statistic = 0;
  let categories = 0;
  if (referenceTotal > 0 && currentTotal > 0) {
    for (let i = 0; i < reference.length; i++) {
      const r = reference[i] as number;
      const c = current[i] as number;
      if (r + c === 0) continue;
      categories++;
      const expectedReference = ((r + c) * referenceTotal) / total;
      const expectedCurrent = ((r + c) * currentTotal) / total;
      statistic += (r - expectedReference) ** 2 / expectedReference + (c - expectedCurrent) ** 2 / expectedCurrent;
    }
  }
  if (categories < 2) return { statistic: 0, degreesOfFreedom: 0, pValue: 1, effectSize: 0 };
  const degreesOfFreedom = categories - 1;
  return {
    statistic,
    degreesOfFreedom,
    pValue: chiSquareSurvival(statistic, degreesOfFreedom),
    effectSize: Math.sqrt(statistic / total),
  };
}

/**
 * Goodness-of-fit chi² test that takes the reference shares as exact: expected counts reference · n_cur / n_ref,
 * df = k − 1. Its false alarms exceed the nominal rate, since the reference is a sample too; kept for comparison with
 * tools that use it. A category that only the current sample has gives an infinite statistic.
 */
export function chiSquareGoodnessOfFit(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquareResult {
  if (reference.length !== current.length) throw new RangeError('both samples need one count per category');
  let referenceTotal = 0;
  let currentTotal = 0;
  for (let i = 0; i < reference.length; i++) {
    referenceTotal += reference[i] as number;
    currentTotal += current[i] as number;
  }
  let statistic = 0;
  let categories = 0;
  for (let i = 0; i < reference.length; i++) {
    const expected = ((reference[i] as number) * currentTotal) / referenceTotal;
    const observed = current[i] as number;
    if (expected === 0 && observed === 0) continue;
    categories++;
    statistic += (observed - expected) ** 2 / expected;
  }
  if (categories < 2) return { statistic: 0, degreesOfFreedom: 0, pValue: 1, effectSize: 0 };
  return {
    statistic,
    degreesOfFreedom: categories - 1,
    pValue: chiSquareSurvival(statistic, categories - 1),
    effectSize: Math.min(1, Math.sqrt(statistic / currentTotal)),
  };
}
