import type { ThresholdCounts } from './threshold-counts.ts';

export interface Calibration {
  /** Σ (bin rows / rows) · |mean predicted − share observed|. */
  expectedCalibrationError: number;
  /** Ascending. */
  /** Mean predicted probability, share of positives, rows. */
  bins: { predicted: number; observed: number; rows: number }[];
}

/**
 * Equal-count bins of the predicted probability. Equal scores never fall in two bins (a run of ties goes where its
 * middle falls), so the result does not depend on row order; fewer than `binCount` bins come out when ties are long.
 */
export function calibration(counts: ThresholdCounts, binCount = 10): Calibration | null {
  const rows = counts.positives + counts.negatives;
  if (rows === 0) return null;
  const count = new Float64Array(binCount);
  const predicted = new Float64Array(binCount);
  const observed = new Float64Array(binCount);
  let above = 0;
  for (let i = 0; i < counts.threshold.length; i++) {
    const through = (counts.truePositives[i] as number) + (counts.falsePositives[i] as number);
    const tied = through - above;
    const before = i === 0 ? 0 : (counts.truePositives[i - 1] as number);
    const bin = Math.min(binCount - 1, Math.floor(((rows - above - tied / 2) / rows) * binCount));
    count[bin] = (count[bin] as number) + tied;
    predicted[bin] = (predicted[bin] as number) + tied * (counts.threshold[i] as number);
    observed[bin] = (observed[bin] as number) + (counts.truePositives[i] as number) - before;
    above = through;
  }
  const bins: Calibration['bins'] = [];
  let error = 0;
  for (let b = 0; b < binCount; b++) {
    const size = count[b] as number;
    if (size === 0) continue;
    const bin = { predicted: (predicted[b] as number) / size, observed: (observed[b] as number) / size, rows: size };
    error += (size / rows) * Math.abs(bin.predicted - bin.observed);
    bins.push(bin);
  }
  return { expectedCalibrationError: error, bins };
}
