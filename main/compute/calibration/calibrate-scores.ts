import type { Calibration } from '../../../shared/model/calibration.ts';
import { isotonicValue } from '../stats/isotonic.ts';

/** Probabilities are kept this far from 0 and 1 before their logit is taken. */
export const leastProbability = 1e-6;
/** Keeps rows defined in which every class is given 0. */
export const leastMass = 1e-9;

export function logitOf(probability: number): number {
  const p = Math.min(1 - leastProbability, Math.max(leastProbability, probability));
  return Math.log(p / (1 - p));
}

/** Corrected probabilities of row-major `scores` [rows, classes]. */
export function calibrateScores(calibration: Calibration, scores: Float32Array, rows: number): Float32Array {
  const { classes } = calibration;
  const result = new Float32Array(scores.length);
  const own = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    if (calibration.method === 'temperature') {
      for (let c = 0; c < classes; c++) {
        own[c] = Math.max(leastProbability, scores[at + c] as number) ** (1 / calibration.temperature);
      }
    } else if (classes === 2) {
      own[1] = oneAgainstRest(calibration, 0, scores[at + 1] as number);
      own[0] = 1 - own[1];
    } else {
      for (let c = 0; c < classes; c++) {
        own[c] = Math.max(leastMass, oneAgainstRest(calibration, c, scores[at + c] as number));
      }
    }
    const total = own.reduce((sum, value) => sum + value, 0);
    for (let c = 0; c < classes; c++) result[at + c] = (own[c] as number) / total;
  }
  return result;
}

function oneAgainstRest(
  calibration: Exclude<Calibration, { method: 'temperature' }>,
  index: number,
  score: number,
): number {
  if (calibration.method === 'isotonic') {
    const { x, y } = calibration.curves[index] as { x: number[]; y: number[] };
    return isotonicValue({ x: Float64Array.from(x), y: Float64Array.from(y) }, logitOf(score));
  }
  const { slope, offset } = calibration.lines[index] as { slope: number; offset: number };
  return 1 / (1 + Math.exp(-(slope * logitOf(score) + offset)));
}
