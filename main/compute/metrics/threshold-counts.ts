/** Scores of the positive class and whether each row is positive (1) or not (0); same length. */
export interface BinaryScores {
  scores: Float32Array | Float64Array;
  positive: Uint8Array;
}

/** Cumulative counts at every distinct score, highest first: rows with score ≥ `threshold[i]` are predicted positive. */
export interface ThresholdCounts {
  threshold: Float64Array;
  truePositives: Float64Array;
  falsePositives: Float64Array;
  positives: number;
  negatives: number;
}

/**
 * Sorts the two classes apart and merges them, so that only plain typed arrays are sorted: O(n log n), no index array.
 * Scores must be numbers, not NaN.
 */
export function thresholdCounts({ scores, positive }: BinaryScores): ThresholdCounts {
  const n = scores.length;
  let positives = 0;
  for (let i = 0; i < n; i++) positives += positive[i] as number;
  const negatives = n - positives;
  const high = new Float64Array(positives);
  const low = new Float64Array(negatives);
  for (let i = 0, p = 0, q = 0; i < n; i++) {
    const score = scores[i] as number;
    if (positive[i] === 1) high[p++] = score;
    else low[q++] = score;
  }
  high.sort();
  low.sort();

  const threshold = new Float64Array(n);
  const truePositives = new Float64Array(n);
  const falsePositives = new Float64Array(n);
  let p = positives - 1;
  let q = negatives - 1;
  let size = 0;
  while (p >= 0 || q >= 0) {
    const score = q < 0 || (p >= 0 && (high[p] as number) >= (low[q] as number)) ? high[p] : low[q];
    while (p >= 0 && high[p] === score) p--;
    while (q >= 0 && low[q] === score) q--;
    threshold[size] = score as number;
    truePositives[size] = positives - 1 - p;
    falsePositives[size] = negatives - 1 - q;
    size++;
  }
  return {
    threshold: threshold.subarray(0, size),
    truePositives: truePositives.subarray(0, size),
    falsePositives: falsePositives.subarray(0, size),
    positives,
    negatives,
  };
}

/** Area under the ROC curve, ties counted half (trapezoid over distinct scores); null when a class is absent. */
export function rocAuc(counts: ThresholdCounts): number | null {
  const { truePositives, falsePositives, positives, negatives } = counts;
  if (positives === 0 || negatives === 0) return null;
  let area = 0;
  let lastTrue = 0;
  let lastFalse = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const t = truePositives[i] as number;
    const f = falsePositives[i] as number;
    area += (f - lastFalse) * (t + lastTrue);
    lastTrue = t;
    lastFalse = f;
  }
  return area / 2 / positives / negatives;
}

/** Σ (Rᵢ − Rᵢ₋₁)·Pᵢ over distinct scores, without interpolation; null when no row is positive. */
export function averagePrecision({ truePositives, falsePositives, positives }: ThresholdCounts): number | null {
  if (positives === 0) return null;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const t = truePositives[i] as number;
    sum += ((t - last) * t) / (t + (falsePositives[i] as number));
    last = t;
  }
  return sum / positives;
}
