import { type InputColumn, MISSING_STRING } from '../../shared/model/signature.ts';
import type { ColumnType } from '../../shared/table/schema.ts';
import { type ColumnValues, readColumns } from '../compute/duckdb/read-columns.ts';

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
  readonly #numbers: Float64Array[] = [];
  readonly #counts = new Map<string, number>();
  #rows = 0;

  constructor(type: ColumnType) {
    this.#type = type;
  }

  add(chunk: ColumnValues): void {
    this.#rows += chunk.values.length;
    if (chunk.kind === 'string') {
      for (const value of chunk.values) this.#count(value === MISSING_STRING ? missingCategory : value);
    } else if (chunk.kind === 'number' && this.#type === 'bool') {
      for (const value of chunk.values) this.#count(Number.isNaN(value) ? missingCategory : String(value !== 0));
    } else if (chunk.kind === 'number') {
      this.#numbers.push(chunk.values.filter((value) => !Number.isNaN(value)));
    }
  }

  finish(): ColumnSummary {
    if (this.#type === 'string' || this.#type === 'bool') {
      return { kind: 'categorical', counts: this.#counts, rows: this.#rows };
    }
    const sorted = new Float64Array(this.#numbers.reduce((sum, part) => sum + part.length, 0));
    let offset = 0;
    for (const part of this.#numbers) {
      sorted.set(part, offset);
      offset += part.length;
    }
    sorted.sort();
    return { kind: 'numeric', sorted, missing: this.#rows - sorted.length };
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

/** Summaries of the comparable columns of a Parquet file, by name. Errors: those of `readColumns`. */
export async function summarizeFile(
  path: string,
  columns: readonly InputColumn[],
  signal?: AbortSignal,
): Promise<Map<string, ColumnSummary>> {
  const compared = columns.filter((column) => incomparable(column.type) === undefined);
  const summarizers = compared.map((column) => new ColumnSummarizer(column.type));
  if (compared.length > 0) {
    for await (const chunk of readColumns(path, compared, signal === undefined ? {} : { signal })) {
      chunk.columns.forEach((values, i) => {
        summarizers[i]?.add(values);
      });
    }
  }
  return new Map(compared.map((column, i) => [column.name, (summarizers[i] as ColumnSummarizer).finish()]));
}
