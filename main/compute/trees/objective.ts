import type { Task } from '../../../shared/model/signature.ts';
import { type GradientScale, gradientScale } from './histogram.ts';
import { chunkRows, scratchBytes } from './kernels/operations.ts';
import type { KernelPool } from './kernels/pool.ts';
import { LambdaRank, ndcgLoss } from './ranking.ts';
import { weightedQuantile } from './weighted-quantile.ts';

/** What a regression minimises. */
export type RegressionLoss =
  | { type: 'squared' }
  /** Pinball loss: the prediction is the quantile at `level`, 0 < level < 1. */
  | { type: 'quantile'; level: number }
  /** Of counts ≥ 0; the score is the logarithm of the rate. */
  | { type: 'poisson' }
  /** The target is the relevance of a row among those of its query; the prediction orders them. */
  | { type: 'ranking'; groups: Uint32Array };

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
  /** Of a regression; default squared error. Groups are in the order of the targets. */
  loss?: RegressionLoss | undefined;
}

/** Name of `lossOf` in curves. */
export function lossName(task: Task, loss: RegressionLoss = { type: 'squared' }): string {
  if (task !== 'regression') return 'logLoss';
  const names = { squared: 'rmse', quantile: 'pinball', poisson: 'poissonLoss', ranking: 'ndcgLoss' };
  return names[loss.type];
}

/** Keeps the hessian of the Poisson loss from vanishing with its rate: e^0.7, LightGBM's default. */
const poissonHessianFactor = Math.exp(0.7);

/** Lambdas of the training rows before they are quantised. */
interface Ranking {
  lambdas: LambdaRank;
  gradients: Float64Array;
  hessians: Float64Array;
}

