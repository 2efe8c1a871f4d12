import { type InputColumn, MISSING_STRING } from '../../shared/model/signature.ts';
import type { ColumnType } from '../../shared/table/schema.ts';
import { type ColumnValues, readColumns } from '../compute/duckdb/read-columns.ts';
import { sortAscending } from '../compute/stats/sort-ascending.ts';

/** One column of one sample, ready to be compared. */
export type ColumnSummary =
  /** Ascending, without missing values. */
  | { kind: 'numeric'; sorted: Float64Array; missing: number }
  /** Rows per category; missing values are the category `(missing)`. */
  | { kind: 'categorical'; counts: ReadonlyMap<string, number>; rows: number };

/** The category of missing values. */
export const missingCategory = '(missing)';

/** Why a column of this type is not compared; undefined where it is. */
export function incomparable(type: ColumnType): string | undefined {
  if (type === 'timestamp') return 'time-column';
  if (type === 'tensor') return 'list-column';
  return type === 'other' ? 'type-not-compared' : undefined;
}

/** Collects a column chunk by chunk. */
export class ColumnSummarizer {
  readonly #type: ColumnType;
  #numbers: Float64Array;
  #found = 0;
  readonly #counts = new Map<string, number>();
  #rows = 0;

  /** `expectedRows`: memory for as many numbers is taken at once; more may come. */
  constructor(type: ColumnType, expectedRows = 0) {
    this.#type = type;
    this.#numbers = new Float64Array(type === 'int64' || type === 'float64' ? expectedRows : 0);
  }

  add(chunk: ColumnValues): void {
    this.#rows += chunk.values.length;
    if (chunk.kind === 'string') {
      for (const value of chunk.values) this.#count(value === MISSING_STRING ? missingCategory : value);
    } else if (chunk.kind === 'number' && this.#type === 'bool') {
      for (const value of chunk.values) this.#count(Number.isNaN(value) ? missingCategory : String(value !== 0));
    } else if (chunk.kind === 'number') {
      this.#addNumbers(chunk.values);
    }
  }

  finish(): ColumnSummary {
    if (this.#type === 'string' || this.#type === 'bool') {
      return { kind: 'categorical', counts: this.#counts, rows: this.#rows };
    }
    const found = this.#numbers.length === this.#found ? this.#numbers : this.#numbers.slice(0, this.#found);
    this.#numbers = new Float64Array(0);
    const sorted = sortAscending(found);
    return { kind: 'numeric', sorted, missing: this.#rows - sorted.length };
  }

  #addNumbers(values: Float64Array): void {
    const needed = this.#found + values.length;
    if (needed > this.#numbers.length) {
      const grown = new Float64Array(Math.max(needed, 2 * this.#found));
      grown.set(this.#numbers.subarray(0, this.#found));
      this.#numbers = grown;
    }
    const numbers = this.#numbers;
    let found = this.#found;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isNaN(value)) numbers[found++] = value;
    }
    this.#found = found;
  }

  #count(category: string): void {
    this.#counts.set(category, (this.#counts.get(category) ?? 0) + 1);
  }
}

/** Summary of values in memory. */
export function summarizeValues(values: ColumnValues, type: ColumnType): ColumnSummary {
  const summarizer = new ColumnSummarizer(type);
  summarizer.add(values);
  return summarizer.finish();
}

/**
 * Summaries of the comparable columns of a Parquet file of about `expectedRows` rows, by name. Errors: those of
 * `readColumns`.
 */
export async function summarizeFile(
  path: string,
  columns: readonly InputColumn[],
  signal?: AbortSignal,
  expectedRows = 0,
): Promise<Map<string, ColumnSummary>> {
  const compared = columns.filter((column) => incomparable(column.type) === undefined);
  const summarizers = compared.map((column) => new ColumnSummarizer(column.type, expectedRows));
  if (compared.length > 0) {
    for await (const chunk of readColumns(path, compared, signal === undefined ? {} : { signal })) {
      chunk.columns.forEach((values, i) => {
        summarizers[i]?.add(values);
      });
    }
  }
  return new Map(compared.map((column, i) => [column.name, (summarizers[i] as ColumnSummarizer).finish()]));
}
