import { setImmediate } from 'node:timers/promises';
import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';
import { normalTwoSided } from '../compute/stats/special-functions.ts';
import { comparePaired } from './paired-test.ts';
import { slicesOf } from './slices.ts';

/** Champion and challenger on the rows of one slice. */
export interface ComparedSlice {
  column: string;
  value: string;
  rows: number;
  champion: number;
  challenger: number;
  /** Positive where the challenger is better. */
  difference: number;
  /** Chance of so large a loss were the models level, one-sided, by the standard error of the paired bootstrap. */
  pWorse: number;
  worse: boolean;
}

const minimumRows = 100;
const minimumOfClass = 15;

/**
 * Both models slice by slice. `worse` slices are surely worse: by Holm's procedure at `alpha` over all slices, so that many
 * slices do not find a loss that is none. Most lost first.
 */
export async function compareSlices(
  rows: {
    metric: string;
    /** 0 for a regression. */
    classes: number;
    columns: readonly ScalarColumn[];
    actual: Float64Array;
    champion: Float64Array;
    challenger: Float64Array;
  },
  alpha: number,
): Promise<ComparedSlice[]> {
  const { metric, classes, columns, actual } = rows;
  const width = Math.max(1, classes);
  const compared: ComparedSlice[] = [];
  for (const { column, value, rows: picked } of slicesOf(columns, minimumRows)) {
    const own = Float64Array.from(picked, (row) => actual[row] as number);
    if (classes > 0 && !hasEveryClass(own, classes)) continue;
    const scoresOf = (scores: Float64Array) =>
      Float64Array.from(
        { length: picked.length * width },
        (_, i) => scores[(picked[Math.floor(i / width)] as number) * width + (i % width)] as number,
      );
    const { champion, challenger, difference, standardError } = comparePaired(
      metric,
      classes,
      own,
      scoresOf(rows.champion),
      scoresOf(rows.challenger),
    );
    if (!Number.isFinite(difference)) continue;
    const z = standardError > 0 ? difference / standardError : 0;
    const pWorse = z < 0 ? normalTwoSided(z) / 2 : 1 - normalTwoSided(z) / 2;
    compared.push({ column, value, rows: picked.length, champion, challenger, difference, pWorse, worse: false });
    // Other work of this process comes in between.
    await setImmediate();
  }
  const sorted = compared.toSorted((a, b) => a.pWorse - b.pWorse);
  const firstKept = sorted.findIndex(({ pWorse }, i) => pWorse > alpha / (sorted.length - i));
  const surely = firstKept === -1 ? sorted.length : firstKept;
  return sorted
    .map((slice, i) => ({ ...slice, worse: i < surely && slice.difference < 0 }))
    .toSorted((a, b) => a.difference - b.difference);
}

function hasEveryClass(actual: Float64Array, classes: number): boolean {
  const counts = new Uint32Array(classes);
  for (const value of actual) counts[value] = (counts[value] ?? 0) + 1;
  return counts.every((count) => count >= minimumOfClass);
}
