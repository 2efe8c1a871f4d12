import type { Calibration } from '../../../shared/model/calibration.ts';
import { fitIsotonic } from '../stats/isotonic.ts';
import { leastProbability, logitOf } from './calibrate-scores.ts';

/** Logits nearer than this are averaged into one knot: a steep step would make much of the last digits of a score. */
const knotDistance = 0.1;
const mostIterations = 100;

/**
 * Fits a correction of class probabilities. `scores` row-major [rows, classes], `actual` class indices. Needs rows of at
 * least two classes; a class without rows is given its smallest share.
 */
export function fitCalibration(
  method: Calibration['method'],
  scores: Float32Array,
  actual: ArrayLike<number>,
  classes: number,
): Calibration {
  if (method === 'temperature') return { method, classes, temperature: fitTemperature(scores, actual, classes) };
  const corrected = classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c);
  const parts = corrected.map((c) => ({
    logits: Float64Array.from(actual, (_, row) => logitOf(scores[row * classes + c] as number)),
    hits: Float64Array.from(actual, (label) => (label === c ? 1 : 0)),
  }));
  if (method === 'isotonic') {
    return { method, classes, curves: parts.map(({ logits, hits }) => fitCurve(logits, hits)) };
  }
  return { method, classes, lines: parts.map(({ logits, hits }) => fitLine(logits, hits)) };
}

/** Isotonic regression of shares over bins of the logit. */
function fitCurve(logits: Float64Array, hits: Float64Array): { x: number[]; y: number[] } {
  const bins = new Map<number, { x: number; y: number; rows: number }>();
  logits.forEach((logit, row) => {
    const key = Math.round(logit / knotDistance);
    const bin = bins.get(key) ?? { x: 0, y: 0, rows: 0 };
    bins.set(key, { x: bin.x + logit, y: bin.y + (hits[row] as number), rows: bin.rows + 1 });
  });
  const sorted = [...bins].sort((a, b) => a[0] - b[0]).map(([, bin]) => bin);
  // One entry per row keeps the weights of the bins.
  const centres = sorted.flatMap(({ x, rows }) => new Array<number>(rows).fill(x / rows));
  const shares = sorted.flatMap(({ y, rows }) => new Array<number>(rows).fill(y / rows));
  const { x, y } = fitIsotonic(centres, shares);
  return apart({ x: [...x], y: [...y] });
}

/** Without knots nearer to the one before than half the distance, the ends kept. */
function apart({ x, y }: { x: number[]; y: number[] }): { x: number[]; y: number[] } {
  const kept = x
    .flatMap((_, i) => i)
    .filter((i) => i === 0 || (x[i] as number) - (x[i - 1] as number) > knotDistance / 2);
  return { x: kept.map((i) => x[i] as number), y: kept.map((i) => y[i] as number) };
}

/**
 * slope and offset of 1 / (1 + exp(−(slope · x + offset))) by Newton's method with backtracking (Lin, Lin and Weng 2007),
 * on the targets (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2) of Platt (1999).
 */
function fitLine(x: Float64Array, hits: Float64Array): { slope: number; offset: number } {
  const positives = hits.reduce((sum, hit) => sum + hit, 0);
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (x.length - positives + 2);
  const target = hits.map((hit) => (hit === 1 ? high : low));
  const lossAt = (slope: number, offset: number) => {
    let loss = 0;
    x.forEach((value, row) => {
      const f = slope * value + offset;
      // log(1 + exp(f)) − t · f without overflow.
      loss += Math.max(f, 0) + Math.log1p(Math.exp(-Math.abs(f))) - (target[row] as number) * f;
    });
    return loss;
  };
  let [slope, offset] = [0, Math.log((positives + 1) / (x.length - positives + 1))];
  let loss = lossAt(slope, offset);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    // A small ridge keeps the Hessian regular.
    let [hss, hso, hoo, gs, go] = [1e-12, 0, 1e-12, 0, 0];
    x.forEach((value, row) => {
      const p = 1 / (1 + Math.exp(-(slope * value + offset)));
      const weight = p * (1 - p);
      const error = p - (target[row] as number);
      hss += value * value * weight;
      hso += value * weight;
      hoo += weight;
      gs += value * error;
      go += error;
    });
    if (Math.abs(gs) < 1e-8 && Math.abs(go) < 1e-8) break;
    const determinant = hss * hoo - hso * hso;
    const ds = -(hoo * gs - hso * go) / determinant;
    const d0 = -(hss * go - hso * gs) / determinant;
    const descent = gs * ds + go * d0;
    let step = 1;
    let next = lossAt(slope + ds, offset + d0);
    while (!(next <= loss + 1e-4 * step * descent) && step > 1e-10) {
      step /= 2;
      next = lossAt(slope + step * ds, offset + step * d0);
    }
    if (step <= 1e-10) break;
    [slope, offset, loss] = [slope + step * ds, offset + step * d0, next];
  }
  return { slope, offset };
}

/** Temperature of the least log loss (Guo et al. 2017), by golden section over its logarithm in [1/20, 20]. */
function fitTemperature(scores: Float32Array, actual: ArrayLike<number>, classes: number): number {
  const logs = Float64Array.from(scores, (p) => Math.log(Math.max(leastProbability, p)));
  const lossAt = (logTemperature: number) => {
    const factor = Math.exp(-logTemperature);
    let loss = 0;
    for (let row = 0; row < actual.length; row++) {
      const own = logs.subarray(row * classes, (row + 1) * classes);
      const largest = own.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) * factor;
      const sum = own.reduce((total, value) => total + Math.exp(value * factor - largest), 0);
      loss += largest + Math.log(sum) - (own[actual[row] as number] as number) * factor;
    }
    return loss;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [-Math.log(20), Math.log(20)];
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)];
  let [lossA, lossB] = [lossAt(a), lossAt(b)];
  while (high - low > 1e-6) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - golden * (high - low);
      lossA = lossAt(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + golden * (high - low);
      lossB = lossAt(b);
    }
  }
  return Math.exp((low + high) / 2);
}
