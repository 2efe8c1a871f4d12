import { createHash } from 'node:crypto';
import type { Column } from '../../../shared/table/schema.ts';
import type { DuckDb } from './connection.ts';
import { numberedParquetRelation } from './numbered-relation.ts';
import { quoteIdentifier } from './quote.ts';

const digestFormat = 'slipway/table-digest/1';
const columnsPerQuery = 2500;

/**
 * Digest of the logical content of a Parquet file: SHA-256 over column names and types, the row count and, per column,
 * two sums over the rows of DuckDB's 64-bit `hash` of (row ordinal, value) in differently salted orders. The sums make
 * it independent of threads and row groups; the ordinal makes it depend on row order. `hash` treats -0.0 as 0.0, every
 * NaN alike, and missing apart from any value. Found by accident, not by an adversary, two contents differ.
 */
export async function tableDigest(db: DuckDb, path: string, columns: readonly Column[]): Promise<string> {
  // The digest is of what is in the file: lists, not the tensors they are read as.
  const stored = columns.map(
    (column) => ({ ...column, type: column.type === 'tensor' ? 'other' : column.type }) as const,
  );
  const { relation, ordinal } = numberedParquetRelation(path, stored);
  let rows: unknown = '0';
  const sums: unknown[][] = [];
  // Sums of many columns at once take memory for each of them.
  for (let from = 0; from === 0 || from < columns.length; from += columnsPerQuery) {
    const part = columns.slice(from, from + columnsPerQuery);
    const items = part.flatMap((column, index) => {
      const value = hashedValue(column);
      return [
        `CAST(sum(hash(${ordinal}, ${value}, 1)) AS VARCHAR) AS a${index}`,
        `CAST(sum(hash(${value}, ${ordinal}, 2)) AS VARCHAR) AS b${index}`,
      ];
    });
    const [totals] = await db.rows(
      `SELECT ${['CAST(count(*) AS VARCHAR) AS n', ...items].join(', ')} FROM ${relation}`,
    );
    rows = totals?.['n'];
    sums.push(...part.map((_, index) => [totals?.[`a${index}`], totals?.[`b${index}`]]));
  }
  const content = JSON.stringify([digestFormat, columns.map((column) => [column.name, column.sqlType]), rows, sums]);
  return createHash('sha256').update(content).digest('hex');
}

/** `hash` gives an empty list and a missing one the same value, and nested ones too, so those are told apart first. */
function hashedValue(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type !== 'other' && column.type !== 'tensor') return name;
  const flat = column.type === 'tensor' || !/[\])]/.test(column.sqlType);
  return `${flat ? name : `CAST(to_json(${name}) AS VARCHAR)`}, ${name} IS NULL`;
}
