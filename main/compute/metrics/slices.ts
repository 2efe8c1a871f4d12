import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts';
import { normalTwoSided } from '../stats/special-functions.ts';

/** Rows that one column puts into groups: `group[row]` is an index into `names`, or −1 for none. */
export interface Grouping {
  column: string;
  names: readonly string[];
  group: Int32Array;
}

export interface Slice {
  column: string;
  value: string;
  rows: number;
  /** Mean loss of the slice and of all other rows. */
  loss: number;
  otherLoss: number;
  /** That the slice is not worse: Welch's test of the two means by the normal approximation, one-sided. */
  pValue: number;
  /** The slice is worse, and stays so with the false discovery rate of all slices at 5 %. */
  worse: boolean;
}

export const smallestSlice = 50;
const falseDiscoveryRate = 0.05;

/**
 * Slices by how much worse than the rest the model is there: largest difference of mean losses first. `loss` is one number
 * per row (log loss, squared error). Slices of fewer than 50 rows, or that leave fewer, say too little and are left out.
 */
export function slicesByLoss(loss: Float64Array, groupings: readonly Grouping[]): Slice[] {
  const all = momentsOf(loss);
  const slices = groupings.flatMap(({ column, names, group }) => {
    const sums = new Float64Array(names.length);
    const squares = new Float64Array(names.length);
    const rows = new Float64Array(names.length);
    for (let row = 0; row < loss.length; row++) {
      const g = group[row] as number;
      if (g < 0) continue;
      const value = loss[row] as number;
      sums[g] = (sums[g] as number) + value;
      squares[g] = (squares[g] as number) + value * value;
      rows[g] = (rows[g] as number) + 1;
    }
    return names.flatMap((value, g): Omit<Slice, 'worse'>[] => {
      const own = { rows: rows[g] as number, sum: sums[g] as number, squares: squares[g] as number };
      const others = { rows: all.rows - own.rows, sum: all.sum - own.sum, squares: all.squares - own.squares };
      if (own.rows < smallestSlice || others.rows < smallestSlice) return [];
      const difference = own.sum / own.rows - others.sum / others.rows;
      const error = Math.sqrt(varianceOfMean(own) + varianceOfMean(others));
      return [
        {
          column,
          value,
          rows: own.rows,
          loss: own.sum / own.rows,
          otherLoss: others.sum / others.rows,
          pValue: error > 0 ? upperTail(difference / error) : 1,
        },
      ];
    });
  });
  const { rejected } = benjaminiHochberg(
    slices.map(({ pValue }) => pValue),
    falseDiscoveryRate,
  );
  return slices
    .map((slice, i) => ({ ...slice, worse: rejected[i] === true }))
    .sort((a, b) => b.loss - b.otherLoss - (a.loss - a.otherLoss));
}

function upperTail(z: number): number {
  const twoSided = normalTwoSided(z);
  return z > 0 ? twoSided / 2 : 1 - twoSided / 2;
}

interface Moments {
  rows: number;
  sum: number;
  squares: number;
}

function momentsOf(values: Float64Array): Moments {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return { rows: values.length, sum, squares };
}

function varianceOfMean({ rows, sum, squares }: Moments): number {
  const mean = sum / rows;
  return Math.max(0, squares / rows - mean * mean) / (rows - 1);
}

const mostGroups = 20;
const quantiles = 4;

/** Groups of a column of texts: the 20 most frequent values and "other"; missing ones are a group of their own. */
export function groupTexts(column: string, values: readonly string[], missing: string): Grouping {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, mostGroups);
  const names = frequent.map(([value]) => (value === missing ? '(missing)' : value));
  const index = new Map(frequent.map(([value], i) => [value, i]));
  const other = counts.size > mostGroups ? names.push('(other)') - 1 : -1;
  return { column, names, group: Int32Array.from(values, (value) => index.get(value) ?? other) };
}

/** Groups of a column of numbers: each of few distinct values, else quarters; missing ones are a group of their own. */
export function groupNumbers(column: string, values: Float64Array): Grouping {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = new Set<number>();
  for (const value of present) {
    distinct.add(value);
    if (distinct.size > mostGroups) break;
  }
  const names: string[] = [];
  const group = new Int32Array(values.length).fill(-1);
  if (distinct.size <= mostGroups) {
    const index = new Map([...distinct].map((value, i) => [value, i]));
    names.push(...[...distinct].map(String));
    for (let row = 0; row < values.length; row++) group[row] = index.get(values[row] as number) ?? -1;
  } else {
    const edges = Array.from(
      { length: quantiles - 1 },
      (_, q) => present[Math.floor(((q + 1) / quantiles) * (present.length - 1))] as number,
    );
    const bounds = [...new Set(edges)];
    names.push(
      ...bounds.map((edge, i) => (i === 0 ? `≤ ${shown(edge)}` : `${shown(bounds[i - 1] ?? 0)} – ${shown(edge)}`)),
    );
    names.push(`> ${shown(bounds.at(-1) ?? 0)}`);
    for (let row = 0; row < values.length; row++) {
      const value = values[row] as number;
      if (Number.isNaN(value)) continue;
      const at = bounds.findIndex((edge) => value <= edge);
      group[row] = at < 0 ? bounds.length : at;
    }
  }
  if (present.length < values.length) {
    const missing = names.push('(missing)') - 1;
    for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) group[row] = missing;
  }
  return { column, names, group };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
