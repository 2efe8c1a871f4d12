import type { Task } from '../../../shared/model/signature.ts';
import { type ColumnGroup, columnMoments, type Matrix, type Standardization } from './column-moments.ts';
import { type Likelihood, openLikelihood } from './likelihood.ts';
import { type MinimizeOptions, type Minimum, minimizeLbfgs, minimizeNewton } from './minimize.ts';

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
  /** Regression: prediction = linear · scale + offset. */
  target: { offset: number; scale: number };
}

export interface FittedLinear {
  model: LinearModel;
  /** Mean loss per row at the start and after every iteration. */
  losses: number[];
  converged: boolean;
  /** Collinear or constant columns were found and a small ridge added. */
  collinear: boolean;
  /**
   * Of the coefficients of standardised columns, then of the intercept; undefined with l2 > 0 (biased estimates),
   * collinear columns, more than one output, or a wide design.
   */
  standardErrors: Float64Array | undefined;
}

/**
 * Maximum likelihood: linear regression, logistic regression (binary), softmax regression with one set of coefficients
 * per class (multiclass). Errors: `train.missing-values`, `run.cancelled`.
 */
export async function fitLinear(options: FitLinearOptions): Promise<FittedLinear> {
  const { task, matrix, l2 } = options;
  const standardization = columnMoments(matrix, options.groups);
  const outputs = task === 'multiclass' ? options.classCount : 1;
  const design = matrix.width + 1;
  const newton = design * outputs <= NEWTON_LIMIT;
  const scaling = task === 'regression' ? targetScaling(options.target) : { offset: 0, scale: 1 };
  const likelihood = await openLikelihood({
    task,
    matrix,
    width: matrix.width,
    outputs,
    standardization,
    target: scaled(options.target, scaling),
    threads: options.threads,
    signal: options.signal,
  });
  const settings: MinimizeOptions = {
    objective: { design, outputs, l2, evaluate: likelihood.evaluate },
    rows: matrix.rows,
    maxIterations: options.maxIterations,
    tolerance: options.tolerance,
    needsHessian: l2 === 0 && outputs === 1,
    onIteration: options.onIteration,
  };
  let minimum: Minimum;
  try {
    minimum = await (newton ? minimizeFromSample(settings, likelihood) : minimizeLbfgs(settings));
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
  };
  const collinear = minimum.ridge > 0;
  const finalLoss = minimum.losses.at(-1) as number;
  const variance = task === 'regression' ? (2 * finalLoss * matrix.rows) / Math.max(1, matrix.rows - design) : 1;
  const errors = l2 === 0 && outputs === 1 && !collinear ? minimum.hessian?.inverseDiagonal() : undefined;
  return {
    model,
    losses: minimum.losses,
    converged: minimum.converged,
    collinear,
    standardErrors: errors?.map((value) => Math.sqrt(value * variance)),
  };
}

/** Coefficients this close to the sample's minimum are within the sampling error anyway. */
const SAMPLE_TOLERANCE = 1e-3;

/**
 * Newton's method, begun at the minimum over a sample of the rows: of the passes over all rows only the last two or three
 * are left. The result is that of all rows.
 */
async function minimizeFromSample(settings: MinimizeOptions, likelihood: Likelihood): Promise<Minimum> {
  const { sample } = likelihood;
  if (sample === undefined) return minimizeNewton(settings);
  const { objective, rows, tolerance } = settings;
  const rough = await minimizeNewton({
    ...settings,
    objective: { ...objective, l2: (objective.l2 * sample.rows) / rows, evaluate: sample.evaluate },
    rows: sample.rows,
    needsHessian: false,
    tolerance: Math.max(tolerance, SAMPLE_TOLERANCE),
  });
  const minimum = await minimizeNewton({
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
    const error = standardErrors?.[c];
    return { coefficient, standardError: error === undefined ? null : error * unit };
  });
  // The error of the raw intercept needs covariances that are not kept.
  return [...columns, { coefficient: intercept, standardError: null }];
}
