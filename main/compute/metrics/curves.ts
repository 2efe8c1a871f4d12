import { type Point, simplifyCurve } from './simplify-curve.ts';
import type { ThresholdCounts } from './threshold-counts.ts';

const MAX_POINTS = 200;

/** x = false positive rate, y = recall, from (0, 0) to (1, 1); empty when a class is absent. */
export function rocCurve({ truePositives, falsePositives, positives, negatives }: ThresholdCounts): Point[] {
  if (positives === 0 || negatives === 0) return [];
  const points: Point[] = [[0, 0]];
  for (let i = 0; i < truePositives.length; i++) {
    points.push([(falsePositives[i] as number) / negatives, (truePositives[i] as number) / positives]);
  }
  return simplifyCurve(points, MAX_POINTS);
}

/** x = recall, y = precision; starts at recall 0 with the precision of the highest score; empty without positives. */
export function precisionRecallCurve({ truePositives, falsePositives, positives }: ThresholdCounts): Point[] {
  if (positives === 0) return [];
  const points: Point[] = [];
  for (let i = 0; i < truePositives.length; i++) {
    const t = truePositives[i] as number;
    const precision = t / (t + (falsePositives[i] as number));
    if (i === 0 && t > 0) points.push([0, precision]);
    points.push([t / positives, precision]);
    // Below full recall nothing new comes: the rest of the thresholds only lowers precision at recall 1.
    if (t === positives) break;
  }
  return simplifyCurve(points, MAX_POINTS);
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
