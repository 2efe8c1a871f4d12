import { AppError } from '../../../shared/errors/app-error.ts';
import { cholesky } from '../linear/cholesky.ts';

export interface RankingExamples {
  /** Columns per candidate. */
  width: number;
  /** One per example: [candidates, width] row-major. */
  columns: Float64Array[];
  /** One per example: position of the candidate that was chosen. */
  chosen: number[];
}

export interface FittedRanking {
  /** Per column. */
  weights: Float64Array;
  /** Mean −log share of the chosen candidate before each step. */
  losses: number[];
}

const mostSteps = 50;
const smallestGain = 1e-9;

/**
 * Conditional logit (McFadden 1974): the share of a candidate is the softmax over the candidates of x·w. Newton's method
 * with step halving; the loss with the penalty ½ · l2 · |w|² is convex. Errors: `run.cancelled`.
 */
export function fitRanking(
  { width, columns, chosen }: RankingExamples,
  l2: number,
  signal: AbortSignal,
): FittedRanking {
  let weights: Float64Array = new Float64Array(width);
  const losses: number[] = [];
  let at = evaluate({ width, columns, chosen }, weights, l2);
  for (let step = 0; step < mostSteps; step++) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    losses.push(at.logLoss / Math.max(chosen.length, 1));
    // The penalty is positive, so that the second derivatives are positive definite.
    const direction = cholesky(at.hessian, width, 0)?.solve(at.gradient);
    if (direction === undefined) break;
    let best: { weights: Float64Array; point: Point } | undefined;
    for (let size = 1; size > 1e-4 && best === undefined; size /= 2) {
      const tried = weights.map((weight, c) => weight - size * (direction[c] as number));
      const point = evaluate({ width, columns, chosen }, tried, l2);
      if (point.objective < at.objective) best = { weights: tried, point };
    }
    if (best === undefined) break;
    const gain = at.objective - best.point.objective;
    ({ weights, point: at } = best);
    if (gain < smallestGain * Math.max(1, at.objective)) break;
  }
  return { weights, losses };
}

interface Point {
  logLoss: number;
  objective: number;
  gradient: Float64Array;
  /** [width, width] */
  hessian: Float64Array;
}

function evaluate({ width, columns, chosen }: RankingExamples, weights: Float64Array, l2: number): Point {
  const gradient = weights.map((weight) => l2 * weight);
  const hessian = new Float64Array(width * width);
  for (let c = 0; c < width; c++) hessian[c * width + c] = l2;
  let logLoss = 0;
  const mean = new Float64Array(width);
  columns.forEach((x, example) => {
    const count = x.length / width;
    const scores = Float64Array.from({ length: count }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += (x[i * width + c] as number) * (weights[c] as number);
      return sum;
    });
    const highest = scores.reduce((a, b) => Math.max(a, b));
    const shares = scores.map((score) => Math.exp(score - highest));
    const total = shares.reduce((a, b) => a + b);
    const picked = chosen[example] as number;
    logLoss += Math.log(total) - ((scores[picked] as number) - highest);
    mean.fill(0);
    for (let i = 0; i < count; i++) {
      const share = (shares[i] as number) / total;
      for (let c = 0; c < width; c++) {
        const value = x[i * width + c] as number;
        mean[c] = (mean[c] as number) + share * value;
        for (let d = 0; d < width; d++) {
          hessian[c * width + d] = (hessian[c * width + d] as number) + share * value * (x[i * width + d] as number);
        }
      }
    }
    for (let c = 0; c < width; c++) {
      gradient[c] = (gradient[c] as number) + (mean[c] as number) - (x[picked * width + c] as number);
      for (let d = 0; d < width; d++) {
        hessian[c * width + d] = (hessian[c * width + d] as number) - (mean[c] as number) * (mean[d] as number);
      }
    }
  });
  const penalty = (l2 / 2) * weights.reduce((sum, weight) => sum + weight * weight, 0);
  return { logLoss, objective: logLoss + penalty, gradient, hessian };
}
