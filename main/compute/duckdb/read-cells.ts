import type { FeatureType } from '../../../shared/features/feature-view.ts';
import type { DuckDb } from './connection.ts';
import { quoteIdentifier } from './quote.ts';
import { duckdbBindings } from './duckdb-library.ts';
import { StringVectorReader } from './string-vector-reader.ts';

/** An exact value: int64 as bigint, timestamps as µs since the epoch (UTC), tensors as float32; null where missing. */
export type Cell = boolean | bigint | number | string | Float32Array | null;

export interface CellColumn {
  name: string;
  type: FeatureType;
  size?: number | undefined;
}

/** Rows of one DuckDB chunk. Its functions may be called until the next chunk is asked for. */
export interface CellChunk {
  rows: number;
  /** Per column, the value of a row. */
  cells: ((row: number) => Cell)[];
}

/**
 * Exact values of some columns of a query, at most 2,048 rows at a time, in the order of the query. Unlike
 * `readColumns`, which encodes for ONNX, it keeps 64-bit integers whole and NaN apart from missing. An infinite time is
 * missing. DuckDB's errors pass through.
 */
export async function* readCells(
  db: DuckDb,
  query: string,
  columns: readonly CellColumn[],
): AsyncGenerator<CellChunk, void, undefined> {
  const result = await db.stream(`SELECT ${columns.map(exactItem).join(', ')} FROM (${query})`);
  const duckdb = duckdbBindings();
  const strings = columns.map(() => new StringVectorReader());
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const rows = chunk.rowCount;
    const cells = columns.map((column, index) => {
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
      const read = reader(vector, rows, column, strings[index] ?? new StringVectorReader());
      const validity = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;
      return validity === null ? read : (row: number) => (isValid(validity, row) ? read(row) : null);
    });
    yield { rows, cells };
  }
}

function exactItem(column: CellColumn): string {
  const name = quoteIdentifier(column.name);
  switch (column.type) {
    case 'bool':
      return `CAST(${name} AS BOOLEAN)`;
    case 'int64':
      return `CAST(${name} AS BIGINT)`;
    case 'float64':
      return `CAST(${name} AS DOUBLE)`;
    case 'string':
      return `CAST(${name} AS VARCHAR)`;
    case 'timestamp':
      return `epoch_us(CAST(${name} AS TIMESTAMP))`;
    case 'tensor':
      return `CAST(${name} AS FLOAT[${column.size ?? 1}])`;
  }
}

function isValid(validity: Uint8Array, row: number): boolean {
  return (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
}

type Vector = ReturnType<ReturnType<typeof duckdbBindings>['data_chunk_get_vector']>;

function reader(vector: Vector, rows: number, column: CellColumn, strings: StringVectorReader): (row: number) => Cell {
  const duckdb = duckdbBindings();
  switch (column.type) {
    case 'bool': {
      const values = duckdb.vector_get_data(vector, rows);
      return (row) => values[row] === 1;
    }
    case 'int64':
    case 'timestamp': {
      const bytes = duckdb.vector_get_data(vector, rows * 8);
      const values = new BigInt64Array(bytes.buffer, bytes.byteOffset, rows);
      return (row) => values[row] as bigint;
    }
    case 'float64': {
      const bytes = duckdb.vector_get_data(vector, rows * 8);
      const values = new Float64Array(bytes.buffer, bytes.byteOffset, rows);
      return (row) => values[row] as number;
    }
    case 'string': {
      const texts = strings.over(duckdb.vector_get_data(vector, rows * 16) as Uint8Array<ArrayBuffer>);
      return (row) => texts.at(row);
    }
    case 'tensor': {
      const size = column.size ?? 1;
      const elements = duckdb.array_vector_get_child(vector);
      const bytes = duckdb.vector_get_data(elements, rows * size * 4);
      const values = new Float32Array(bytes.buffer, bytes.byteOffset, rows * size);
      const missing = duckdb.vector_get_validity(elements, Math.ceil((rows * size) / 64) * 8) as Uint8Array | null;
      return (row) => {
        const tensor = values.slice(row * size, (row + 1) * size);
        if (missing !== null) {
          for (let i = 0; i < size; i++) if (!isValid(missing, row * size + i)) tensor[i] = Number.NaN;
        }
        return tensor;
      };
    }
  }
}
