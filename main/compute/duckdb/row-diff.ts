import type { Column } from '../../../shared/table/schema.ts';
import { type DuckDbOptions, withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { quoteIdentifier, quotePath } from './quote.ts';

/**
 * Rows, repeats included, that only one of two Parquet files has, compared by `columns` as text. Rows are compared by a
 * 128-bit hash. Errors: `data.unreadable`, `run.cancelled`.
 */
export async function countRowChanges(
  before: string,
  after: string,
  columns: readonly Column[],
  options: DuckDbOptions = {},
): Promise<{ before: number; after: number; added: number; removed: number }> {
  const cells = columns.map(({ name }) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`);
  // Equal lists give equal text: strings in a list are quoted.
  const row = cells.length === 0 ? "''" : `md5(CAST([${cells.join(', ')}] AS VARCHAR) || ${nullMask(cells)})`;
  const counted = (path: string) =>
    `SELECT ${row} AS row, count(*) AS n FROM read_parquet(${quotePath(path)}) GROUP BY row`;
  return withDuckDb(options, async (db) => {
    try {
      const [found] = await db.rows(
        `SELECT CAST(coalesce(sum(a.n), 0) AS DOUBLE) AS before, CAST(coalesce(sum(b.n), 0) AS DOUBLE) AS after,
           CAST(coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0) AS DOUBLE) AS added,
           CAST(coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0) AS DOUBLE) AS removed
         FROM (${counted(before)}) a FULL OUTER JOIN (${counted(after)}) b USING (row)`,
      );
      const number = (name: string) => Number(found?.[name] ?? 0);
      return { before: number('before'), after: number('after'), added: number('added'), removed: number('removed') };
    } catch (error) {
      throw duckDbError(error, { code: 'data.unreadable', doing: 'The versions cannot be compared' });
    }
  });
}

/** Tells a missing cell from the text `NULL`. */
function nullMask(cells: readonly string[]): string {
  return cells.map((text) => `CASE WHEN ${text} IS NULL THEN '1' ELSE '0' END`).join(' || ');
}
