import { normalQuantile, normalShareBelow } from './normal-distribution.ts';
import type { Uniform } from './trial-random.ts';

/** Observations of one parameter, by observation (oldest first). */
export type Dimension =
  | {
      type: 'number';
      low: number;
      high: number;
      /** Spacing of the values, cells of this width tiling [low, high]; 0 for continuous ones. */
      step: number;
      values: Float64Array;
      /** Observations by ascending value. */
      order: Int32Array;
    }
  | { type: 'choice'; choices: number; values: Int32Array };

/** Normaliser terms this many deviations off are 0 or 1. */
const farDeviations = 8.6;
/** Terms this much below the largest one, as a logarithm, add nothing to a sum. */
const negligibleLog = 40;
const logSqrtTwoPi = 0.5 * Math.log(2 * Math.PI);

/** Normal kernels of one dimension, truncated to its bounds. */
interface NumberKernels {
  type: 'number';
  low: number;
  high: number;
  step: number;
  means: Float64Array;
  inverseDeviations: Float64Array;
  /** Per distinct value asked for: log probability of its cell under each kernel. */
  cells: Map<number, Float64Array>;
}

interface ChoiceKernels {
  type: 'choice';
  choices: number;
  values: Int32Array;
  logOwn: number;
  logOther: number;
}

/**
 * Mixture over observations, and one prior kernel, of products over dimensions (multivariate Parzen estimator). Numbers:
 * normal distributions truncated to the bounds, with the distance to the farther neighbour as deviation, between
 * (high − low) / min(100, 2 + n) and high − low; the prior is centred and has the deviation high − low. Choices: 1 for
 * the own choice and 1 / (n + 1) for each, scaled to 1; the prior is even.
 */
export class ParzenEstimator {
  readonly #kernels: number;
  readonly #dimensions: (NumberKernels | ChoiceKernels)[];
  /** Running sum of the weights; the prior is last. */
  readonly #cumulative: Float64Array;
  /** Per kernel: log of weight share and of everything that does not depend on the position. */
  readonly #logFactors: Float64Array;
  readonly #terms: Float64Array;

  /** @param weights one per observation, > 0; the prior has weight 1 */
  constructor(dimensions: readonly Dimension[], weights: Float64Array) {
    const kernels = weights.length + 1;
    this.#kernels = kernels;
    this.#cumulative = new Float64Array(kernels);
    this.#logFactors = new Float64Array(kernels);
    this.#terms = new Float64Array(kernels);
    let total = 0;
    for (let k = 0; k < kernels; k++) {
      total += weights[k] ?? 1;
      this.#cumulative[k] = total;
    }
    for (let k = 0; k < kernels; k++) this.#logFactors[k] = Math.log((weights[k] ?? 1) / total);
    this.#dimensions = dimensions.map((dimension) =>
      dimension.type === 'number' ? this.#numberKernels(dimension) : choiceKernels(dimension, kernels),
    );
  }

  /** Draws a position: for numbers a value, for choices an index. */
  draw(uniform: Uniform): number[] {
    const kernel = this.#drawKernel(uniform);
    return this.#dimensions.map((dimension) => {
      if (dimension.type === 'number') return drawNumber(dimension, kernel, uniform);
      const isPrior = kernel === this.#kernels - 1;
      const own = isPrior ? -1 : (dimension.values[kernel] as number);
      const ownShare = isPrior ? 0 : Math.exp(dimension.logOwn);
      const rest = isPrior ? 1 / dimension.choices : Math.exp(dimension.logOther);
      let left = uniform();
      for (let choice = 0; choice < dimension.choices - 1; choice++) {
        left -= choice === own ? ownShare : rest;
        if (left < 0) return choice;
      }
      return dimension.choices - 1;
    });
  }

  /** Log density (of numbers) times probability (of cells and choices). */
  logDensity(position: readonly number[]): number {
    const terms = this.#terms;
    terms.set(this.#logFactors);
    this.#dimensions.forEach((dimension, d) => {
      const x = position[d] as number;
      if (dimension.type === 'choice') addChoice(terms, dimension, x);
      else if (dimension.step > 0) addCell(terms, dimension, x);
      else addNumber(terms, dimension, x);
    });
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < terms.length; k++) if ((terms[k] as number) > largest) largest = terms[k] as number;
    let sum = 0;
    for (let k = 0; k < terms.length; k++) {
      const below = (terms[k] as number) - largest;
      if (below > -negligibleLog) sum += Math.exp(below);
    }
    return largest + Math.log(sum);
  }

  #drawKernel(uniform: Uniform): number {
    const at = uniform() * (this.#cumulative[this.#kernels - 1] as number);
    let from = 0;
    let to = this.#kernels - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#cumulative[middle] as number) > at) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  #numberKernels({ low, high, step, values, order }: Extract<Dimension, { type: 'number' }>): NumberKernels {
    const count = values.length;
    const range = high - low;
    const least = range / Math.min(100, 2 + count);
    const means = new Float64Array(count + 1);
    const inverseDeviations = new Float64Array(count + 1);
    means.set(values);
    means[count] = low + range / 2;
    inverseDeviations[count] = 1 / range;
    for (let i = 0; i < count; i++) {
      const at = order[i] as number;
      const mean = values[at] as number;
      // The bounds are neighbours of a lone observation only.
      const below = i > 0 ? mean - (values[order[i - 1] as number] as number) : count === 1 ? mean - low : 0;
      const above = i < count - 1 ? (values[order[i + 1] as number] as number) - mean : count === 1 ? high - mean : 0;
      inverseDeviations[at] = 1 / Math.min(range, Math.max(least, below, above));
    }
    for (let k = 0; k <= count; k++) {
      const mean = means[k] as number;
      const inverse = inverseDeviations[k] as number;
      const a = (low - mean) * inverse;
      const b = (high - mean) * inverse;
      let mass = 1;
      if (a > -farDeviations) mass -= normalShareBelow(a);
      if (b < farDeviations) mass -= normalShareBelow(-b);
      const scale = step > 0 ? 0 : Math.log(inverse) - logSqrtTwoPi;
      this.#logFactors[k] = (this.#logFactors[k] as number) + scale - Math.log(mass);
    }
    return { type: 'number', low, high, step, means, inverseDeviations, cells: new Map() };
  }
}

