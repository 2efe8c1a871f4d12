import { basename } from 'node:path';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { DuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { duckdbBindings } from './duckdb-library.ts';
import { quoteIdentifier, quotePath } from './quote.ts';
import { StringVectorReader } from './string-vector-reader.ts';

/**
 * Values of one column for some rows, encoded as they enter an ONNX graph:
 * `number` (bool, int64, float64): missing = NaN; `timestamp`: µs since the epoch (UTC), missing = MISSING_TIMESTAMP;
 * `string`: missing = MISSING_STRING; `tensor`: [rows, size] row-major, missing elements NaN.
 */
export type ColumnValues =
  | { name: string; kind: 'number'; values: Float64Array }
  | { name: string; kind: 'timestamp'; values: BigInt64Array }
  | { name: string; kind: 'string'; values: string[] }
  | { name: string; kind: 'tensor'; values: Float32Array; size: number };

export interface ColumnChunk {
  /** Ordinal of the first row among the rows read. */
  offset: number;
  rows: number;
  /** In the order asked for. */
  columns: ColumnValues[];
}

export interface ReadColumnsOptions {
  /** SQL condition over the columns of the file; write it with `quoteIdentifier` and `quoteLiteral`. */
  where?: string;
  /** Rows per chunk; default 65,536. The last chunk may have fewer. */
  chunkRows?: number;
  /** First rows only. */
  limit?: number;
  /** Default 1. */
  threads?: number;
  signal?: AbortSignal;
}

/**
 * Columns of a Parquet file in file order, chunk by chunk, at most one chunk in memory at a time. The arrays of a
 * chunk are fresh: the caller may keep or change them. Without rows there is no chunk.
 * Errors: `data.column-missing`, `data.column-type`, `data.unreadable`, `run.cancelled`.
 */
export async function* readColumns(
  path: string,
  columns: readonly InputColumn[],
  options: ReadColumnsOptions = {},
): AsyncGenerator<ColumnChunk, void, undefined> {
  const { signal } = options;
  const db = await DuckDb.open({ threads: options.threads ?? 1, ...(signal === undefined ? {} : { signal }) });
  try {
    const scan = `read_parquet(${quotePath(path)})`;
    const present = await db.columnsOf(`SELECT * FROM ${scan}`);
    const selected = columns.map((column) => encodedColumn(column, present, path));
    const result = await db.stream(
      `SELECT ${selected.length === 0 ? 'true' : selected.join(', ')} FROM ${scan}` +
        (options.where === undefined ? '' : ` WHERE ${options.where}`) +
        (options.limit === undefined ? '' : ` LIMIT ${options.limit}`),
    );
    const builder = new ChunkBuilder(columns, options.chunkRows ?? 65_536);
    for (;;) {
      if (signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      const vectors = await result.fetchChunk();
      if (vectors === null || vectors.rowCount === 0) break;
      yield* builder.add(vectors);
    }
    yield* builder.finish();
  } catch (error) {
    if (signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.', { cause: error });
    throw duckDbError(error, { code: 'data.unreadable', doing: `Cannot read ${path}` });
  } finally {
    db.close();
  }
}

/** Select item that gives a column in its encoding; missing numbers, times and strings are replaced by DuckDB. */
function encodedColumn(column: InputColumn, present: readonly Column[], path: string): string {
  const found = present.find((candidate) => candidate.name === column.name);
  if (found === undefined) {
    const near = nearMisses(
      column.name,
      present.map((candidate) => candidate.name),
    );
    throw new AppError(
      'data.column-missing',
      `Column “${column.name}” is not in ${basename(path) === 'data.parquet' ? 'the table' : path}.`,
      {
        fix: near.length === 0 ? 'Choose a column that exists.' : `Did you mean ${near.join(' or ')}?`,
        details: { column: column.name, columns: present.map((candidate) => candidate.name) },
      },
    );
  }
  const name = quoteIdentifier(column.name);
  switch (column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
      requireType(column, found, ['bool', 'int64', 'float64']);
      return `coalesce(CAST(${name} AS DOUBLE), 'NaN'::DOUBLE)`;
    case 'timestamp':
      requireType(column, found, ['timestamp']);
      return `coalesce(epoch_us(CAST(${name} AS TIMESTAMP)), (${MISSING_TIMESTAMP})::BIGINT)`;
    case 'string':
      return `coalesce(CAST(${name} AS VARCHAR), '${MISSING_STRING}')`;
    case 'tensor':
      return `CAST(${name} AS FLOAT[${sizeOf(column)}])`;
  }
}

function requireType(column: InputColumn, found: Column, types: readonly string[]): void {
  if (types.includes(found.type)) return;
  throw new AppError(
    'data.column-type',
    `Column “${column.name}” is ${found.sqlType}, where ${column.type} is expected.`,
    { fix: 'Cast the column in an SQL step before this one.', details: { column: column.name } },
  );
}

function sizeOf(column: InputColumn): number {
  if (column.size === undefined) {
    throw new AppError('internal.bug', `Tensor column “${column.name}” is asked for without its size.`);
  }
  return column.size;
}

function allocate(column: InputColumn, rows: number): ColumnValues {
  const { name } = column;
  switch (column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return { name, kind: 'number', values: new Float64Array(rows) };
    case 'timestamp':
      return { name, kind: 'timestamp', values: new BigInt64Array(rows) };
    case 'string':
      return { name, kind: 'string', values: new Array<string>(rows) };
    case 'tensor':
      return { name, kind: 'tensor', values: new Float32Array(rows * sizeOf(column)), size: sizeOf(column) };
  }
}

/** Gathers DuckDB's vectors (at most 2,048 rows) into chunks of a fixed number of rows. */
class ChunkBuilder {
  readonly #columns: readonly InputColumn[];
  readonly #chunkRows: number;
  readonly #strings = new StringVectorReader();
  #values: ColumnValues[];
  #filled = 0;
  #offset = 0;

  constructor(columns: readonly InputColumn[], chunkRows: number) {
    this.#columns = columns;
    this.#chunkRows = chunkRows;
    this.#values = columns.map((column) => allocate(column, chunkRows));
  }

  *add(vectors: DuckDBDataChunk): Generator<ColumnChunk> {
    const total = vectors.rowCount;
    for (let from = 0; from < total; ) {
      const count = Math.min(total - from, this.#chunkRows - this.#filled);
      this.#values.forEach((column, index) => {
        this.#copy(vectors, index, column, from, count);
      });
      this.#filled += count;
      from += count;
      if (this.#filled === this.#chunkRows) yield this.#take();
    }
  }

  *finish(): Generator<ColumnChunk> {
    if (this.#filled > 0) yield this.#take();
  }

  #take(): ColumnChunk {
    const rows = this.#filled;
    const chunk = { offset: this.#offset, rows, columns: this.#values.map((column) => head(column, rows)) };
    this.#offset += rows;
    this.#filled = 0;
    this.#values = this.#columns.map((column) => allocate(column, this.#chunkRows));
    return chunk;
  }

  /** Copies rows `from` to `from + count` of one vector behind those already gathered. */
  #copy(vectors: DuckDBDataChunk, index: number, target: ColumnValues, from: number, count: number): void {
    const duckdb = duckdbBindings();
    const vector = duckdb.data_chunk_get_vector(vectors.chunk, index);
    const rows = vectors.rowCount;
    const at = this.#filled;
    switch (target.kind) {
      case 'number': {
        const bytes = duckdb.vector_get_data(vector, rows * 8);
        target.values.set(new Float64Array(bytes.buffer, bytes.byteOffset + from * 8, count), at);
        return;
      }
      case 'timestamp': {
        const bytes = duckdb.vector_get_data(vector, rows * 8);
        target.values.set(new BigInt64Array(bytes.buffer, bytes.byteOffset + from * 8, count), at);
        return;
      }
      case 'string': {
        const reader = this.#strings.over(duckdb.vector_get_data(vector, rows * 16) as Uint8Array<ArrayBuffer>);
        for (let row = 0; row < count; row++) target.values[at + row] = reader.at(from + row);
        return;
      }
      case 'tensor': {
        const { size } = target;
        const elements = duckdb.array_vector_get_child(vector);
        const bytes = duckdb.vector_get_data(elements, rows * size * 4);
        target.values.set(new Float32Array(bytes.buffer, bytes.byteOffset + from * size * 4, count * size), at * size);
        const missingRows = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
        const missingElements = duckdb.vector_get_validity(elements, Math.ceil((rows * size) / 64) * 8);
        for (let row = 0; row < count; row++) {
          if (isMissing(missingRows, from + row))
            target.values.fill(Number.NaN, (at + row) * size, (at + row + 1) * size);
        }
        if (missingElements === null) return;
        for (let element = 0; element < count * size; element++) {
          if (isMissing(missingElements, from * size + element)) target.values[at * size + element] = Number.NaN;
        }
      }
    }
  }
}

/** Bit `index` of a validity mask is clear; no mask means that nothing is missing. */
function isMissing(validity: Uint8Array | null, index: number): boolean {
  return validity !== null && (((validity[index >> 3] ?? 0) >> (index & 7)) & 1) === 0;
}

function head(column: ColumnValues, rows: number): ColumnValues {
  switch (column.kind) {
    case 'number':
      return { ...column, values: column.values.length === rows ? column.values : column.values.slice(0, rows) };
    case 'timestamp':
      return { ...column, values: column.values.length === rows ? column.values : column.values.slice(0, rows) };
    case 'string':
      return { ...column, values: column.values.length === rows ? column.values : column.values.slice(0, rows) };
    case 'tensor': {
      const { values, size } = column;
      return { ...column, values: values.length === rows * size ? values : values.slice(0, rows * size) };
    }
  }
}
