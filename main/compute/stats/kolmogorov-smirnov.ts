import { kolmogorovSurvival } from './kolmogorov-distribution.ts';

export interface KolmogorovSmirnovResult {
  /** sup |F − G| in [0, 1]. */
  statistic: number;
  /** Two-sided. */
  pValue: number;
  method: 'exact' | 'asymptotic';
}

/** Largest sample size for which `auto` computes the exact distribution. */
const maxExactSize = 10_000;

/**
 * Two-sample Kolmogorov–Smirnov test, two-sided. Both samples are in ascending order, non-empty, without NaN.
 * `auto`: exact for up to 10,000 values on the larger side, else the one-sample distribution at the rounded effective
 * size n·m / (n + m). With ties the test is conservative.
 */
export function kolmogorovSmirnovTwoSample(
  reference: Float64Array,
  current: Float64Array,
  method: 'auto' | 'exact' | 'asymptotic' = 'auto',
): KolmogorovSmirnovResult {
  const n = reference.length;
  const m = current.length;
  const statistic = largestGap(reference, current);
  const exact = method === 'exact' || (method === 'auto' && Math.max(n, m) <= maxExactSize);
  const pValue = exact ? exactSurvival(n, m, statistic) : kolmogorovSurvival(statistic, Math.round((n * m) / (n + m)));
  return { statistic, pValue: Math.min(1, Math.max(0, pValue)), method: exact ? 'exact' : 'asymptotic' };
}

/** Values of the first sample per stretch that is looked at as a whole. */
const stretchValues = 256;

/**
 * sup |F − G|, the same to the last bit as by one walk over both samples: first the gaps every so many values, then all
 * gaps of those stretches that could hold a larger one. F and G only rise, so both ends of a stretch bound it.
 */
function largestGap(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  const m = b.length;
  const endsInA: number[] = [];
  const endsInB: number[] = [];
  let gap = 0;
  for (let i = 0, j = 0; i < n; ) {
    const value = a[Math.min(i + stretchValues, n) - 1] as number;
    i = countUpTo(value, a, i);
    j = countUpTo(value, b, j);
    endsInA.push(i);
    endsInB.push(j);
    gap = Math.max(gap, Math.abs(i / n - j / m));
  }
  endsInA.forEach((toA, stretch) => {
    const fromA = endsInA[stretch - 1] ?? 0;
    const fromB = endsInB[stretch - 1] ?? 0;
    const toB = endsInB[stretch] as number;
    if (Math.max(toA / n - fromB / m, toB / m - fromA / n) <= gap) return;
    for (let i = fromA, j = fromB; i < toA || j < toB; ) {
      const value = Math.min(
        i < toA ? (a[i] as number) : Number.POSITIVE_INFINITY,
        j < toB ? (b[j] as number) : Number.POSITIVE_INFINITY,
      );
      while (i < toA && (a[i] as number) <= value) i++;
      while (j < toB && (b[j] as number) <= value) j++;
      gap = Math.max(gap, Math.abs(i / n - j / m));
    }
  });
  return gap;
}

/** How many values of an ascending sample are at most `value`, at least `from` of them; in steps that double. */
function countUpTo(value: number, sorted: Float64Array, from: number): number {
  let low = from;
  let step = 1;
  while (low + step <= sorted.length && (sorted[low + step - 1] as number) <= value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(sorted.length, low + step - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * P(D ≥ d) without ties: the share of monotone lattice paths from (0, 0) to (m, n) that touch |i/m − j/n| ≥ d. The
 * share at a point inside the band is the mean of its two predecessors weighted i : j (Hodges 1958), 1 outside.
 */
function exactSurvival(size1: number, size2: number, d: number): number {
  const m = Math.max(size1, size2);
  const n = Math.min(size1, size2);
  const divisor = greatestCommonDivisor(m, n);
  const stepI = n / divisor;
  const stepJ = m / divisor;
  const limit = Math.round(d * stepI * m);
  if (limit === 0) return 1;
  const touched = new Float64Array(n + 1).fill(1);
  let previousLow = 0;
  for (let i = 0; i <= m; i++) {
    const low = Math.max(0, Math.floor((i * stepI - limit) / stepJ) + 1);
    const high = Math.min(n, Math.ceil((i * stepI + limit) / stepJ) - 1);
    if (low > high) return 1;
    for (let j = previousLow; j < low; j++) touched[j] = 1;
    previousLow = low;
    let below = low === 0 ? 0 : 1;
    for (let j = low; j <= high; j++) {
      below = i + j === 0 ? 0 : ((touched[j] as number) * i + below * j) / (i + j);
      touched[j] = below;
    }
  }
  return touched[n] as number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
