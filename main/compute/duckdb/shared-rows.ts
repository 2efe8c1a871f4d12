import type { DuckDb } from './connection.ts';
import { quoteIdentifier } from './quote.ts';

/**
 * Number of rows of a relation (FROM item) that have an equal row in another one, in the given columns; a missing value
 * equals a missing value. Errors: DuckDB's pass through.
 */
export async function countSharedRows(
  db: DuckDb,
  rows: string,
  among: string,
  columns: readonly string[],
): Promise<number> {
  const names = columns.map(quoteIdentifier);
  const equal = names.map((name) => `r.${name} IS NOT DISTINCT FROM a.${name}`);
  // Only rows whose hash is asked for are compared, so that a large table streams by.
  const hash = `hash(${names.join(', ')})`;
  const near = `(SELECT DISTINCT ${names.join(', ')} FROM ${among} WHERE ${hash} IN (SELECT ${hash} FROM ${rows}))`;
  const [found] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n FROM (SELECT ${names.join(', ')} FROM ${rows}) r
     SEMI JOIN ${near} a ON ${equal.join(' AND ')}`,
  );
  return Number(found?.['n'] ?? 0);
}
