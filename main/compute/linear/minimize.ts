import { type Cholesky, cholesky } from './cholesky.ts';
import type { Evaluation } from './likelihood.ts';

export interface Objective {
  /** Rows of the design matrix D (intercept last) and columns of coefficients K. */
  design: number;
  outputs: number;
  /** ½ · l2 · Σ coefficient² is added to the loss; intercepts are free. */
  l2: number;
  /** The Hessian is empty unless asked for. */
  evaluate(coefficients: Float64Array, withHessian: boolean): Promise<Evaluation>;
}

export interface MinimizeOptions {
  objective: Objective;
  rows: number;
  maxIterations: number;
  /** Largest change of a standardised coefficient in the last step. */
  tolerance: number;
  /** Where to begin, [D, K]; default 0. */
  start?: Float64Array | undefined;
  /** The second derivatives are asked for at the very end, not near it. */
  needsHessian?: boolean;
  onIteration(iteration: number, loss: number): void;
}

export interface Minimum {
  /** [D, K] row-major. */
  coefficients: Float64Array;
  /** Mean loss per row before each step, without the penalty. */
  losses: number[];
  converged: boolean;
  /** Factorised second derivatives at the last step, in the order of the coefficients; Newton's method only. */
  hessian: Cholesky | undefined;
  /** Columns are collinear or constant: a small ridge was added to solve at all. */
  ridge: number;
}

/** Losses are summed in float32: smaller differences are rounding. */
export const LOSS_RESOLUTION = 1e-6;
export const SMALLEST_STEP = 2 ** -12;
/** Newton steps without a lower loss after which no further one helps. */
const STALLED_STEPS = 4;

/** Steps smaller than this leave the second derivatives as they are, for what the next step needs of them. */
const KEPT_HESSIAN_STEP = 0.02;
/** A step with kept second derivatives that is not this much smaller than the one before asks for new ones. */
const KEPT_HESSIAN_GAIN = 0.1;

/**
 * Newton's method (IRLS for logistic regression) with step halving. Near the minimum the second derivatives, which cost
 * more than all else, are kept from step to step. Needs an objective with a Hessian.
 */
export async function minimizeNewton(options: MinimizeOptions): Promise<Minimum> {
  const { objective, rows, maxIterations, tolerance } = options;
  const size = objective.design * objective.outputs;
  const factorizeAt = ({ hessian }: Point) => factorize(fullHessian(objective, hessian), size);
  let coefficients: Float64Array = options.start ?? new Float64Array(size);
  let at = await evaluate(objective, coefficients, true);
  let { factor, ridge } = factorizeAt(at);
  const losses = [at.loss / rows];
  let converged = false;
  let isKept = false;
  let stalled = 0;
  let lastChange = Number.POSITIVE_INFINITY;
  for (let iteration = 1; iteration <= maxIterations && !converged; iteration++) {
    const before = at.penalized;
    let step = factor.solve(at.gradient);
    let change = largestOf(step);
    if (isKept && change > tolerance && change > KEPT_HESSIAN_GAIN * lastChange) {
      at = await evaluate(objective, coefficients, true);
      ({ factor, ridge } = factorizeAt(at));
      isKept = false;
      step = factor.solve(at.gradient);
      change = largestOf(step);
    }
    if (change <= tolerance && iteration > 1) {
      // Too small a step to be seen in the loss: it is taken without another look.
      coefficients = coefficients.map((value, i) => value - (step[i] as number));
      converged = true;
      break;
    }
    let scale = 1;
    isKept = change < KEPT_HESSIAN_STEP;
    for (;;) {
      const moved = coefficients.map((value, i) => value - scale * (step[i] as number));
      const next = await evaluate(objective, moved, !isKept);
      const allowed = at.penalized + LOSS_RESOLUTION * Math.abs(at.penalized);
      if (next.penalized <= allowed || scale <= SMALLEST_STEP) {
        coefficients = moved;
        at = next;
        break;
      }
      scale /= 2;
    }
    if (!isKept) ({ factor, ridge } = factorizeAt(at));
    lastChange = change * scale;
    losses.push(at.loss / rows);
    options.onIteration(iteration, at.loss / rows);
    // Badly conditioned columns keep moving in the rounding of float32 sums after the loss has settled.
    stalled = before - at.penalized <= LOSS_RESOLUTION * Math.abs(before) ? stalled + 1 : 0;
    converged = lastChange <= tolerance || stalled === STALLED_STEPS;
  }
  if (options.needsHessian === true && isKept) {
    ({ factor, ridge } = factorizeAt(await evaluate(objective, coefficients, true)));
  }
  return { coefficients, losses, converged, hessian: factor, ridge };
}

