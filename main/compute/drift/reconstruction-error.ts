import { setImmediate } from 'node:timers/promises';
import { principalComponents } from '../cluster/principal-components.ts';
import { uniformGenerator } from '../stats/random.ts';
import type { ColumnEncoder } from './encode-columns.ts';
import { evenRows, rowsWhere, type SampleRows } from './sample-rows.ts';

const shuffles = 399;
const keptVariance = 0.65;
const categoriesInComponents = 8;
const maxWidth = 64;
/** Standardised values beyond count as this. */
const furthest = 10;

/** Principal components of a reference, and how far rows are from what they keep. */
export interface Components {
  count: number;
  /** Errors of the reference rows that the components were not found on. */
  heldOut: Float64Array;
  errorsOf(sample: SampleRows): Float64Array;
}

/** Null where the reference has fewer than two columns of numbers. At most `heldOutRows` of its rows are held out. */
export function fitComponents(
  reference: SampleRows,
  encoders: readonly ColumnEncoder[],
  heldOutRows: number,
  signal: AbortSignal,
): Components | null {
  const found = rowsWhere(reference, (row) => row % 2 === 0);
  const apart = evenRows(
    rowsWhere(reference, (row) => row % 2 === 1),
    heldOutRows,
  );
  const raw = spread(found, encoders);
  const { width } = raw;
  if (width < 2) return null;
  const means = new Float64Array(width);
  const scales = new Float64Array(width);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let squares = 0;
    let present = 0;
    for (let row = 0; row < found.rows; row++) {
      const value = raw.values[row * width + c] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      squares += value * value;
      present++;
    }
    means[c] = present === 0 ? 0 : sum / present;
    const variance = present === 0 ? 0 : squares / present - (means[c] as number) ** 2;
    scales[c] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  }
  const standardized = (sample: SampleRows) => {
    const { values } = spread(sample, encoders);
    return Float32Array.from(values, (value, i) => {
      const z = (value - (means[i % width] as number)) * (scales[i % width] as number);
      return Number.isNaN(z) ? 0 : Math.max(-furthest, Math.min(furthest, z));
    });
  };
  const matrix = standardized(found);
  const { directions, shares } = principalComponents({ values: matrix, rows: found.rows, width }, width - 1, signal);
  let kept = 0;
  let count = 0;
  while (count < shares.length && (count === 0 || kept < keptVariance)) kept += shares[count++] as number;
  const errorsOf = (sample: SampleRows) => {
    const values = standardized(sample);
    return Float64Array.from({ length: sample.rows }, (_, row) => {
      const z = values.subarray(row * width, (row + 1) * width);
      let squares = 0;
      for (const value of z) squares += value * value;
      for (let k = 0; k < count; k++) {
        let along = 0;
        for (let c = 0; c < width; c++) along += (z[c] as number) * (directions[k * width + c] as number);
        squares -= along * along;
      }
      return Math.sqrt(Math.max(0, squares));
    });
  };
  return { count, heldOut: errorsOf(apart), errorsOf };
}

/** Numbers as they are, the most frequent texts as columns of 0 and 1; row-major. */
function spread(
  { columns, rows }: SampleRows,
  encoders: readonly ColumnEncoder[],
): { values: Float64Array; width: number } {
  const parts: Float32Array[] = [];
  for (const encoder of encoders) {
    if (parts.length >= maxWidth) break;
    const encoded = encoder.encode(
      columns.find(({ name }) => name === encoder.name),
      rows,
    );
    if (encoder.categories === undefined) {
      parts.push(encoded);
      continue;
    }
    const shown = Math.min(encoder.categories, categoriesInComponents);
    for (let code = 0; code < shown; code++) parts.push(encoded.map((value) => (value === code ? 1 : 0)));
  }
  const width = parts.length;
  const values = new Float64Array(rows * width);
  parts.forEach((part, c) => {
    for (let row = 0; row < rows; row++) values[row * width + c] = part[row] as number;
  });
  return { values, width };
}

/** Two-sided permutation test on the difference of the means; yields to the event loop now and then. */
export async function permutationPValue(a: Float64Array, b: Float64Array, signal: AbortSignal): Promise<number> {
  const pooled = new Float64Array(a.length + b.length);
  pooled.set(a);
  pooled.set(b, a.length);
  const overall = mean(pooled);
  const seen = Math.abs(mean(b) - overall);
  const random = uniformGenerator(pooled.length);
  let asFar = 0;
  for (let i = 0; i < shuffles; i++) {
    let sum = 0;
    // A partial Fisher–Yates: the first values are a random sample.
    for (let k = 0; k < b.length; k++) {
      const other = k + Math.floor(random() * (pooled.length - k));
      const value = pooled[other] as number;
      pooled[other] = pooled[k] as number;
      pooled[k] = value;
      sum += value;
    }
    if (Math.abs(sum / b.length - overall) >= seen - 1e-12) asFar++;
    if (i % 50 === 49) {
      signal.throwIfAborted();
      await setImmediate();
    }
  }
  return (asFar + 1) / (shuffles + 1);
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
