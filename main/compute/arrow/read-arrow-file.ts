import { readFile, stat } from 'node:fs/promises';
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type DataType, tableFromIPC, Type } from '@uwdata/flechette';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { DuckDb } from '../duckdb/connection.ts';
import { duckdbApi } from '../duckdb/duckdb-library.ts';
import { quoteIdentifier } from '../duckdb/quote.ts';

/** Largest file that is read; it is in memory as a whole. */
const mostBytes = 2 ** 30;
const chunkRows = 2048;

interface Reading {
  sqlType: string;
  type: DuckDBType;
  value(given: unknown): DuckDBValue;
}

/**
 * Loads the record batches of an Arrow IPC file or stream (Feather 2) into a DuckDB table; returns the number of rows.
 * Nested values become JSON text. Errors: `data.unreadable`.
 */
export async function loadArrowFile(db: DuckDb, path: string, name: string, table: string): Promise<number> {
  const { size } = await stat(path);
  if (size > mostBytes) {
    throw new AppError('data.unreadable', `${name} is larger than 1 GiB, and Arrow files are read in memory.`, {
      fix: 'Convert it to Parquet.',
    });
  }
  try {
    const { DuckDBDataChunk } = duckdbApi();
    const bytes = await readFile(path);
    const arrow = tableFromIPC(bytes, { useBigInt: true });
    const fields = arrow.schema.fields.map((field) => ({ name: field.name, reading: readingOf(field.type) }));
    requireDistinct(fields, name);
    const declared = fields.map(({ name: column, reading }) => `${quoteIdentifier(column)} ${reading.sqlType}`);
    await db.run(`CREATE TABLE ${quoteIdentifier(table)} (${declared.join(', ')})`);
    const appender = await db.appender(table);
    const types = fields.map(({ reading }) => reading.type);
    for (let from = 0; from < arrow.numRows; from += chunkRows) {
      const rows = Math.min(chunkRows, arrow.numRows - from);
      const chunk = DuckDBDataChunk.create(types, rows);
      for (const [at, { reading }] of fields.entries()) {
        const column = arrow.getChildAt(at);
        chunk.setColumnValues(
          at,
          Array.from({ length: rows }, (_, row) => {
            const given: unknown = column.at(from + row);
            return given === null || given === undefined ? null : reading.value(given);
          }),
        );
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    return arrow.numRows;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    const compressed = /codec|compress/i.test(text);
    throw new AppError('data.unreadable', `${name} is no Arrow file that can be read: ${text}.`, {
      fix: compressed ? 'Write it without compression.' : 'Check that the file is complete.',
      cause: error,
    });
  }
}

function requireDistinct(fields: readonly { name: string }[], file: string): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name.toLowerCase())) {
      throw new AppError('data.unreadable', `${file} has two columns named “${name}”.`, { fix: 'Rename one of them.' });
    }
    seen.add(name.toLowerCase());
  }
}

function readingOf(type: DataType): Reading {
  const { BIGINT, BOOLEAN, DOUBLE, DuckDBTimestampValue, TIMESTAMP, VARCHAR } = duckdbApi();
  const { typeId } = type;
  if (typeId === Type.Dictionary) return readingOf(type.dictionary);
  if (typeId === Type.Bool) return { sqlType: 'BOOLEAN', type: BOOLEAN, value: (given) => given === true };
  if (typeId === Type.Int) {
    return { sqlType: 'BIGINT', type: BIGINT, value: (given) => BigInt(given as number | bigint) };
  }
  if (typeId === Type.Float || typeId === Type.Decimal) return { sqlType: 'DOUBLE', type: DOUBLE, value: Number };
  if (typeId === Type.Date || typeId === Type.Timestamp) {
    // Milliseconds with a fraction.
    const value = (given: unknown) => new DuckDBTimestampValue(BigInt(Math.round(Number(given) * 1000)));
    return { sqlType: 'TIMESTAMP', type: TIMESTAMP, value };
  }
  const value = (given: unknown) => (typeof given === 'string' ? given : JSON.stringify(given, jsonValue));
  return { sqlType: 'VARCHAR', type: VARCHAR, value };
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Uint8Array) : value;
}
