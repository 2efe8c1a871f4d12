import { type Point, simplifyCurve } from './simplify-curve.ts';
import type { ThresholdCounts } from './threshold-counts.ts';

const MAX_POINTS = 200;

export interface RocPoint {
  /** Null at the start, where nothing is predicted positive. */
  threshold: number | null;
  falsePositiveRate: number;
  truePositiveRate: number;
}

/** From (0, 0) to (1, 1); empty when a class is absent. */
export function rocCurve({
  threshold,
  truePositives,
  falsePositives,
  positives,
  negatives,
}: ThresholdCounts): RocPoint[] {
  if (positives === 0 || negatives === 0) return [];
  const points: Point[] = [[0, 0]];
  for (let i = 0; i < threshold.length; i++) {
    points.push([(falsePositives[i] as number) / negatives, (truePositives[i] as number) / positives]);
  }
  return simplifyCurve(points, MAX_POINTS).map((i) => ({
    threshold: i === 0 ? null : (threshold[i - 1] as number),
    falsePositiveRate: (points[i] as Point)[0],
    truePositiveRate: (points[i] as Point)[1],
  }));
}

export interface PrecisionRecallPoint {
  threshold: number | null;
  recall: number;
  precision: number;
}

/**
 * Recall ascending, up to the first threshold with recall 1 (lower ones only lower precision there). The first point
 * repeats the precision of the highest score at recall 0. Empty without positives.
 */
export function precisionRecallCurve({
  threshold,
  truePositives,
  falsePositives,
  positives,
}: ThresholdCounts): PrecisionRecallPoint[] {
  if (positives === 0) return [];
  const precisionAt = (i: number) =>
    (truePositives[i] as number) / ((truePositives[i] as number) + (falsePositives[i] as number));
  const points: Point[] = [[0, precisionAt(0)]];
  for (let i = 0; i < threshold.length; i++) {
    points.push([(truePositives[i] as number) / positives, precisionAt(i)]);
    if (truePositives[i] === positives) break;
  }
  return simplifyCurve(points, MAX_POINTS).map((i) => ({
    threshold: i === 0 ? null : (threshold[i - 1] as number),
    recall: (points[i] as Point)[0],
    precision: (points[i] as Point)[1],
  }));
}

export interface ThresholdRow {
  threshold: number;
  precision: number | null;
  recall: number;
  f1: number;
  accuracy: number;
  predictedPositive: number;
}

/** What predicting positive at score ≥ t gives, for t = 0.05, 0.10 … 0.95. Needs both classes. */
export function thresholdTable(counts: ThresholdCounts): ThresholdRow[] {
  const rows: ThresholdRow[] = [];
  const { threshold, truePositives, falsePositives, positives, negatives } = counts;
  if (positives === 0 || negatives === 0) return rows;
  let index = threshold.length - 1;
  for (let step = 1; step < 20; step++) {
    const at = step / 20;
    while (index >= 0 && (threshold[index] as number) < at) index--;
    const t = index < 0 ? 0 : (truePositives[index] as number);
    const f = index < 0 ? 0 : (falsePositives[index] as number);
    rows.push({
      threshold: at,
      precision: t + f === 0 ? null : t / (t + f),
      recall: t / positives,
      f1: (2 * t) / (t + f + positives),
      accuracy: (t + negatives - f) / (positives + negatives),
      predictedPositive: (t + f) / (positives + negatives),
    });
  }
  return rows;
}
