import { type InputColumn, MISSING_STRING } from '../../../shared/model/signature.ts';
import type { ColumnType } from '../../../shared/table/schema.ts';
import { type ColumnValues, readColumns } from '../duckdb/read-columns.ts';
import { CountSketch } from '../sketches/count-sketch.ts';
import { KllSketch } from '../sketches/kll-sketch.ts';
import { sortAscending } from '../stats/sort-ascending.ts';

/** One column of one sample, ready to be compared. */
export type ColumnSummary =
  /** Ascending, without missing values; of a sketch, values at evenly spaced ranks that stand for all. */
  | { kind: 'numeric'; sorted: Float64Array; missing: number; sketch?: SketchedValues | undefined }
  /** Rows per category; missing values are the category `(missing)`. */
  | {
      kind: 'categorical';
      counts: ReadonlyMap<string, number>;
      rows: number;
      /** Rows per hash bucket, where there are too many categories to count them all. */
      buckets?: Float64Array | undefined;
    };

interface SketchedValues {
  /** Values that the ranks stand for. */
  count: number;
  /** Largest error of a cumulative share, with 99 % confidence. */
  rankError: number;
}

/** The category of missing values. */
export const missingCategory = '(missing)';

/** Ranks that a sketch is compared at. */
const sketchRanks = 20_000;

/** Categories above which only frequent ones are counted by name. */
const maxNames = 50_000;

/** Values of a numeric summary, without missing ones. */
export function valueCount({ sorted, sketch }: Extract<ColumnSummary, { kind: 'numeric' }>): number {
  return sketch?.count ?? sorted.length;
}

/** Why a column of this type is not compared; undefined where it is. */
export function incomparable(type: ColumnType): string | undefined {
  if (type === 'timestamp') return 'time-column';
  if (type === 'tensor') return 'list-column';
  return type === 'other' ? 'type-not-compared' : undefined;
}

export interface SummarizerOptions {
  /** Memory for as many numbers is taken at once; more may come. */
  expectedRows?: number;
  /** Numbers go into a sketch of this size in place of memory for all of them. */
  sketchSize?: number | undefined;
}

/** Collects a column chunk by chunk. Summarizers of parts add up where they sketch. */
export class ColumnSummarizer {
  readonly #type: ColumnType;
  #numbers: Float64Array;
  #found = 0;
  readonly #sketch: KllSketch | undefined;
  readonly #counts = new Map<string, number>();
  /** Takes over from the counts when there are too many. */
  #names: CountSketch | undefined;
  #rows = 0;

  constructor(type: ColumnType, { expectedRows = 0, sketchSize }: SummarizerOptions = {}) {
    this.#type = type;
    const isNumeric = type === 'int64' || type === 'float64';
    this.#sketch = sketchSize === undefined || !isNumeric ? undefined : new KllSketch(sketchSize);
    this.#numbers = new Float64Array(isNumeric && this.#sketch === undefined ? expectedRows : 0);
  }

  add(chunk: ColumnValues): void {
    this.#rows += chunk.values.length;
    if (chunk.kind === 'string') {
      for (const value of chunk.values) this.#count(value === MISSING_STRING ? missingCategory : value);
    } else if (chunk.kind === 'number' && this.#type === 'bool') {
      for (const value of chunk.values) this.#count(Number.isNaN(value) ? missingCategory : String(value !== 0));
    } else if (chunk.kind === 'number') {
      if (this.#sketch === undefined) this.#addNumbers(chunk.values);
      else for (const value of chunk.values) this.#sketch.add(value);
    }
  }

  /** Adds what a sketch of other rows holds; only of summarizers that sketch, or of categories. */
  addSketch({ rows, numbers, names }: ColumnSketch): void {
    this.#rows += rows;
    if (numbers !== undefined) this.#sketch?.merge(numbers);
    if (names !== undefined) this.#sketchNames().merge(names);
  }

  finish(): ColumnSummary {
    if (this.#type === 'string' || this.#type === 'bool') {
      const names = this.#names;
      if (names === undefined) return { kind: 'categorical', counts: this.#counts, rows: this.#rows };
      const buckets = names.error > 0 ? names.buckets() : undefined;
      return { kind: 'categorical', counts: names.names(), rows: this.#rows, buckets };
    }
    const sketch = this.#sketch;
    if (sketch !== undefined) {
      const { count, rankError } = sketch;
      // Ranks in between are off by at most half a step.
      const error = sketch.isExact ? undefined : { count, rankError: rankError + 0.5 / sketchRanks };
      return { kind: 'numeric', sorted: sketch.evenQuantiles(sketchRanks), missing: this.#rows - count, sketch: error };
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
    if (this.#names !== undefined) {
      this.#names.add(category);
      return;
    }
    this.#counts.set(category, (this.#counts.get(category) ?? 0) + 1);
    if (this.#counts.size > maxNames) this.#sketchNames();
  }

  #sketchNames(): CountSketch {
    if (this.#names === undefined) {
      this.#names = new CountSketch(maxNames);
      for (const [name, times] of this.#counts) this.#names.add(name, times);
      this.#counts.clear();
    }
    return this.#names;
  }
}

/** A column of any number of rows in bounded memory. */
export interface ColumnSketch {
  rows: number;
  /** Of a numeric column. */
  numbers?: KllSketch | undefined;
  /** Of a column of categories; missing values are the category `(missing)`. */
  names?: CountSketch | undefined;
}

/** Summary of values in memory. */
export function summarizeValues(values: ColumnValues, type: ColumnType): ColumnSummary {
  const summarizer = new ColumnSummarizer(type);
  summarizer.add(values);
  return summarizer.finish();
}

/**
 * Summaries of the comparable columns of a Parquet file, by name. Errors: those of `readColumns`.
 */
export async function summarizeFile(
  path: string,
  columns: readonly InputColumn[],
  signal?: AbortSignal,
  options: SummarizerOptions = {},
): Promise<Map<string, ColumnSummary>> {
  const compared = columns.filter((column) => incomparable(column.type) === undefined);
  const summarizers = compared.map((column) => new ColumnSummarizer(column.type, options));
  if (compared.length > 0) {
    for await (const chunk of readColumns(path, compared, signal === undefined ? {} : { signal })) {
      chunk.columns.forEach((values, i) => {
        summarizers[i]?.add(values);
      });
    }
  }
  return new Map(compared.map((column, i) => [column.name, (summarizers[i] as ColumnSummarizer).finish()]));
}
