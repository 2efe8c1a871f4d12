import { AppError } from '../../../shared/errors/app-error.ts';
import type { Matrix } from '../linear/column-moments.ts';
import { createRandom, type Random } from '../nn/random.ts';

export interface KMeansOptions {
  /** Standardised, finite. */
  matrix: Matrix;
  clusters: number;
  /** Runs from other starts; the one with the least inertia is kept. */
  restarts: number;
  maxIterations: number;
  seed: number;
  signal: AbortSignal;
  /** After each iteration of each run. */
  onIteration?(done: number): void;
}

export interface KMeansResult {
  /** [clusters, width] row-major, ordered by the number of their rows, largest first. */
  centres: Float64Array;
  /** Cluster of each row. */
  assigned: Int32Array;
  /** Sum of squared distances of the rows to their centres. */
  inertia: number;
}

/** Lloyd's algorithm from k-means++ starts (Arthur & Vassilvitskii, 2007). Errors: `run.cancelled`. */
export function kMeans(options: KMeansOptions): KMeansResult {
  const { restarts, seed } = options;
  let best: KMeansResult | undefined;
  for (let run = 0; run < restarts; run++) {
    const result = runOnce(options, createRandom(seed + run * 7919), run);
    if (best === undefined || result.inertia < best.inertia) best = result;
  }
  return ordered(best as KMeansResult, options.matrix.width);
}

function runOnce({ matrix, clusters, maxIterations, signal, onIteration }: KMeansOptions, random: Random, run: number) {
  const { rows, width } = matrix;
  const centres = seedCentres(matrix, clusters, random);
  const assigned = new Int32Array(rows).fill(-1);
  let inertia = 0;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const sums = new Float64Array(clusters * width);
    const counts = new Float64Array(clusters);
    let moved = 0;
    let farthest = { row: 0, distance: -1 };
    inertia = 0;
    for (let row = 0; row < rows; row++) {
      const { cluster, distance } = nearest(matrix, row, centres, clusters);
      if (assigned[row] !== cluster) moved++;
      assigned[row] = cluster;
      inertia += distance;
      counts[cluster] = (counts[cluster] as number) + 1;
      for (let c = 0; c < width; c++) {
        const at = cluster * width + c;
        sums[at] = (sums[at] as number) + (matrix.values[row * width + c] as number);
      }
      if (distance > farthest.distance) farthest = { row, distance };
    }
    onIteration?.(run * maxIterations + iteration + 1);
    if (moved === 0) break;
    for (let k = 0; k < clusters; k++) {
      const count = counts[k] as number;
      for (let c = 0; c < width; c++) {
        // A cluster without rows starts again at the row that fits worst.
        centres[k * width + c] =
          count > 0 ? (sums[k * width + c] as number) / count : (matrix.values[farthest.row * width + c] as number);
      }
    }
  }
  return { centres, assigned, inertia };
}

/** Rows drawn with a probability in proportion to their squared distance from the centres so far. */
function seedCentres(matrix: Matrix, clusters: number, random: Random): Float64Array {
  const { values, rows, width } = matrix;
  const centres = new Float64Array(clusters * width);
  const distances = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let chosen = random.below(rows);
  for (let k = 0; k < clusters; k++) {
    centres.set(values.subarray(chosen * width, (chosen + 1) * width), k * width);
    let total = 0;
    for (let row = 0; row < rows; row++) {
      const distance = Math.min(
        distances[row] as number,
        squaredDistance(values, row * width, centres, k * width, width),
      );
      distances[row] = distance;
      total += distance;
    }
    let left = random.next() * total;
    chosen = rows - 1;
    for (let row = 0; row < rows; row++) {
      left -= distances[row] as number;
      if (left >= 0) continue;
      chosen = row;
      break;
    }
  }
  return centres;
}

function nearest({ values, width }: Matrix, row: number, centres: Float64Array, clusters: number) {
  let cluster = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let k = 0; k < clusters; k++) {
    const d = squaredDistance(values, row * width, centres, k * width, width);
    if (d < distance) {
      distance = d;
      cluster = k;
    }
  }
  return { cluster, distance };
}

/** Between `width` values of two arrays. */
export function squaredDistance(
  a: Float32Array,
  aStart: number,
  b: Float32Array | Float64Array,
  bStart: number,
  width: number,
): number {
  let sum = 0;
  for (let c = 0; c < width; c++) {
    const d = (a[aStart + c] as number) - (b[bStart + c] as number);
    sum += d * d;
  }
  return sum;
}

function ordered({ centres, assigned, inertia }: KMeansResult, width: number): KMeansResult {
  const clusters = centres.length / width;
  const counts = new Float64Array(clusters);
  for (const cluster of assigned) counts[cluster] = (counts[cluster] as number) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const place = new Int32Array(clusters);
  const sorted = new Float64Array(centres.length);
  order.forEach((from, to) => {
    place[from] = to;
    sorted.set(centres.subarray(from * width, (from + 1) * width), to * width);
  });
  return { centres: sorted, assigned: assigned.map((cluster) => place[cluster] as number), inertia };
}
