import type { ThresholdCounts } from './threshold-counts.ts';

export interface LiftPoint {
  /** Share of the rows with the highest scores. */
  share: number;
  /** Share of all positives among them. */
  gain: number;
  /** How many times as many positives as among rows drawn at random. */
  lift: number;
}

const liftPoints = 20;

/** Gain and lift at every twentieth of the rows; empty when a class is absent. Tied scores are taken in together. */
export function liftCurve({ truePositives, falsePositives, positives, negatives }: ThresholdCounts): LiftPoint[] {
  if (positives === 0 || negatives === 0) return [];
  const rows = positives + negatives;
  const points: LiftPoint[] = [];
  let i = 0;
  for (let step = 1; step <= liftPoints; step++) {
    const wanted = (step / liftPoints) * rows;
    while (i < truePositives.length - 1 && countAt(i, truePositives, falsePositives) < wanted) i++;
    const taken = countAt(i, truePositives, falsePositives);
    // Within a tie, positives are spread evenly.
    const before = i === 0 ? 0 : countAt(i - 1, truePositives, falsePositives);
    const hitsBefore = i === 0 ? 0 : (truePositives[i - 1] as number);
    const part = taken === before ? 1 : Math.min(1, (wanted - before) / (taken - before));
    const hits = hitsBefore + part * ((truePositives[i] as number) - hitsBefore);
    points.push({ share: step / liftPoints, gain: hits / positives, lift: hits / positives / (wanted / rows) });
  }
  return points;
}

function countAt(i: number, truePositives: Float64Array, falsePositives: Float64Array): number {
  return (truePositives[i] as number) + (falsePositives[i] as number);
}

export interface CostChoice {
  /** Rows with a score of at least this are predicted positive; null: none should be. */
  threshold: number | null;
  /** Mean cost per row there. */
  cost: number;
  /** The same at threshold 0.5. */
  costAtHalf: number;
}

/**
 * Threshold of the lowest mean cost per row, where a false positive and a false negative cost what is given (≥ 0) and right
 * predictions nothing (Elkan, The Foundations of Cost-Sensitive Learning, 2001). Null without rows.
 */
export function cheapestThreshold(
  counts: ThresholdCounts,
  costs: { falsePositive: number; falseNegative: number },
): CostChoice | null {
  const { threshold, truePositives, falsePositives, positives, negatives } = counts;
  const rows = positives + negatives;
  if (rows === 0) return null;
  const costOf = (hits: number, alarms: number) =>
    (alarms * costs.falsePositive + (positives - hits) * costs.falseNegative) / rows;
  let best: { threshold: number | null; cost: number } = { threshold: null, cost: costOf(0, 0) };
  let atHalf = best.cost;
  for (let i = 0; i < threshold.length; i++) {
    const cost = costOf(truePositives[i] as number, falsePositives[i] as number);
    if (cost < best.cost) best = { threshold: threshold[i] as number, cost };
    // The class of a tie at 0.5 is the first one: only scores above it are positive.
    if ((threshold[i] as number) > 0.5) atHalf = cost;
  }
  return { ...best, costAtHalf: atHalf };
}
