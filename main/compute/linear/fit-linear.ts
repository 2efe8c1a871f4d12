import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import { type ColumnGroup, columnMoments, type Matrix, type Standardization } from './column-moments.ts';
import { type Likelihood, openLikelihood } from './likelihood.ts';
import { betaShare, normalTwoSided } from '../stats/special-functions.ts';
import { type MinimizeOptions, type Minimum, minimizeLbfgs, minimizeNewton } from './minimize.ts';
import { minimizeProximalGradient, minimizeProximalNewton } from './proximal.ts';

/** Beyond this many coefficients the Hessian costs more than it saves. */
const NEWTON_LIMIT = 600;

export interface FitLinearOptions {
  task: Task;
  /** Raw, finite. */
  matrix: Matrix;
  groups: readonly ColumnGroup[];
  /** Class index, or the target value, per row. */
  target: Float64Array;
  /** Number of classes; 0 for regression. */
  classCount: number;
  /** ½ · l2 · Σ coefficient² against the sum of row losses, on standardised columns (1 / C of scikit-learn). */
  l2: number;
  /** l1 · Σ |coefficient| likewise: sets weak coefficients to 0. Default 0. */
  l1?: number;
  /** Of a regression; default squared. Poisson: targets are counts ≥ 0, not all 0, and the prediction their rate. */
  loss?: 'squared' | 'poisson';
  /** Per row, ≥ 0, not all 0; undefined for 1. */
  weights?: Float32Array | undefined;
  maxIterations: number;
  tolerance: number;
  threads: number;
  signal: AbortSignal;
  onIteration(iteration: number, loss: number): void;
}

export interface LinearModel {
  task: Task;
  width: number;
  /** 1, or the number of classes of a multiclass task. */
  outputs: number;
  standardization: Standardization;
  /** For standardised columns, [width, outputs] row-major. */
  coefficients: Float64Array;
  intercepts: Float64Array;
  /** Regression: prediction = linear · scale + offset, or its exponential with the link `log`. */
  target: { offset: number; scale: number };
  link: 'identity' | 'log';
}

export interface FittedLinear {
  model: LinearModel;
  /** Mean loss per row at the start and after every iteration. */
  losses: number[];
  converged: boolean;
  /** Collinear or constant columns were found and a small ridge added. */
  collinear: boolean;
  /**
   * Of the coefficients of standardised columns, then of the intercept in the units of the raw columns; undefined with a
   * penalty (biased estimates), weights, collinear columns, more than one output, or a wide design.
   */
  standardErrors: Float64Array | undefined;
  /** Rows − coefficients of a least-squares fit, whose errors are estimated as well; undefined for other likelihoods. */
  degreesOfFreedom: number | undefined;
}

/**
 * Maximum likelihood: linear regression, logistic regression (binary), softmax regression with one set of coefficients
 * per class (multiclass). Errors: `train.missing-values`, `run.cancelled`.
 */
export async function fitLinear(options: FitLinearOptions): Promise<FittedLinear> {
  const { task, matrix, l2, l1 = 0, loss = 'squared', weights } = options;
  const isPoisson = task === 'regression' && loss === 'poisson';
  requireWeights(options);
  const standardization = columnMoments(matrix, options.groups);
  const outputs = task === 'multiclass' ? options.classCount : 1;
  const design = matrix.width + 1;
  const newton = design * outputs <= NEWTON_LIMIT;
  const scaling = task === 'regression' && !isPoisson ? targetScaling(options.target) : { offset: 0, scale: 1 };
  const likelihood = await openLikelihood({
    task,
    matrix,
    width: matrix.width,
    outputs,
    standardization,
    target: scaled(options.target, scaling),
    loss: isPoisson ? 'poisson' : 'squared',
    weights,
    threads: options.threads,
    signal: options.signal,
  });
  const settings: MinimizeOptions = {
    objective: { design, outputs, l2, evaluate: likelihood.evaluate },
    rows: matrix.rows,
    maxIterations: options.maxIterations,
    tolerance: options.tolerance,
    needsHessian: l2 === 0 && l1 === 0 && outputs === 1 && weights === undefined,
    ...(isPoisson ? { start: logMeanStart(options.target, weights, design) } : {}),
    onIteration: options.onIteration,
  };
  let minimum: Minimum;
  try {
    minimum = await (newton ? minimizeFromSample({ ...settings, l1 }, likelihood) : minimizeWide({ ...settings, l1 }));
  } finally {
    await likelihood.release();
  }
  const split = matrix.width * outputs;
  const model: LinearModel = {
    task,
    width: matrix.width,
    outputs,
    standardization,
    coefficients: minimum.coefficients.slice(0, split),
    intercepts: minimum.coefficients.slice(split),
    target: scaling,
    link: isPoisson ? 'log' : 'identity',
  };
  const collinear = minimum.ridge > 0;
  const finalLoss = minimum.losses.at(-1) as number;
  const isLeastSquares = task === 'regression' && !isPoisson;
  const degreesOfFreedom = isLeastSquares ? matrix.rows - design : undefined;
  const variance = isLeastSquares ? (2 * finalLoss * matrix.rows) / Math.max(1, matrix.rows - design) : 1;
  const factor = settings.needsHessian === true && !collinear ? minimum.hessian : undefined;
  const errors = factor?.inverseDiagonal();
  if (errors !== undefined && factor !== undefined) {
    // The raw intercept is a combination of all coefficients.
    const { mean, inverseScale } = standardization;
    const share = Float64Array.from({ length: design }, (_, c) =>
      c === matrix.width ? 1 : -(mean[c] as number) * (inverseScale[c] as number),
    );
    errors[matrix.width] = factor.solve(share).reduce((sum, value, c) => sum + value * (share[c] as number), 0);
  }
  return {
    model,
    losses: minimum.losses,
    converged: minimum.converged,
    collinear,
    standardErrors: errors?.map((value) => Math.sqrt(value * variance)),
    degreesOfFreedom,
  };
}

