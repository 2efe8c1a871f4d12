import { setImmediate } from 'node:timers/promises';
import { DuckDBBlobValue, DuckDBDataChunk, type DuckDBValue, VARCHAR, BIGINT, BLOB, DOUBLE } from '@duckdb/node-api';
import type Database from 'better-sqlite3';
import type { DuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { AppError } from '../../../shared/errors/app-error.ts';

const storageTypes = { BIGINT, DOUBLE, VARCHAR, BLOB };
type StorageType = keyof typeof storageTypes;

export interface StoredColumn {
  name: string;
  /** As declared in CREATE TABLE, upper case; empty for expressions. */
  declared: string;
  storage: StorageType;
  /** How many values are text where others are numbers. */
  mixedTexts: number;
}

/** Most rows a DuckDB chunk can hold. */
const chunkRows = 2048;

/**
 * Columns of a query with the storage class that holds all their values, from one pass over the rows. Errors:
 * `data.column-type` for bytes among other values.
 */
export function storedColumns(sqlite: Database.Database, query: string): StoredColumn[] {
  const described = sqlite.prepare(query).columns();
  const classes = ['integer', 'real', 'text', 'blob'] as const;
  const counts = described.flatMap(({ name }, at) =>
    classes.map((storage) => `total(typeof(${quoteIdentifier(name)}) = '${storage}') AS "${storage}${at}"`),
  );
  // SQLite allows 2,000 columns in a result.
  const found: Record<string, number> = {};
  for (let from = 0; from < counts.length; from += 1000) {
    const part = sqlite.prepare(`SELECT ${counts.slice(from, from + 1000).join(', ')} FROM (${query})`).get();
    Object.assign(found, part);
  }
  return described.map(({ name, type }, at) => {
    const count = (storage: (typeof classes)[number]) => Number(found[`${storage}${at}`]);
    const declared = (type ?? '').toUpperCase();
    const [integers, reals, texts, blobs] = [count('integer'), count('real'), count('text'), count('blob')];
    if (blobs > 0 && integers + reals + texts > 0) {
      throw new AppError('data.column-type', `Column “${name}” has ${blobs} values of bytes among other values.`, {
        fix: 'Convert them in the query, such as with hex() or CAST.',
      });
    }
    const storage = storageOf(integers, reals, texts, blobs, declared);
    return { name, declared, storage, mixedTexts: texts > 0 && integers + reals > 0 ? texts : 0 };
  });
}

function storageOf(integers: number, reals: number, texts: number, blobs: number, declared: string): StorageType {
  if (blobs > 0) return 'BLOB';
  if (texts > 0) return 'VARCHAR';
  if (reals > 0) return 'DOUBLE';
  if (integers > 0) return 'BIGINT';
  if (/INT|BOOL/.test(declared)) return 'BIGINT';
  return /REAL|FLOA|DOUB|NUM|DEC/.test(declared) ? 'DOUBLE' : 'VARCHAR';
}

/** Loads the rows of a query into a DuckDB table of these columns; what does not fit in memory spills. */
export async function loadRows(
  sqlite: Database.Database,
  query: string,
  db: DuckDb,
  table: string,
  columns: readonly StoredColumn[],
  signal: AbortSignal,
): Promise<void> {
  const declared = columns.map(({ name, storage }) => `${quoteIdentifier(name)} ${storage}`);
  await db.run(`CREATE TABLE ${quoteIdentifier(table)} (${declared.join(', ')})`);
  const appender = await db.appender(table);
  const types = columns.map(({ storage }) => storageTypes[storage]);
  let values: DuckDBValue[][] = columns.map(() => []);
  const flush = () => {
    const [first] = values;
    if (first === undefined || first.length === 0) return;
    const chunk = DuckDBDataChunk.create(types, first.length);
    for (const [at, list] of values.entries()) chunk.setColumnValues(at, list);
    appender.appendDataChunk(chunk);
    values = columns.map(() => []);
  };
  for (const row of sqlite.prepare(query).safeIntegers(true).raw(true).iterate() as Iterable<unknown[]>) {
    for (const [at, { storage }] of columns.entries()) values[at]?.push(toDuckDb(row[at], storage));
    if (values[0]?.length !== chunkRows) continue;
    flush();
    // Lets a cancellation in.
    await setImmediate();
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
  }
  flush();
  appender.closeSync();
}

function toDuckDb(value: unknown, storage: StorageType): DuckDBValue {
  if (value === null || value === undefined) return null;
  if (storage === 'BIGINT') return value as bigint;
  if (storage === 'DOUBLE') return Number(value);
  if (storage === 'BLOB') return new DuckDBBlobValue(value as Uint8Array);
  return String(value);
}
