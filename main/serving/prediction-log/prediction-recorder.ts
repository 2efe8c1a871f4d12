import { EvenSampler } from '../even-sampler.ts';
import type { Tensor, TensorData } from '../tensor.ts';
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
  /** In the order of the log's columns: `width` values per row; undefined where no row had that output. */
  values: (Values | undefined)[];
}

/** Values of one column; a list has holes where a row has no value. */
type Values = (string | number | bigint)[] | Float32Array | Float64Array;

export interface LogCounts {
  seen: number;
  unsampled: number;
  /** Rows that came faster than they could be written, or could not be written. */
  lost: number;
}

const sampledRowsPerSecond = 1_000;
const maxPendingRows = 50_000;

interface PendingRow {
  timeMs: number;
  id: string;
  row: number;
  inputs: readonly Tensor[];
  outputs: readonly Tensor[];
}

/** Takes rows on the hot path: only references are kept until the next flush. */
export class PredictionRecorder {
  readonly #columns: readonly LogColumn[];
  readonly #sampler: EvenSampler | undefined;
  readonly counts: LogCounts = { seen: 0, unsampled: 0, lost: 0 };
  #pending: PendingRow[] = [];
  #kept = 0;

  constructor(columns: readonly LogColumn[], mode: PredictionLogMode) {
    this.#columns = columns;
    this.#sampler = mode === 'sampled' ? new EvenSampler(sampledRowsPerSecond) : undefined;
  }

  add(id: string, inputs: readonly Tensor[], outputs: readonly Tensor[], rows: number, timeMs: number): void {
    this.counts.seen += rows;
    this.#sampler?.arrive(rows, timeMs);
    for (let row = 0; row < rows; row++) {
      if (this.#sampler?.keep() === false) this.counts.unsampled++;
      else if (this.#pending.length >= maxPendingRows) this.counts.lost++;
      else this.#pending.push({ timeMs, id: rows === 1 || id === '' ? id : `${id}/${row}`, row, inputs, outputs });
    }
  }

  /** The rows since the last call; undefined where there are none. */
  drain(): LogBatch | undefined {
    const rows = this.#pending;
    if (rows.length === 0) return undefined;
    this.#pending = [];
    const firstRow = this.#kept;
    this.#kept += rows.length;
    return {
      firstRow,
      timesMs: Float64Array.from(rows, (row) => row.timeMs),
      ids: rows.map((row) => row.id),
      values: this.#columns.map((column) => gather(rows, column)),
    };
  }
}

function gather(rows: readonly PendingRow[], { side, tensor: name, width }: LogColumn): Values | undefined {
  let target: Values | undefined;
  let last: readonly Tensor[] | undefined;
  let tensor: Tensor | undefined;
  rows.forEach((row, at) => {
    const tensors = side === 'input' ? row.inputs : row.outputs;
    if (tensors !== last) {
      tensor = tensors.find((candidate) => candidate.name === name);
      last = tensors;
    }
    if (tensor === undefined) return;
    const values = (target ??= missingValues(tensor.data, rows.length * width));
    for (let i = 0; i < width; i++) values[at * width + i] = tensor.data[row.row * width + i] as never;
  });
  return target;
}

/** Values for rows whose request did not ask for an output; integers have no missing value and are then kept as a list. */
function missingValues(like: TensorData, length: number): Values {
  if (like instanceof Float32Array) return new Float32Array(length).fill(Number.NaN);
  if (like instanceof Float64Array) return new Float64Array(length).fill(Number.NaN);
  return new Array<string | number | bigint>(length);
}
