import { AppError } from '../../../shared/errors/app-error.ts';
import type { Matrix } from '../linear/column-moments.ts';
import { createRandom } from '../nn/random.ts';

export interface PrincipalComponents {
  /** [count, width] row-major: directions of length 1, that of the largest variance first; largest loading positive. */
  directions: Float64Array;
  /** Share of the variance along each direction. */
  shares: number[];
}

const mostIterations = 300;
const tolerance = 1e-10;

/**
 * Directions of largest variance of a standardised matrix, by subspace iteration on its covariance in float64: equal
 * matrices give equal bits. Errors: `run.cancelled`.
 */
export function principalComponents(matrix: Matrix, count: number, signal: AbortSignal): PrincipalComponents {
  const { width } = matrix;
  const covariance = covarianceOf(matrix, signal);
  let total = 0;
  for (let c = 0; c < width; c++) total += covariance[c * width + c] as number;
  const random = createRandom(1);
  // A few more than asked for: the last of a block converge slowly.
  const block = Math.min(width, count + 8);
  let vectors = orthonormal(
    Array.from({ length: block }, () => Float64Array.from({ length: width }, () => random.next() - 0.5)),
  );
  let variances = new Float64Array(block);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const images = vectors.map((vector) => product(covariance, vector));
    const next = Float64Array.from(images, (image, k) => dot(image, vectors[k] as Float64Array));
    vectors = orthonormal(images);
    const moved = next.reduce((most, value, k) => Math.max(most, Math.abs(value - (variances[k] as number))), 0);
    variances = next;
    if (moved <= tolerance * Math.max(total, 1e-300)) break;
  }
  const order = Array.from(variances.keys())
    .sort((a, b) => (variances[b] as number) - (variances[a] as number) || a - b)
    .slice(0, count);
  const directions = new Float64Array(count * width);
  order.forEach((from, to) => directions.set(positive(vectors[from] as Float64Array), to * width));
  return { directions, shares: order.map((k) => (total > 0 ? Math.max(0, variances[k] as number) / total : 0)) };
}

function covarianceOf({ values, rows, width }: Matrix, signal: AbortSignal): Float64Array {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    if (row % 1024 === 0 && signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const start = row * width;
    for (let a = 0; a < width; a++) {
      const value = values[start + a] as number;
      if (value === 0) continue;
      const at = a * width;
      for (let b = a; b < width; b++) sums[at + b] = (sums[at + b] as number) + value * (values[start + b] as number);
    }
  }
  for (let a = 0; a < width; a++) {
    for (let b = a; b < width; b++) {
      const value = (sums[a * width + b] as number) / rows;
      sums[a * width + b] = value;
      sums[b * width + a] = value;
    }
  }
  return sums;
}

function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  return Float64Array.from({ length: width }, (_, row) => dot(matrix.subarray(row * width, (row + 1) * width), vector));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Gram–Schmidt, twice for accuracy; directions that are used up become unit vectors nothing else spans. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const made: Float64Array[] = [];
  for (const vector of vectors) {
    for (let spare = -1; ; spare++) {
      const own = spare < 0 ? vector : new Float64Array(vector.length).fill(1, spare, spare + 1);
      const before = Math.sqrt(dot(own, own));
      const left = Float64Array.from(own);
      for (let pass = 0; pass < 2; pass++) {
        for (const other of made) {
          const share = dot(left, other);
          for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) - share * (other[i] as number);
        }
      }
      const length = Math.sqrt(dot(left, left));
      if (length <= 1e-12 * Math.max(before, 1e-300)) continue;
      made.push(left.map((value) => value / length));
      break;
    }
  }
  return made;
}

function positive(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
