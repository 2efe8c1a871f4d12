import { writeFile } from 'node:fs/promises';
import {
  bool,
  type Column as ArrowColumn,
  columnFromArray,
  type DataType,
  float32,
  float64,
  int64,
  list,
  tableFromColumns,
  tableToIPC,
  TimeUnit,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column } from '../../../shared/table/schema.ts';
import type { DuckDb } from '../duckdb/connection.ts';
import { quoteIdentifier } from '../duckdb/quote.ts';

/** Memory of one value while the file is made, about. */
const bytesPerValue = 48;

/**
 * Writes the rows of a relation as an Arrow IPC file (Feather 2): booleans, 64-bit integers and floats, UTF-8, timestamps in
 * microseconds (UTC), lists of float32 for tensors; anything else as text. Errors: `step.out-of-memory` beforehand.
 */
export async function writeArrowFile(
  db: DuckDb,
  relation: string,
  path: string,
  { columns, memoryBytes }: { columns: readonly Column[]; memoryBytes: number },
): Promise<void> {
  const [counted] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${relation}`);
  const needed = Number(counted?.['n']) * columns.length * bytesPerValue;
  if (needed > memoryBytes) {
    throw new AppError(
      'step.out-of-memory',
      `An Arrow file is made in memory: about ${Math.ceil(needed / 2 ** 20)} MiB are needed.`,
      { fix: 'Write Parquet, which is streamed, or give the step more memory.' },
    );
  }
  const values: unknown[][] = columns.map(() => []);
  const result = await db.stream(`SELECT ${columns.map(readable).join(', ')} FROM ${relation}`);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const [at, list] of values.entries()) {
      for (const value of chunk.getColumnValues(at)) list.push(plain(value));
    }
  }
  const made = columns.map((column, at): [string, ArrowColumn<unknown>] => [
    column.name,
    columnFromArray(values[at] ?? [], arrowType(column)) as ArrowColumn<unknown>,
  ]);
  const bytes = tableToIPC(tableFromColumns(made), { format: 'file' });
  if (bytes === null) throw new AppError('internal.bug', 'Arrow gave no bytes.');
  await writeFile(path, bytes);
}

function readable(column: Column): string {
  const name = quoteIdentifier(column.name);
  switch (column.type) {
    case 'bool':
      return name;
    case 'int64':
      return `CAST(${name} AS BIGINT)`;
    case 'float64':
      return `CAST(${name} AS DOUBLE)`;
    // Milliseconds, which is what the builder takes; a double holds them to a fraction of a microsecond.
    case 'timestamp':
      return `epoch_us(CAST(${name} AS TIMESTAMP)) / 1000.0`;
    case 'tensor':
      return `CAST(${name} AS FLOAT[])`;
    case 'string':
      return `CAST(${name} AS VARCHAR)`;
    case 'other':
      return /[\])]/.test(column.sqlType) ? `CAST(to_json(${name}) AS VARCHAR)` : `CAST(${name} AS VARCHAR)`;
  }
}

function arrowType(column: Column): DataType {
  switch (column.type) {
    case 'bool':
      return bool();
    case 'int64':
      return int64();
    case 'float64':
      return float64();
    case 'timestamp':
      return timestamp(TimeUnit.MICROSECOND, 'UTC');
    case 'tensor':
      return list(float32());
    case 'string':
    case 'other':
      return utf8();
  }
}

/** DuckDB's list values hold their items in a field. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'items' in value ? value.items : value;
}