/** Scores, loss and quantised gradients of boosting, in the memory of the pool. */
export class Objective {
  /** Number of scores per row: classes of a multiclass task, else 1. */
  readonly outputs: number;
  /** Prior log odds, log priors, weighted mean target or its logarithm, quantile of the targets, or 0. */
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
  readonly #loss: RegressionLoss;
  readonly #ranking: Ranking | undefined;
  /** Taken off the targets, so that float32 keeps more of them. */
  readonly #origin: number;

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
    const [first] = this.base;
    this.#loss = options.loss ?? { type: 'squared' };
    this.#origin = isOnScoreScale(task, this.#loss) ? (first as number) : 0;
    pool.f32(this.#targets, rows).set(targets.map((target) => target - this.#origin));
    if (weights !== undefined) pool.f32(this.#weights, rows).set(weights);
    this.base.forEach((score, output) => {
      if (!isOnScoreScale(task, this.#loss)) pool.f64(this.scores(output), rows).fill(score);
    });
    this.#ranking =
      task === 'regression' && this.#loss.type === 'ranking'
        ? {
            lambdas: new LambdaRank(targets, this.#loss.groups, trainRows),
            gradients: new Float64Array(trainRows),
            hessians: new Float64Array(trainRows),
          }
        : undefined;
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
    if (this.#ranking !== undefined)
      return { scale: this.#fillLambdas(this.#ranking), loss: this.lossOf(0, trainRows) };
    const bounds = {
      binary: () => gradientScale(trainRows, w, 0.25 * w),
      multiclass: () => gradientScale(trainRows, w, (0.25 * w * classes) / (classes - 1)),
      squared: () => gradientScale(trainRows, this.#largestResidual(), w),
      quantile: () => gradientScale(trainRows, w, w),
      poisson: () => this.#poissonScale(),
      ranking: () => gradientScale(trainRows, w, w),
    };
    const scale = bounds[task === 'regression' ? this.#loss.type : task]();
    return { scale, loss: this.#run(0, trainRows, this.#gradients, scale) };
  }

  /** Mean loss of rows `first` … `first + count − 1` at their current scores. */
  lossOf(first: number, count: number): number {
    const { task, targets } = this.#options;
    if (task === 'regression' && this.#loss.type === 'ranking') {
      return ndcgLoss(targets, this.#loss.groups, this.#pool.f64(this.#scores, this.#rows), first, count);
    }
    return this.#run(first, count, 0, { gradient: 1, hessian: 1, countShift: 32 });
  }

  /**
   * Best output of a leaf with these rows, where a Newton step says little: of the pinball loss, the quantile of what is
   * left. Undefined for other losses.
   */
  get renewLeaf(): ((rows: Uint32Array) => number) | undefined {
    const { task, weights } = this.#options;
    if (task !== 'regression' || this.#loss.type !== 'quantile') return undefined;
    const { level } = this.#loss;
    return (rows) => {
      const scores = this.#pool.f64(this.#scores, this.#rows);
      const targets = this.#pool.f32(this.#targets, this.#rows);
      const residuals = new Float64Array(rows.length);
      rows.forEach((row, i) => {
        residuals[i] = (targets[row] as number) - (scores[row] as number);
      });
      const own = weights === undefined ? undefined : Float32Array.from(rows, (row) => weights[row] as number);
      return weightedQuantile(residuals, own, level);
    };
  }

  #fillLambdas({ lambdas, gradients, hessians }: Ranking): GradientScale {
    const { trainRows, weights } = this.#options;
    lambdas.fill(this.#pool.f64(this.#scores, this.#rows), gradients, hessians);
    let largestGradient = 0;
    let largestHessian = 0;
    for (let row = 0; row < trainRows; row++) {
      const w = weights?.[row] ?? 1;
      gradients[row] = (gradients[row] as number) * w;
      hessians[row] = (hessians[row] as number) * w;
      largestGradient = Math.max(largestGradient, Math.abs(gradients[row] as number));
      largestHessian = Math.max(largestHessian, hessians[row] as number);
    }
    const scale = gradientScale(trainRows, largestGradient, largestHessian > 0 ? largestHessian : 1);
    const pairs = this.#pool.i32(this.#gradients, trainRows * 2);
    for (let row = 0; row < trainRows; row++) {
      pairs[row * 2] = Math.round((gradients[row] as number) * scale.gradient);
      pairs[row * 2 + 1] = Math.round((hessians[row] as number) * scale.hessian);
    }
    return scale;
  }

  #poissonScale(): GradientScale {
    const { trainRows, targets } = this.#options;
    const chunks = Math.ceil(trainRows / chunkRows);
    this.#pool.run('largestScore', [0, trainRows, this.#scores, this.#sums], chunks);
    const largest = Math.exp(this.#pool.f64(this.#sums, chunks).reduce((a, b) => Math.max(a, b)));
    const gradient = Math.max(
      largest,
      targets.reduce((a, b) => Math.max(a, b), 0),
    );
    const w = this.#largestWeight;
    return gradientScale(trainRows, w * gradient, w * largest * poissonHessianFactor);
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
    const loss = this.#loss;
    if (task === 'binary') this.#pool.run('logisticLoss', [...shared], chunks);
    else if (task === 'multiclass') {
      this.#pool.run('softmaxLoss', [...shared, this.outputs, this.#rows, this.#options.trainRows], chunks);
    } else if (loss.type === 'quantile') this.#pool.run('quantileLoss', [...shared, loss.level], chunks);
    else if (loss.type === 'poisson') this.#pool.run('poissonLoss', [...shared, poissonHessianFactor], chunks);
    else this.#pool.run('squaredLoss', [...shared], chunks);
    const total = this.#pool.f64(this.#sums, chunks).reduce((sum, value) => sum + value, 0);
    const mean = total / this.#weightOf(first, count);
    return task === 'regression' && loss.type === 'squared' ? Math.sqrt(2 * mean) : mean;
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

/** Whether scores are in the unit of the target. */
function isOnScoreScale(task: Task, { type }: RegressionLoss): boolean {
  return task === 'regression' && (type === 'squared' || type === 'quantile');
}

function baseScores(options: ObjectiveOptions): Float32Array {
  const { task, classes, targets, weights, trainRows, loss } = options;
  if (task === 'regression') {
    if (loss?.type === 'ranking') return Float32Array.of(0);
    if (loss?.type === 'quantile') {
      const own = weights?.subarray(0, trainRows);
      return Float32Array.of(weightedQuantile(targets.slice(0, trainRows), own, loss.level));
    }
    let sum = 0;
    let total = 0;
    for (let row = 0; row < trainRows; row++) {
      const w = weights === undefined ? 1 : (weights[row] as number);
      sum += w * (targets[row] as number);
      total += w;
    }
    return Float32Array.of(loss?.type === 'poisson' ? Math.log(sum / total) : sum / total);
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