function largestOf(step: Float64Array): number {
  return step.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

export interface Point extends Evaluation {
  penalized: number;
}

/** Loss, gradient and Hessian with the penalty of l2. */
export async function evaluate(objective: Objective, coefficients: Float64Array, withHessian = false): Promise<Point> {
  const { design, outputs, l2 } = objective;
  const result = await objective.evaluate(coefficients, withHessian);
  let penalty = 0;
  for (let i = 0; i < (design - 1) * outputs; i++) {
    const value = coefficients[i] as number;
    penalty += 0.5 * l2 * value * value;
    result.gradient[i] = (result.gradient[i] as number) + l2 * value;
  }
  return { ...result, penalized: result.loss + penalty };
}

/**
 * [D·K, D·K] from the blocks (a, b), with the penalty on the diagonal; index of (row d, output k) is d·K + k.
 * Softmax does not change when all outputs of a row d move together: that direction gets the curvature of the row, so
 * that the matrix can be factorised and coefficients keep a sum of 0 over the outputs.
 */
export function fullHessian({ design, outputs, l2 }: Objective, blocks: Float64Array): Float64Array {
  const size = design * outputs;
  const full = new Float64Array(size * size);
  let block = 0;
  for (let a = 0; a < outputs; a++) {
    for (let b = a; b < outputs; b++) {
      for (let i = 0; i < design; i++) {
        for (let j = 0; j < design; j++) {
          const value = blocks[(block * design + i) * design + j] as number;
          full[(i * outputs + a) * size + j * outputs + b] = value;
          full[(j * outputs + b) * size + i * outputs + a] = value;
        }
      }
      block++;
    }
  }
  for (let i = 0; i < (design - 1) * outputs; i++) full[i * size + i] = (full[i * size + i] as number) + l2;
  for (let d = 0; outputs > 1 && d < design; d++) {
    const at = (a: number, b: number) => (d * outputs + a) * size + d * outputs + b;
    let curvature = 0;
    for (let a = 0; a < outputs; a++) curvature += (full[at(a, a)] as number) / outputs;
    for (let a = 0; a < outputs; a++) {
      for (let b = 0; b < outputs; b++) full[at(a, b)] = (full[at(a, b)] as number) + curvature;
    }
  }
  return full;
}

/** Adds a growing ridge to a singular matrix until it can be factorised. */
function factorize(hessian: Float64Array, size: number): { factor: Cholesky; ridge: number } {
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, hessian[i * size + i] as number);
  // Entries come from float32 sums: a smaller pivot is rounding.
  const plain = cholesky(hessian, size, 1e-6);
  if (plain !== undefined) return { factor: plain, ridge: 0 };
  for (let ridge = 1e-6 * largest || 1; ; ridge *= 10) {
    const lifted = Float64Array.from(hessian);
    for (let i = 0; i < size; i++) lifted[i * size + i] = (lifted[i * size + i] as number) + ridge;
    const factor = cholesky(lifted, size);
    if (factor !== undefined) return { factor, ridge };
  }
}

const MEMORY = 10;

/** L-BFGS (Nocedal & Wright, algorithm 7.5) with Armijo backtracking: for wide designs, where D·K squared is too much. */
export async function minimizeLbfgs(options: MinimizeOptions): Promise<Minimum> {
  const { objective, rows, maxIterations, tolerance } = options;
  let coefficients: Float64Array = new Float64Array(objective.design * objective.outputs);
  let at = await evaluate(objective, coefficients);
  const losses = [at.loss / rows];
  const history: { step: Float64Array; change: Float64Array; rho: number }[] = [];
  let converged = false;
  for (let iteration = 1; iteration <= maxIterations && !converged; iteration++) {
    const direction = twoLoop(at.gradient, history);
    const slope = -dot(direction, at.gradient);
    let scale = history.length === 0 ? Math.min(1, 1 / norm(at.gradient)) : 1;
    let next = at;
    let moved = coefficients;
    for (; scale > 1e-12; scale /= 2) {
      moved = coefficients.map((value, i) => value - scale * (direction[i] as number));
      next = await evaluate(objective, moved);
      const allowed = at.penalized + 1e-4 * scale * slope + LOSS_RESOLUTION * 0.1 * Math.abs(at.penalized);
      if (next.penalized <= allowed) break;
    }
    const step = moved.map((value, i) => value - (coefficients[i] as number));
    const change = next.gradient.map((value, i) => value - (at.gradient[i] as number));
    const curvature = dot(step, change);
    if (curvature > 1e-12 * norm(step) * norm(change)) {
      history.push({ step, change, rho: 1 / curvature });
      if (history.length > MEMORY) history.shift();
    }
    coefficients = moved;
    at = next;
    losses.push(at.loss / rows);
    options.onIteration(iteration, at.loss / rows);
    converged = step.every((value) => Math.abs(value) <= tolerance);
  }
  return { coefficients, losses, converged, hessian: undefined, ridge: 0 };
}

/** Inverse Hessian times gradient, from the last steps. */
function twoLoop(
  gradient: Float64Array,
  history: readonly { step: Float64Array; change: Float64Array; rho: number }[],
): Float64Array {
  const direction = Float64Array.from(gradient);
  const alphas: number[] = [];
  for (const { step, change, rho } of history.toReversed()) {
    const alpha = rho * dot(step, direction);
    alphas.push(alpha);
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) - alpha * (change[i] as number);
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale;
  }
  for (const { step, change, rho } of history) {
    const beta = rho * dot(change, direction);
    const factor = (alphas.pop() as number) - beta;
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) + factor * (step[i] as number);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}
