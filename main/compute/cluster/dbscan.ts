import { AppError } from '../../../shared/errors/app-error.ts';
import type { Matrix } from '../linear/column-moments.ts';
import { squaredDistance } from './k-means.ts';

export interface DbscanResult {
  /** Cluster of each row, largest first; −1 for noise. */
  assigned: Int32Array;
  /** Rows with enough neighbours, ascending. */
  core: number[];
  clusters: number;
}

/**
 * Clusters of any shape: rows with at least `minNeighbours` rows within `radius` (themselves included) are joined with
 * those they reach (Ester et al., 1996). Compares all pairs. Errors: `run.cancelled`.
 */
export function dbscan(matrix: Matrix, radius: number, minNeighbours: number, signal: AbortSignal): DbscanResult {
  const { values, rows, width } = matrix;
  const limit = radius * radius;
  const within = (row: number): number[] => {
    const found: number[] = [];
    for (let other = 0; other < rows; other++) {
      if (squaredDistance(values, row * width, values, other * width, width) <= limit) found.push(other);
    }
    return found;
  };
  const assigned = new Int32Array(rows).fill(-1);
  const seen = new Uint8Array(rows);
  const core: number[] = [];
  let clusters = 0;
  for (let start = 0; start < rows; start++) {
    if (seen[start] === 1) continue;
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const first = within(start);
    if (first.length < minNeighbours) continue;
    const cluster = clusters++;
    seen[start] = 1;
    core.push(start);
    assigned[start] = cluster;
    const queue = first;
    for (let at = 0; at < queue.length; at++) {
      const row = queue[at] as number;
      if (assigned[row] === -1) assigned[row] = cluster;
      if (seen[row] === 1) continue;
      seen[row] = 1;
      if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      const neighbours = within(row);
      if (neighbours.length < minNeighbours) continue;
      core.push(row);
      for (const neighbour of neighbours) if (seen[neighbour] === 0) queue.push(neighbour);
    }
  }
  return { ...largestFirst(assigned, clusters), core: core.sort((a, b) => a - b), clusters };
}

function largestFirst(assigned: Int32Array, clusters: number): { assigned: Int32Array } {
  const counts = new Float64Array(clusters);
  for (const cluster of assigned) if (cluster >= 0) counts[cluster] = (counts[cluster] as number) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const place = new Int32Array(clusters);
  order.forEach((from, to) => {
    place[from] = to;
  });
  return { assigned: assigned.map((cluster) => (cluster < 0 ? -1 : (place[cluster] as number))) };
}
