import { fitIsotonic, type IsotonicFit, isotonicValue } from '../compute/stats/isotonic.ts';
import type { ClassSample } from './class-performance.ts';

/** Scores of held-out rows with their labels, which calibration is learned from. Never training rows. */
export interface ScoredReference {
  rows: number;
  classes: number;
  /** Row-major [rows, classes]. */
  scores: ArrayLike<number>;
  /** Index of the true class per row. */
  actual: ArrayLike<number>;
}

/** Per class the curve from score to chance; null where the scores are calibrated as they are. */
export type Calibration = (IsotonicFit | null)[];

const folds = 5;
const bins = 10;

/**
 * Isotonic calibration of each class against the rest, used only where it lowers the expected calibration error of rows
 * it was not fitted on (5 folds). The method is confidence-based performance estimation as NannyML describes it.
 */
export function fitCalibration(reference: ScoredReference): Calibration {
  return Array.from({ length: reference.classes }, (_, c) => {
    // The chances of two classes sum to 1: one curve serves both.
    if (reference.classes === 2 && c === 0) return null;
    const { scores, hits } = classColumn(reference, c);
    return improves(scores, hits) ? fitIsotonic(scores, hits) : null;
  });
}

/** Rows whose labels are not known yet, each class with its calibrated chance: expected metrics follow from it. */
export function expectedSample(
  calibration: Calibration,
  window: { rows: number; scores: ArrayLike<number> },
): ClassSample {
  const classes = calibration.length;
  const { rows, scores } = window;
  const chances = new Float64Array(rows * classes);
  const predicted = new Uint32Array(rows);
  const chanceOf = (c: number, score: number) => {
    const fit = calibration[c];
    return fit === null || fit === undefined ? score : isotonicValue(fit, score);
  };
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    predicted[row] = largest(scores, at, classes);
    if (classes === 2) {
      chances[at + 1] = Math.min(1, Math.max(0, chanceOf(1, scores[at + 1] as number)));
      chances[at] = 1 - (chances[at + 1] as number);
      continue;
    }
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += chances[at + c] = chanceOf(c, scores[at + c] as number);
    for (let c = 0; c < classes; c++) {
      chances[at + c] = sum > 0 ? (chances[at + c] as number) / sum : 1 / classes;
    }
  }
  return { rows, classes, scores, chances, predicted };
}

/** Rows whose labels are known. */
export function labelledSample({ rows, classes, scores, actual }: ScoredReference): ClassSample {
  const chances = new Float64Array(rows * classes);
  const predicted = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    chances[row * classes + (actual[row] as number)] = 1;
    predicted[row] = largest(scores, row * classes, classes);
  }
  return { rows, classes, scores, chances, predicted };
}

function largest(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if ((values[from + i] as number) > (values[from + best] as number)) best = i;
  return best;
}

function classColumn({ rows, classes, scores, actual }: ScoredReference, c: number) {
  return {
    scores: Float64Array.from({ length: rows }, (_, row) => scores[row * classes + c] as number),
    hits: Float64Array.from({ length: rows }, (_, row) => (actual[row] === c ? 1 : 0)),
  };
}

function improves(scores: Float64Array, hits: Float64Array): boolean {
  const positives = hits.reduce((sum, hit) => sum + hit, 0);
  if (positives === 0 || positives === hits.length || hits.length < 10 * folds) return false;
  // Every fold gets the same share of each class: rows of a class are dealt in turn.
  const foldOf = new Uint8Array(hits.length);
  const dealt = [0, 0];
  hits.forEach((hit, row) => {
    foldOf[row] = (dealt[hit] as number) % folds;
    dealt[hit] = (dealt[hit] as number) + 1;
  });
  const calibrated = new Float64Array(hits.length);
  for (let fold = 0; fold < folds; fold++) {
    const fit = fitIsotonic(
      scores.filter((_, row) => foldOf[row] !== fold),
      hits.filter((_, row) => foldOf[row] !== fold),
    );
    scores.forEach((score, row) => {
      if (foldOf[row] === fold) calibrated[row] = isotonicValue(fit, score);
    });
  }
  return expectedCalibrationError(calibrated, hits) < expectedCalibrationError(scores, hits);
}

/** How far scores are from what happened: of two classes those of the second, of more those of the class that leads. */
export function calibrationOf({ rows, classes, scores, actual }: ScoredReference): {
  error: number;
  predicted: number;
  observed: number;
} {
  const chances = new Float64Array(rows);
  const hits = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const c = classes === 2 ? 1 : largest(scores, row * classes, classes);
    chances[row] = scores[row * classes + c] as number;
    hits[row] = actual[row] === c ? 1 : 0;
  }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, rows);
  return { error: expectedCalibrationError(chances, hits), predicted: mean(chances), observed: mean(hits) };
}

/** Mean |chance − share of hits| over bins of equally many rows, by score. */
function expectedCalibrationError(chances: Float64Array, hits: Float64Array): number {
  const order = Uint32Array.from(chances, (_, row) => row).sort(
    (a, b) => (chances[a] as number) - (chances[b] as number) || a - b,
  );
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const from = Math.floor((bin * order.length) / bins);
    const to = Math.floor(((bin + 1) * order.length) / bins);
    let difference = 0;
    for (let i = from; i < to; i++)
      difference += (chances[order[i] as number] as number) - (hits[order[i] as number] as number);
    error += Math.abs(difference);
  }
  return error / order.length;
}
