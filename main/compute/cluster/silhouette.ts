import type { Matrix } from '../linear/column-moments.ts';
import { squaredDistance } from './k-means.ts';

const sampleRows = 1000;

/**
 * Mean silhouette (Rousseeuw, 1987) of at most 1,000 evenly spaced rows: near 1 for clusters far apart, near 0 for
 * clusters that touch; rows of cluster −1 do not count. Undefined with fewer than two clusters.
 */
export function silhouette({ values, rows, width }: Matrix, assigned: Int32Array): number | undefined {
  const taken: number[] = [];
  const stride = Math.max(1, Math.floor(rows / sampleRows));
  for (let row = 0; row < rows; row += stride) if ((assigned[row] as number) >= 0) taken.push(row);
  const clusters = taken.reduce((most, row) => Math.max(most, (assigned[row] as number) + 1), 0);
  const sizes = new Float64Array(clusters);
  for (const row of taken) {
    const own = assigned[row] as number;
    sizes[own] = (sizes[own] as number) + 1;
  }
  if (sizes.filter((size) => size > 0).length < 2) return undefined;
  let sum = 0;
  for (const row of taken) {
    const own = assigned[row] as number;
    const totals = new Float64Array(clusters);
    for (const other of taken) {
      const cluster = assigned[other] as number;
      const distance = Math.sqrt(squaredDistance(values, row * width, values, other * width, width));
      totals[cluster] = (totals[cluster] as number) + distance;
    }
    // A row alone in its cluster counts 0.
    if ((sizes[own] as number) < 2) continue;
    const inside = (totals[own] as number) / ((sizes[own] as number) - 1);
    let outside = Number.POSITIVE_INFINITY;
    totals.forEach((total, cluster) => {
      const size = sizes[cluster] as number;
      if (cluster !== own && size > 0) outside = Math.min(outside, total / size);
    });
    const larger = Math.max(inside, outside);
    if (larger > 0) sum += (outside - inside) / larger;
  }
  return sum / taken.length;
}
