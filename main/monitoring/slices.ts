import { MISSING_STRING } from '../../shared/model/signature.ts';
import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';

/** Rows that have something in common. */
export interface Slice {
  column: string;
  /** E.g. `SFO`, `≤ 320`, `missing`. */
  value: string;
  /** Their places, ascending. */
  rows: Uint32Array;
}

const mostColumns = 12;
const mostValues = 6;
const quarters = 4;

/**
 * Groups of rows by single columns: the most frequent values of text and of numbers with few values, quarters of other
 * numbers. Times make no slices, nor do groups of fewer than `minimumRows` rows or of nearly all of them.
 */
export function slicesOf(columns: readonly ScalarColumn[], minimumRows: number): Slice[] {
  return columns.slice(0, mostColumns).flatMap((column) => {
    if (column.kind === 'timestamp') return [];
    const groups = column.kind === 'string' ? byValue(column.values) : byNumber(column.values);
    const all = column.values.length;
    return [...groups]
      .filter(([, rows]) => rows.length >= minimumRows && rows.length <= 0.95 * all)
      .toSorted((a, b) => b[1].length - a[1].length)
      .slice(0, mostValues)
      .map(([value, rows]) => ({ column: column.name, value, rows: Uint32Array.from(rows) }));
  });
}

function byValue(values: ArrayLike<string>): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as string;
    add(groups, value === MISSING_STRING ? 'missing' : value, i);
  }
  return groups;
}

function byNumber(values: Float64Array): Map<string, number[]> {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const groups = new Map<string, number[]>();
  const distinct = sorted.reduce((count, value, i) => (i > 0 && value === sorted[i - 1] ? count : count + 1), 0);
  const isFew = distinct <= mostValues;
  const bounds = [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / quarters)] as number);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isNaN(value)) add(groups, 'missing', i);
    else if (isFew) add(groups, short(value), i);
    else add(groups, quarterOf(value, bounds), i);
  }
  return groups;
}

function quarterOf(value: number, bounds: readonly number[]): string {
  const at = bounds.findIndex((bound) => value < bound);
  if (at === -1) return `≥ ${short(bounds.at(-1) as number)}`;
  const high = short(bounds[at] as number);
  return at === 0 ? `< ${high}` : `${short(bounds[at - 1] as number)} – ${high}`;
}

function add(groups: Map<string, number[]>, value: string, row: number): void {
  const rows = groups.get(value);
  if (rows === undefined) groups.set(value, [row]);
  else rows.push(row);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
