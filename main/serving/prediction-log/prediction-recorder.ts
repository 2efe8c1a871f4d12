import { EvenSampler } from '../even-sampler.ts';
import { partsOf, type RequestTiming, timingParts } from '../request-timing.ts';
import type { Tensor } from '../tensor.ts';
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
  timings: Float32Array;
  /** Feature views of each row; empty where none were looked up. */
  features: string[];
  /** In the order of the log's columns: `width` values per row; undefined where no row had that output. */
  values: (Values | undefined)[];
}

/** Values of one column; a list has holes where a row has no value. */
type Values = (string | number | bigint)[] | Float64Array;

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

/** Takes rows on the hot path; what it keeps is copied, so that a request's tensors can go at once. */
export class PredictionRecorder {
  readonly #columns: readonly PendingColumn[];
  readonly #sampler: EvenSampler | undefined;
  readonly counts: LogCounts = { seen: 0, unsampled: 0, lost: 0 };
  #timesMs: number[] = [];
  #ids: string[] = [];
  /** `timingWidth` numbers per row. */
  #timings: number[] = [];
  #features: string[] = [];
  #kept = 0;

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
      } else if (this.#ids.length >= maxPendingRows) {
        this.counts.lost++;
      } else {
        for (const column of this.#columns) column.add(inputs, outputs, row, this.#ids.length);
        this.#timesMs.push(timeMs);
        this.#addTiming(timing);
        this.#ids.push(rows === 1 || id === '' ? id : `${id}/${row}`);
      }
    }
  }

  /** As numbers: to keep the objects of requests until they are drained costs some percent of the processor. */
  #addTiming(timing: RequestTiming | undefined): void {
    this.#features.push(timing?.features ?? '');
    if (timing === undefined) {
      for (let i = 0; i < timingWidth; i++) this.#timings.push(Number.NaN);
      return;
    }
    for (const part of partsOf(timing)) this.#timings.push(part ?? Number.NaN);
    this.#timings.push(timing.batchRows ?? Number.NaN);
  }

  /** The rows since the last call; undefined where there are none. */
  drain(): LogBatch | undefined {
    const rows = this.#ids.length;
    if (rows === 0) return undefined;
    const batch = {
      firstRow: this.#kept,
      timesMs: Float64Array.from(this.#timesMs),
      ids: this.#ids,
      timings: Float32Array.from(this.#timings),
      features: this.#features,
      values: this.#columns.map((column) => column.drain(rows)),
    };
    this.#kept += rows;
    this.#timesMs = [];
    this.#ids = [];
    this.#timings = [];
    this.#features = [];
    return batch;
  }
}

/** Values of one column that wait to be written. */
class PendingColumn {
  readonly #column: LogColumn;
  #values: (string | number | bigint)[] = [];
  /** Floating-point numbers have a missing value; others keep holes where a row has none. */
  #isFloat = false;
  /** Where the tensor was in the last request: requests of one client look alike. */
  #hint = 0;

  constructor(column: LogColumn) {
    this.#column = column;
  }

  /** Row `row` of a request as row `at` of the batch. */
  add(inputs: readonly Tensor[], outputs: readonly Tensor[], row: number, at: number): void {
    const { side, tensor: name, width } = this.#column;
    const tensors = side === 'input' ? inputs : outputs;
    if (tensors[this.#hint]?.name !== name) this.#hint = tensors.findIndex((candidate) => candidate.name === name);
    const data = tensors[this.#hint]?.data;
    if (data === undefined) return;
    this.#isFloat = data instanceof Float32Array || data instanceof Float64Array;
    for (let i = 0; i < width; i++) this.#values[at * width + i] = data[row * width + i] as string | number | bigint;
  }

  drain(rows: number): Values | undefined {
    const values = this.#values;
    this.#values = [];
    if (values.length === 0) return undefined;
    if (!this.#isFloat) {
      values.length = rows * this.#column.width;
      return values;
    }
    return Float64Array.from({ length: rows * this.#column.width }, (_, i) => Number(values[i] ?? Number.NaN));
  }
}