function requireWeights({ weights, target, loss, task }: FitLinearOptions): void {
  if (task === 'regression' && loss === 'poisson') {
    if (target.some((value) => value < 0) || target.every((value) => value === 0)) {
      throw new AppError('train.bad-label', 'Poisson regression needs counts: 0 or more, and not all 0.', {
        fix: 'Choose a label of counts, or the squared error.',
      });
    }
  }
  if (weights?.every((weight) => weight === 0) === true) {
    throw new AppError('train.no-rows', 'Every row has the weight 0: there is nothing to train on.', {
      fix: 'Look at the weight column.',
    });
  }
}

/** No effects, and the rate of all rows: from 0 the first step of a large rate would overflow. */
function logMeanStart(target: Float64Array, weights: Float32Array | undefined, design: number): Float64Array {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < target.length; row++) {
    const w = weights?.[row] ?? 1;
    sum += w * (target[row] as number);
    total += w;
  }
  const start = new Float64Array(design);
  start[design - 1] = Math.log(Math.max(sum / total, 1e-12));
  return start;
}

type PenalisedOptions = MinimizeOptions & { l1: number };

function minimizeWide(settings: PenalisedOptions): Promise<Minimum> {
  return settings.l1 > 0 ? minimizeProximalGradient(settings) : minimizeLbfgs(settings);
}

function minimizeDense(settings: PenalisedOptions): Promise<Minimum> {
  return settings.l1 > 0 ? minimizeProximalNewton(settings) : minimizeNewton(settings);
}

/** Coefficients this close to the sample's minimum are within the sampling error anyway. */
const SAMPLE_TOLERANCE = 1e-3;

/**
 * Newton's method, begun at the minimum over a sample of the rows: of the passes over all rows only the last two or three
 * are left. The result is that of all rows.
 */
async function minimizeFromSample(settings: PenalisedOptions, likelihood: Likelihood): Promise<Minimum> {
  const { sample } = likelihood;
  if (sample === undefined) return minimizeDense(settings);
  const { objective, rows, tolerance } = settings;
  const rough = await minimizeDense({
    ...settings,
    objective: { ...objective, l2: (objective.l2 * sample.rows) / rows, evaluate: sample.evaluate },
    l1: (settings.l1 * sample.rows) / rows,
    rows: sample.rows,
    needsHessian: false,
    tolerance: Math.max(tolerance, SAMPLE_TOLERANCE),
  });
  const minimum = await minimizeDense({
    ...settings,
    start: rough.coefficients,
    onIteration: (iteration, loss) => settings.onIteration(rough.losses.length - 1 + iteration, loss),
  });
  return { ...minimum, losses: [...rough.losses, ...minimum.losses.slice(1)] };
}

/** Regression targets are standardised, so that float32 sums and the tolerance mean the same for every unit. */
function targetScaling(target: Float64Array): { offset: number; scale: number } {
  let mean = 0;
  for (const value of target) mean += value / target.length;
  let variance = 0;
  for (const value of target) variance += (value - mean) ** 2 / target.length;
  return { offset: mean, scale: Math.sqrt(variance) || 1 };
}

function scaled(target: Float64Array, { offset, scale }: { offset: number; scale: number }): Float32Array {
  const values = new Float32Array(target.length);
  for (let row = 0; row < target.length; row++) values[row] = ((target[row] as number) - offset) / scale;
  return values;
}

/** A coefficient in the unit of its raw column. */
export interface RawCoefficient {
  coefficient: number;
  standardError: number | null;
  /** Two-sided, of a coefficient of 0: Student's t for least squares, else Wald's z. */
  pValue: number | null;
}

/**
 * Coefficients of the raw columns, then the intercept, for one output: what the model says when written out as
 * intercept + Σ coefficient · column.
 */
export function rawCoefficients(fitted: FittedLinear, output: number): RawCoefficient[] {
  const { model, standardErrors } = fitted;
  const { mean, inverseScale } = model.standardization;
  const { offset, scale } = model.target;
  let intercept = (model.intercepts[output] as number) * scale + offset;
  const columns = Array.from({ length: model.width }, (_, c): RawCoefficient => {
    const unit = (inverseScale[c] as number) * scale;
    const coefficient = (model.coefficients[c * model.outputs + output] as number) * unit;
    intercept -= coefficient * (mean[c] as number);
    return tested(coefficient, standardErrors?.[c], unit, fitted.degreesOfFreedom);
  });
  return [...columns, tested(intercept, standardErrors?.[model.width], scale, fitted.degreesOfFreedom)];
}

function tested(
  coefficient: number,
  error: number | undefined,
  unit: number,
  degreesOfFreedom: number | undefined,
): RawCoefficient {
  if (error === undefined) return { coefficient, standardError: null, pValue: null };
  const standardError = error * Math.abs(unit);
  const ratio = coefficient / standardError;
  if (!Number.isFinite(ratio) || (degreesOfFreedom ?? 1) <= 0) return { coefficient, standardError, pValue: null };
  const pValue =
    degreesOfFreedom === undefined
      ? normalTwoSided(ratio)
      : betaShare(degreesOfFreedom / (degreesOfFreedom + ratio * ratio), degreesOfFreedom / 2, 0.5);
  return { coefficient, standardError, pValue };
}
