import { EvenSampler } from '../even-sampler.ts';
import { partsOf, type RequestTiming, timingParts } from '../request-timing.ts';
import type { Tensor } from '../tensor.ts';
import { TensorByName } from '../tensor-by-name.ts';
import { GrowingNumbers } from './growing-numbers.ts';
import type { LogColumn } from './log-columns.ts';

/** `sampled`: all rows up to 1,000 per second, above that an even share. */
export type PredictionLogMode = 'sampled' | 'full';

/** Rows that wait to be written, columns side by side. */
export interface LogBatch {
  /** Number of the first row among the rows kept since the start. */
  firstRow: number;
  timesMs: Float64Array;
  /** The id of the answer, followed by `/ROW` (from 0) where the request had several rows; empty without one. */
  ids: string[];
  /** `timingWidth` numbers per row: the `timingParts` in ms and the rows of the run; not a number where unknown. */
  timings: Float64Array;
  /** Feature views of each row; empty where none were looked up. */
  features: string[];
  /** In the order of the log's columns: `width` values per row; undefined where no row had that output. */
  values: (Values | undefined)[];
  /** Characters of the texts in all columns. */
  textLength: number;
}

/** Values of one column; a list has holes, numbers are not a number, where a row has no value. */
type Values = (string | bigint)[] | Float64Array;

export const timingWidth = timingParts.length + 1;

export interface AnsweredRequest {
  /** Empty where the answer has none. */
  id: string;
  inputs: readonly Tensor[];
  outputs: readonly Tensor[];
  rows: number;
  timeMs: number;
  timing: RequestTiming | undefined;
}

export interface LogCounts {
  seen: number;
  unsampled: number;
  /** Rows that came faster than they could be written, or could not be written. */
  lost: number;
}

const sampledRowsPerSecond = 1_000;
const maxPendingRows = 50_000;
/** A row may have texts of megabytes. */
const maxPendingText = 64 * 2 ** 20;

/** Takes rows on the hot path; what it keeps is copied, so that a request's tensors can go at once. */
export class PredictionRecorder {
  readonly #columns: readonly PendingColumn[];
  readonly #sampler: EvenSampler | undefined;
  readonly counts: LogCounts = { seen: 0, unsampled: 0, lost: 0 };
  readonly #timesMs = new GrowingNumbers();
  /** `timingWidth` numbers per row. */
  readonly #timings = new GrowingNumbers();
  #ids: string[] = [];
  #features: string[] = [];
  #kept = 0;
  #textLength = 0;

  constructor(columns: readonly LogColumn[], mode: PredictionLogMode) {
    this.#columns = columns.map((column) => new PendingColumn(column));
    this.#sampler = mode === 'sampled' ? new EvenSampler(sampledRowsPerSecond) : undefined;
  }

  add({ id, inputs, outputs, rows, timeMs, timing }: AnsweredRequest): void {
    this.counts.seen += rows;
    this.#sampler?.arrive(rows, timeMs);
    for (let row = 0; row < rows; row++) {
      if (this.#sampler?.keep() === false) {
        this.counts.unsampled++;
      } else if (this.#ids.length >= maxPendingRows || this.#textLength >= maxPendingText) {
        this.counts.lost++;
      } else {
        const at = this.#ids.length;
        for (const column of this.#columns) this.#textLength += column.add(inputs, outputs, row, at);
        this.#timesMs.set(at, timeMs);
        if (timing !== undefined) this.#addTiming(timing, at);
        this.#features.push(timing?.features ?? '');
        this.#ids.push(rows === 1 || id === '' ? id : `${id}/${row}`);
      }
    }
  }

  /** As numbers: to keep the objects of requests until they are drained costs some percent of the processor. */
  #addTiming(timing: RequestTiming, at: number): void {
    const parts = partsOf(timing);
    for (let i = 0; i < parts.length; i++) this.#timings.set(at * timingWidth + i, parts[i] ?? Number.NaN);
    this.#timings.set(at * timingWidth + parts.length, timing.batchRows ?? Number.NaN);
  }

  /** The rows since the last call; undefined where there are none. */
  drain(): LogBatch | undefined {
    const rows = this.#ids.length;
    if (rows === 0) return undefined;
    const batch = {
      firstRow: this.#kept,
      timesMs: this.#timesMs.take(rows) ?? new Float64Array(rows),
      ids: this.#ids,
      timings: this.#timings.take(rows * timingWidth) ?? new Float64Array(rows * timingWidth).fill(Number.NaN),
      features: this.#features,
      values: this.#columns.map((column) => column.drain(rows)),
      textLength: this.#textLength,
    };
    this.#kept += rows;
    this.#ids = [];
    this.#features = [];
    this.#textLength = 0;
    return batch;
  }
}

/** Values of one column that wait to be written. */
class PendingColumn {
  readonly #column: LogColumn;
  readonly #tensor: TensorByName;
  readonly #numbers = new GrowingNumbers();
  /** Of texts and 64-bit integers, which keep holes where a row has none. */
  #others: (string | bigint)[] = [];

  constructor(column: LogColumn) {
    this.#column = column;
    this.#tensor = new TensorByName(column.tensor);
  }

  /** Row `row` of a request as row `at` of the batch; gives the characters of its texts. */
  add(inputs: readonly Tensor[], outputs: readonly Tensor[], row: number, at: number): number {
    const { side, width } = this.#column;
    const data = this.#tensor.in(side === 'input' ? inputs : outputs)?.data;
    if (data === undefined) return 0;
    let textLength = 0;
    for (let i = 0; i < width; i++) {
      const value = data[row * width + i] as string | number | bigint;
      if (typeof value === 'number') this.#numbers.set(at * width + i, value);
      else {
        this.#others[at * width + i] = value;
        if (typeof value === 'string') textLength += value.length;
      }
    }
    return textLength;
  }

  drain(rows: number): Values | undefined {
    const length = rows * this.#column.width;
    if (this.#others.length === 0) return this.#numbers.take(length);
    const values = this.#others;
    this.#others = [];
    values.length = length;
    return values;
  }
}
