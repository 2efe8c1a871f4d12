import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { ScalarColumn } from '../duckdb/append-columns.ts';

/** Turns a column into what trees learn from, always in the way of the rows it was made of. */
export interface ColumnEncoder {
  name: string;
  /** Codes of texts; undefined for numbers. */
  categories: number | undefined;
  /** The texts by code. */
  names: readonly string[];
  /** NaN where a value is missing or a text is not known; all of them where there is no column. */
  encode(column: ScalarColumn | undefined, rows: number): Float32Array;
}

/** Most frequent texts that get a code of their own. */
const maxCategories = 250;

/** Undefined for times: they always move on. */
export function encoderOf({ name, kind, values }: ScalarColumn): ColumnEncoder | undefined {
  const missing = (rows: number) => new Float32Array(rows).fill(Number.NaN);
  if (kind === 'timestamp') return undefined;
  if (kind === 'number') {
    const encode: ColumnEncoder['encode'] = (column, rows) =>
      column?.kind === 'number' ? Float32Array.from(column.values) : missing(rows);
    return { name, categories: undefined, names: [], encode };
  }
  const counts = new Map<string, number>();
  for (const value of values as string[]) counts.set(value, (counts.get(value) ?? 0) + 1);
  counts.delete(MISSING_STRING);
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, maxCategories);
  const codes = new Map(frequent.map(([value], code) => [value, code]));
  return {
    name,
    categories: Math.max(1, codes.size),
    names: frequent.map(([value]) => value),
    encode: (column, rows) =>
      column?.kind === 'string'
        ? Float32Array.from(column.values, (value) => codes.get(value) ?? Number.NaN)
        : missing(rows),
  };
}