function choiceKernels({ choices, values }: Extract<Dimension, { type: 'choice' }>, kernels: number): ChoiceKernels {
  const other = 1 / kernels;
  const total = 1 + choices * other;
  return { type: 'choice', choices, values, logOwn: Math.log((1 + other) / total), logOther: Math.log(other / total) };
}

function drawNumber({ low, high, step, means, inverseDeviations }: NumberKernels, k: number, uniform: Uniform): number {
  const mean = means[k] as number;
  const inverse = inverseDeviations[k] as number;
  const below = normalShareBelow((low - mean) * inverse);
  const above = normalShareBelow((high - mean) * inverse);
  const p = below + uniform() * (above - below);
  const x = mean + (p <= 0 ? -farDeviations : p >= 1 ? farDeviations : normalQuantile(p)) / inverse;
  const inside = Math.min(high, Math.max(low, x));
  if (step === 0) return inside;
  const cells = Math.round((high - low) / step);
  return low + (Math.min(cells - 1, Math.floor((inside - low) / step)) + 0.5) * step;
}

function addNumber(terms: Float64Array, { means, inverseDeviations }: NumberKernels, x: number): void {
  for (let k = 0; k < terms.length; k++) {
    const distance = (x - (means[k] as number)) * (inverseDeviations[k] as number);
    terms[k] = (terms[k] as number) - 0.5 * distance * distance;
  }
}

function addCell(terms: Float64Array, { means, inverseDeviations, step, cells }: NumberKernels, x: number): void {
  let logs = cells.get(x);
  if (logs === undefined) {
    logs = means.map((mean, k) => {
      const inverse = inverseDeviations[k] as number;
      return logCellProbability(Math.abs(x - mean) * inverse, 0.5 * step * inverse);
    });
    cells.set(x, logs);
  }
  for (let k = 0; k < terms.length; k++) terms[k] = (terms[k] as number) + (logs[k] as number);
}

/** Log probability of [distance − half, distance + half] under a standard normal distribution. */
function logCellProbability(distance: number, half: number): number {
  const near = distance - half;
  // Beyond, the upper end adds nothing, and the tail follows from its asymptote.
  if (near > 30) return -0.5 * near * near - Math.log(near) - logSqrtTwoPi;
  return Math.log(normalShareBelow(-near) - normalShareBelow(-(distance + half)));
}

function addChoice(terms: Float64Array, { values, choices, logOwn, logOther }: ChoiceKernels, choice: number): void {
  const last = terms.length - 1;
  for (let k = 0; k < last; k++) terms[k] = (terms[k] as number) + (values[k] === choice ? logOwn : logOther);
  terms[last] = (terms[last] as number) - Math.log(choices);
}
