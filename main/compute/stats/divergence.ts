import { shares } from './histogram.ts';

/**
 * Jensen–Shannon distance (square root of the divergence, natural logarithm) of two lists of shares, each summing
 * to 1; in [0, √ln 2].
 */
export function jensenShannonDistance(reference: Float64Array, current: Float64Array): number {
  let divergence = 0;
  for (let i = 0; i < reference.length; i++) {
    const r = reference[i] as number;
    const c = current[i] as number;
    const middle = (r + c) / 2;
    if (r > 0) divergence += r * Math.log(r / middle);
    if (c > 0) divergence += c * Math.log(c / middle);
  }
  return Math.sqrt(Math.max(0, divergence / 2));
}

/**
 * Population stability index Σ (r − c)·ln(r / c) of two lists of shares. Empty bins are filled per side and not
 * renormalised: with m the smallest nonzero share, by m / 10⁶ where m ≤ 10⁻⁴, else by 10⁻⁴.
 */
export function populationStabilityIndex(reference: Float64Array, current: Float64Array): number {
  const r = fillZeros(reference);
  const c = fillZeros(current);
  let index = 0;
  for (let i = 0; i < r.length; i++) {
    index += ((r[i] as number) - (c[i] as number)) * Math.log((r[i] as number) / (c[i] as number));
  }
  return index;
}

/**
 * Kullback–Leibler divergence Σ r·ln(r / c) in nats; empty bins filled per side as for the stability index, then both
 * sides renormalised to sum 1.
 */
export function kullbackLeiblerDivergence(reference: Float64Array, current: Float64Array): number {
  const r = shares(fillZeros(reference));
  const c = shares(fillZeros(current));
  let divergence = 0;
  for (let i = 0; i < r.length; i++) divergence += (r[i] as number) * Math.log((r[i] as number) / (c[i] as number));
  return divergence;
}

function fillZeros(values: Float64Array): Float64Array {
  let smallest = Number.POSITIVE_INFINITY;
  for (const share of values) if (share > 0 && share < smallest) smallest = share;
  const fill = smallest <= 1e-4 ? smallest / 1e6 : 1e-4;
  return values.map((share) => (share === 0 ? fill : share));
}
