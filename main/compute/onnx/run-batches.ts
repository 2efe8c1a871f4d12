import type { Tensor } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { InputColumn } from '../../../shared/model/signature.ts';
import { type ColumnValues, readColumns } from '../duckdb/read-columns.ts';
import { mergeInputColumns, rawTensor } from './raw-inputs.ts';

/** What batches are run by: an ONNX Runtime session, or one that scores by other means. */
export interface BatchSession {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, Tensor>, outputs: string[]): Promise<Readonly<Record<string, Tensor>>>;
}

export interface RunBatchesOptions {
  /** Columns fed to the session. */
  inputs: readonly InputColumn[];
  /** Columns handed through beside the outputs, e.g. the label. */
  extra?: readonly InputColumn[];
  /** Outputs to compute; default all. */
  outputs?: readonly string[];
  /** SQL condition over the columns of the table. */
  where?: string;
  /** Rows per run; at most 4,096, and inputs within 16 MiB, by default. */
  chunkRows?: number;
  /** First rows only. */
  limit?: number;
  signal?: AbortSignal;
  onProgress?: (rowsDone: number) => void;
}

export interface Batch {
  /** Ordinal of the first row. */
  offset: number;
  rows: number;
  outputs: Record<string, Tensor>;
  /** Raw values by column name: inputs and extra columns. */
  columns: Record<string, ColumnValues>;
}

const maxBatchElements = 2 ** 21;
/** What a graph makes of a row inside may be a hundred times as wide: ranks of categories, one-hot columns. */
const maxBatchRows = 4096;

/**
 * Runs a session over the rows of a Parquet table in file order, batch by batch. Each run blocks the JavaScript thread;
 * cancellation takes effect between batches. Errors: those of `readColumns`, `run.cancelled`.
 */
export async function* runBatches(
  session: BatchSession,
  tablePath: string,
  options: RunBatchesOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { inputs, extra = [], signal } = options;
  const columns = mergeInputColumns([inputs, extra]);
  const width = columns.reduce((sum, column) => sum + (column.size ?? 1), 0);
  const chunkRows = options.chunkRows ?? Math.max(64, Math.min(maxBatchRows, Math.floor(maxBatchElements / width)));
  const outputs = options.outputs ?? session.outputNames;
  const chunks = readColumns(tablePath, columns, {
    chunkRows,
    ...(options.where === undefined ? {} : { where: options.where }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const chunk of chunks) {
    const byName = Object.fromEntries(chunk.columns.map((column) => [column.name, column]));
    const feeds: Record<string, Tensor> = {};
    for (const { name } of inputs) feeds[name] = rawTensor(required(byName[name], name), chunk.rows);
    const results = await session.run(feeds, [...outputs]);
    // The run lets other events in once: a cancellation that arrived meanwhile is seen here.
    if (signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    yield { offset: chunk.offset, rows: chunk.rows, outputs: results as Record<string, Tensor>, columns: byName };
    options.onProgress?.(chunk.offset + chunk.rows);
  }
}

function required(column: ColumnValues | undefined, name: string): ColumnValues {
  if (column === undefined) throw new AppError('internal.bug', `Column “${name}” was not read.`);
  return column;
}
