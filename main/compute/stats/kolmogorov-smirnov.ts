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

function largestGap(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let gap = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && (a[i] as number) <= value) i++;
    while (j < b.length && (b[j] as number) <= value) j++;
    gap = Math.max(gap, Math.abs(i / a.length - j / b.length));
  }
  return gap;
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
