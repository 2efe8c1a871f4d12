import type { Task } from '../../../shared/model/signature.ts';
import { type GradientScale, gradientScale } from './histogram.ts';
import { chunkRows, scratchBytes } from './kernels/operations.ts';
import type { KernelPool } from './kernels/pool.ts';

/** Targets of the rows in the order of the binned matrix, and what the loss keeps per row. */
export interface ObjectiveOptions {
  task: Task;
  /** Number of classes; 0 for regression. */
  classes: number;
  /** Per row: class index or finite target. */
  targets: Float64Array;
  /** Per row, ≥ 0, not all 0; undefined for 1. */
  weights: Float32Array | undefined;
  /** The first rows are trained on, the others only scored. */
  trainRows: number;
}

/** Name of `lossOf` in curves: mean cross-entropy, or root of the mean squared error. */
export function lossName(task: Task): string {
  return task === 'regression' ? 'rmse' : 'logLoss';
}

/** Scores, loss and quantised gradients of boosting, in the memory of the pool. */
export class Objective {
  /** Number of scores per row: classes of a multiclass task, else 1. */
  readonly outputs: number;
  /** Prior log odds, log priors, or weighted mean target. */
  readonly base: Float32Array;
  readonly #pool: KernelPool;
  readonly #options: ObjectiveOptions;
  readonly #rows: number;
  readonly #targets: number;
  readonly #weights: number;
  readonly #scores: number;
  readonly #gradients: number;
  readonly #sums: number;
  readonly #largestWeight: number;

  constructor(pool: KernelPool, options: ObjectiveOptions) {
    const { task, classes, targets, weights, trainRows } = options;
    const rows = targets.length;
    this.outputs = task === 'multiclass' ? classes : 1;
    if (this.outputs * 8 > scratchBytes) throw new RangeError(`more classes than ${scratchBytes / 8}`);
    this.base = baseScores(options);
    this.#pool = pool;
    this.#options = options;
    this.#rows = rows;
    this.#targets = pool.allocate(rows * 4);
    this.#weights = weights === undefined ? 0 : pool.allocate(rows * 4);
    this.#scores = pool.allocate(rows * this.outputs * 8);
    this.#gradients = pool.allocate(trainRows * this.outputs * 8);
    this.#sums = pool.allocate(Math.ceil(rows / chunkRows) * 8);
    this.#largestWeight = weights === undefined ? 1 : weights.reduce((a, b) => Math.max(a, b), 0);
    // The target of a regression is taken relative to the base: float32 keeps more of it.
    const [first] = this.base;
    const origin = task === 'regression' ? (first as number) : 0;
    pool.f32(this.#targets, rows).set(targets.map((target) => target - origin));
    if (weights !== undefined) pool.f32(this.#weights, rows).set(weights);
    this.base.forEach((score, output) => {
      if (task !== 'regression') pool.f64(this.scores(output), rows).fill(score);
    });
  }

  /** Address of the f64 scores of one output. */
  scores(output: number): number {
    return this.#scores + output * this.#rows * 8;
  }

  /** Address of the gradients of one output. */
  gradients(output: number): number {
    return this.#gradients + output * this.#options.trainRows * 8;
  }

  /** Computes the gradients of the training rows from their scores; returns the scale and their loss. */
  computeGradients(): { scale: GradientScale; loss: number } {
    const { trainRows, classes, task } = this.#options;
    const w = this.#largestWeight;
    const bounds = {
      binary: () => gradientScale(trainRows, w, 0.25 * w),
      multiclass: () => gradientScale(trainRows, w, (0.25 * w * classes) / (classes - 1)),
      regression: () => gradientScale(trainRows, this.#largestResidual(), w),
    };
    const scale = bounds[task]();
    return { scale, loss: this.#run(0, trainRows, this.#gradients, scale) };
  }

  /** Mean loss of rows `first` … `first + count − 1` at their current scores. */
  lossOf(first: number, count: number): number {
    return this.#run(first, count, 0, { gradient: 1, hessian: 1, countShift: 32 });
  }

  #run(first: number, count: number, gradients: number, scale: GradientScale): number {
    const chunks = Math.ceil(count / chunkRows);
    const shared = [
      first,
      count,
      this.#scores,
      this.#targets,
      this.#weights,
      gradients,
      scale.gradient,
      scale.hessian,
      this.#sums,
    ] as const;
    const { task } = this.#options;
    if (task === 'binary') this.#pool.run('logisticLoss', [...shared], chunks);
    else if (task === 'regression') this.#pool.run('squaredLoss', [...shared], chunks);
    else this.#pool.run('softmaxLoss', [...shared, this.outputs, this.#rows, this.#options.trainRows], chunks);
    const total = this.#pool.f64(this.#sums, chunks).reduce((sum, value) => sum + value, 0);
    const mean = total / this.#weightOf(first, count);
    return task === 'regression' ? Math.sqrt(2 * mean) : mean;
  }

  #largestResidual(): number {
    const { trainRows } = this.#options;
    const chunks = Math.ceil(trainRows / chunkRows);
    this.#pool.run('largestResidual', [0, trainRows, this.#scores, this.#targets, this.#weights, this.#sums], chunks);
    return this.#pool.f64(this.#sums, chunks).reduce((a, b) => Math.max(a, b), 0);
  }

  #weightOf(first: number, count: number): number {
    const { weights } = this.#options;
    return weights === undefined ? count : weights.subarray(first, first + count).reduce((sum, w) => sum + w, 0);
  }
}

function baseScores({ task, classes, targets, weights, trainRows }: ObjectiveOptions): Float32Array {
  if (task === 'regression') {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < trainRows; row++) {
      const w = weights === undefined ? 1 : (weights[row] as number);
      sum += w * (targets[row] as number);
      total += w;
    }
    return Float32Array.of(sum / total);
  }
  const mass = new Float64Array(classes);
  for (let row = 0; row < trainRows; row++) {
    const target = targets[row] as number;
    mass[target] = (mass[target] as number) + (weights === undefined ? 1 : (weights[row] as number));
  }
  const total = mass.reduce((sum, value) => sum + value, 0);
  // A class absent from the training rows keeps a finite score.
  const share = (index: number) => Math.min(1 - 1e-15, Math.max(1e-15, (mass[index] as number) / total));
  if (task === 'binary') return Float32Array.of(Math.log(share(1) / (1 - share(1))));
  return Float32Array.from({ length: classes }, (_, index) => Math.log(share(index)));
}
