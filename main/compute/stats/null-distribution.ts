import { jensenShannonDistance } from './divergence.ts';
import { shares } from './histogram.ts';

/**
 * Distribution of a distance between a reference and a current sample when nothing has changed: both are drawn with
 * replacement from the given reference, again and again. Ascending.
 */
export interface NullOptions {
  referenceRows: number;
  currentRows: number;
  repetitions: number;
  /** Uniform in [0, 1). */
  random(): number;
}

/** First Wasserstein distance over the standard deviation of the drawn reference; `sorted` is the reference, ascending. */
export function wassersteinNull(sorted: Float64Array, options: NullOptions): Float64Array {
  const { referenceRows, currentRows, repetitions, random } = options;
  const size = sorted.length;
  const reference = new Uint32Array(size);
  const current = new Uint32Array(size);
  return Float64Array.from({ length: repetitions }, () => {
    drawUniform(reference, referenceRows, random);
    drawUniform(current, currentRows, random);
    let distance = 0;
    let below = 0;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const value = sorted[i] as number;
      if (i > 0) distance += Math.abs(below) * (value - (sorted[i - 1] as number));
      below += (reference[i] as number) / referenceRows - (current[i] as number) / currentRows;
      sum += (reference[i] as number) * value;
    }
    const mean = sum / referenceRows;
    let squares = 0;
    for (let i = 0; i < size; i++) squares += (reference[i] as number) * ((sorted[i] as number) - mean) ** 2;
    return distance / Math.max(Math.sqrt(squares / referenceRows), 0.001);
  }).sort();
}

/** At most `size` quantiles of an ascending sample, those in the middle of as many equal parts of it. */
export function evenQuantiles(sorted: Float64Array, size: number): Float64Array {
  const n = sorted.length;
  if (n <= size) return sorted;
  return Float64Array.from({ length: size }, (_, k) => sorted[Math.floor(((k + 0.5) * n) / size)] as number);
}

/** Jensen–Shannon distance of category shares; `counts` are those of the reference. */
export function jensenShannonNull(counts: ArrayLike<number>, options: NullOptions): Float64Array {
  const { referenceRows, currentRows, repetitions, random } = options;
  const ends = Float64Array.from(shares(counts));
  for (let i = 1; i < ends.length; i++) ends[i] = (ends[i] as number) + (ends[i - 1] as number);
  const reference = new Uint32Array(ends.length);
  const current = new Uint32Array(ends.length);
  return Float64Array.from({ length: repetitions }, () => {
    drawCategories(reference, ends, referenceRows, random);
    drawCategories(current, ends, currentRows, random);
    return jensenShannonDistance(shares(reference), shares(current));
  }).sort();
}

/** The smallest value that at most a share `p` of the null distribution exceeds. */
export function nullQuantile(distribution: Float64Array, p: number): number {
  const rank = Math.ceil((1 - p) * (distribution.length + 1)) - 1;
  return distribution[Math.min(distribution.length - 1, Math.max(0, rank))] as number;
}

/** Share of the null distribution at or above the statistic, itself counted: in (0, 1]. */
export function nullPValue(distribution: Float64Array, statistic: number): number {
  let low = 0;
  let high = distribution.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((distribution[middle] as number) < statistic) low = middle + 1;
    else high = middle;
  }
  return (distribution.length - low + 1) / (distribution.length + 1);
}

function drawUniform(counts: Uint32Array, rows: number, random: () => number): void {
  counts.fill(0);
  for (let i = 0; i < rows; i++) {
    const at = Math.floor(random() * counts.length);
    counts[at] = (counts[at] as number) + 1;
  }
}

function drawCategories(counts: Uint32Array, ends: Float64Array, rows: number, random: () => number): void {
  counts.fill(0);
  for (let i = 0; i < rows; i++) {
    const u = random();
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) <= u) low = middle + 1;
      else high = middle;
    }
    counts[low] = (counts[low] as number) + 1;
  }
}
