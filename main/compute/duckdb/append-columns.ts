import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import type { DuckDb } from './connection.ts';
import { duckdbApi } from './duckdb-library.ts';
import { quoteIdentifier } from './quote.ts';
import type { ColumnValues } from './read-columns.ts';

/** Columns with one value per row. */
export type ScalarColumn = Exclude<ColumnValues, { kind: 'tensor' }>;

/** Most rows a DuckDB chunk can hold. */
const vectorRows = 2_048;

/**
 * Makes a table of values in memory, missing ones NULL: numbers are DOUBLE, texts VARCHAR, times TIMESTAMP. All columns
 * have the same length.
 */
export async function appendColumns(db: DuckDb, table: string, columns: readonly ScalarColumn[]): Promise<void> {
  const { DOUBLE, DuckDBDataChunk, TIMESTAMP, VARCHAR } = duckdbApi();
  const sqlTypes = { number: DOUBLE, string: VARCHAR, timestamp: TIMESTAMP } as const;
  const types = columns.map(({ kind }): DuckDBType => sqlTypes[kind]);
  const declared = columns.map(({ name }, i) => `${quoteIdentifier(name)} ${String(types[i])}`);
  await db.run(`CREATE TABLE ${quoteIdentifier(table)} (${declared.join(', ')})`);
  const appender = await db.appender(table);
  const rows = columns[0]?.values.length ?? 0;
  for (let from = 0; from < rows; from += vectorRows) {
    const to = Math.min(rows, from + vectorRows);
    const chunk = DuckDBDataChunk.create(types, to - from);
    columns.forEach((column, i) => {
      chunk.setColumnValues(i, sqlValues(column, from, to));
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function sqlValues(column: ScalarColumn, from: number, to: number): DuckDBValue[] {
  switch (column.kind) {
    case 'number':
      return Array.from(column.values.subarray(from, to), (value) => (Number.isNaN(value) ? null : value));
    case 'string':
      return column.values.slice(from, to).map((value) => (value === MISSING_STRING ? null : value));
    case 'timestamp': {
      const { DuckDBTimestampValue } = duckdbApi();
      return Array.from(column.values.subarray(from, to), (value) =>
        value === MISSING_TIMESTAMP ? null : new DuckDBTimestampValue(value),
      );
    }
  }
}
