import {
  evaluate,
  fullHessian,
  LOSS_RESOLUTION,
  type MinimizeOptions,
  type Minimum,
  type Point,
  SMALLEST_STEP,
} from './minimize.ts';

/** Passes over the coefficients of one quadratic model at most. */
const SWEEPS = 1000;

export interface ProximalOptions extends MinimizeOptions {
  /** l1 · Σ |coefficient| is added to the loss; intercepts are free. */
  l1: number;
}

/**
 * Proximal Newton (Lee, Sun & Saunders, 2014; the method of glmnet): the quadratic model at each point is minimised with
 * the penalty by coordinate descent, then a line search. Needs an objective with a Hessian.
 */
export async function minimizeProximalNewton(options: ProximalOptions): Promise<Minimum> {
  const { objective, rows, maxIterations, tolerance, l1 } = options;
  const size = objective.design * objective.outputs;
  const penalised = (objective.design - 1) * objective.outputs;
  let coefficients: Float64Array = options.start ?? new Float64Array(size);
  let at = await evaluate(objective, coefficients, true);
  const losses = [at.loss / rows];
  let converged = false;
  for (let iteration = 1; iteration <= maxIterations && !converged; iteration++) {
    const hessian = fullHessian(objective, at.hessian);
    const step = coordinateDescent(hessian, at.gradient, coefficients, { penalised, l1, tolerance });
    const change = step.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const before = at.penalized + l1 * magnitude(coefficients, penalised);
    let scale = 1;
    for (;;) {
      const moved = coefficients.map((value, i) => value + scale * (step[i] as number));
      const next = await evaluate(objective, moved, true);
      const value = next.penalized + l1 * magnitude(moved, penalised);
      if (value <= before + LOSS_RESOLUTION * Math.abs(before) || scale <= SMALLEST_STEP) {
        coefficients = moved;
        at = next;
        break;
      }
      scale /= 2;
    }
    losses.push(at.loss / rows);
    options.onIteration(iteration, at.loss / rows);
    converged = change * scale <= tolerance;
  }
  return { coefficients, losses, converged, hessian: undefined, ridge: 0 };
}

/** Step d that minimises gᵀd + ½ dᵀHd + l1 · Σ |β + d| over the penalised coefficients. */
function coordinateDescent(
  hessian: Float64Array,
  gradient: Float64Array,
  coefficients: Float64Array,
  { penalised, l1, tolerance }: { penalised: number; l1: number; tolerance: number },
): Float64Array {
  const size = gradient.length;
  const step = new Float64Array(size);
  const slope = Float64Array.from(gradient);
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, hessian[i * size + i] as number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    for (let i = 0; i < size; i++) {
      const curvature = hessian[i * size + i] as number;
      // A constant column has none.
      if (!(curvature > 1e-12 * largest)) continue;
      const value = (coefficients[i] as number) + (step[i] as number);
      const free = value - (slope[i] as number) / curvature;
      const shrunk = i < penalised ? Math.sign(free) * Math.max(0, Math.abs(free) - l1 / curvature) : free;
      const change = shrunk - value;
      if (change === 0) continue;
      step[i] = (step[i] as number) + change;
      for (let j = 0; j < size; j++) slope[j] = (slope[j] as number) + change * (hessian[i * size + j] as number);
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved <= tolerance / 10) break;
  }
  return step;
}

/** FISTA (Beck & Teboulle, 2009) with backtracking and restarts: for wide designs, where the Hessian is too much. */
export async function minimizeProximalGradient(options: ProximalOptions): Promise<Minimum> {
  const { objective, rows, maxIterations, tolerance, l1 } = options;
  const size = objective.design * objective.outputs;
  const penalised = (objective.design - 1) * objective.outputs;
  let coefficients: Float64Array = new Float64Array(size);
  let ahead = coefficients;
  let momentum = 1;
  // A standardised column and a loss with curvature of at most ¼ … 1 per row.
  let curvature = rows / 4;
  let at = await evaluate(objective, coefficients);
  const losses = [at.loss / rows];
  let value = at.penalized;
  let converged = false;
  for (let iteration = 1; iteration <= maxIterations && !converged; iteration++) {
    const origin = ahead === coefficients ? at : await evaluate(objective, ahead);
    let moved = coefficients;
    let next: Point = at;
    for (;;) {
      moved = ahead.map((from, i) => {
        const free = from - (origin.gradient[i] as number) / curvature;
        return i < penalised ? Math.sign(free) * Math.max(0, Math.abs(free) - l1 / curvature) : free;
      });
      next = await evaluate(objective, moved);
      let model = origin.penalized;
      for (let i = 0; i < size; i++) {
        const d = (moved[i] as number) - (ahead[i] as number);
        model += (origin.gradient[i] as number) * d + 0.5 * curvature * d * d;
      }
      if (next.penalized <= model + LOSS_RESOLUTION * Math.abs(model) || curvature > 1e18) break;
      curvature *= 2;
    }
    const nextValue = next.penalized + l1 * magnitude(moved, penalised);
    const change = moved.reduce((largest, to, i) => Math.max(largest, Math.abs(to - (coefficients[i] as number))), 0);
    const grown = nextValue > value + LOSS_RESOLUTION * Math.abs(value);
    const nextMomentum = grown ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const previous = coefficients;
    const share = grown ? 0 : (momentum - 1) / nextMomentum;
    coefficients = moved;
    ahead = share === 0 ? moved : moved.map((to, i) => to + share * (to - (previous[i] as number)));
    momentum = nextMomentum;
    at = next;
    value = nextValue;
    losses.push(at.loss / rows);
    options.onIteration(iteration, at.loss / rows);
    converged = change <= tolerance;
  }
  return { coefficients, losses, converged, hessian: undefined, ridge: 0 };
}

function magnitude(coefficients: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.abs(coefficients[i] as number);
  return sum;
}
