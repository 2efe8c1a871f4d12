import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { type FitTable, isText } from './fit-table.ts';

/** What a categorical source holds. */
export interface CategoryCounts {
  /**
   * Values of at least `minRows` rows, the most frequent first, equals by name (UTF-8 order) or number; at most
   * `limit`. Numbers for numeric sources, where only finite values count.
   */
  kept: (string | number)[];
  /** Rows of each of them. */
  keptRows: number[];
  /** Rows in all. */
  rows: number;
  /** Distinct values in all, kept or not. */
  distinct: number;
  /** Rows without a value. */
  missingRows: number;
}

export async function categoryCounts(
  table: FitTable,
  source: FeatureSource,
  options: { limit: number; minRows: number },
): Promise<CategoryCounts> {
  const column = table.column(source);
  const usable = isText(source) ? `${column} IS NOT NULL` : `isfinite(${column})`;
  const groups = `(SELECT ${column} AS v, count(*) AS n FROM ${table.relation} WHERE ${usable} GROUP BY 1)`;
  const kept = await table.db.rows(
    `SELECT v, CAST(n AS DOUBLE) AS n FROM ${groups} WHERE n >= ${options.minRows} ORDER BY n DESC, v LIMIT ${options.limit}`,
  );
  const [totals] = await table.db.rows(
    `SELECT (SELECT CAST(count(*) AS DOUBLE) FROM ${groups}) AS distinct_values,
       (SELECT CAST(count(*) AS DOUBLE) FROM ${table.relation} WHERE ${column} IS NULL) AS missing_rows,
       (SELECT CAST(count(*) AS DOUBLE) FROM ${table.relation}) AS all_rows`,
  );
  return {
    kept: kept.map((row) => (typeof row['v'] === 'string' && isText(source) ? row['v'] : Number(row['v']))),
    keptRows: kept.map((row) => Number(row['n'])),
    rows: Number(totals?.['all_rows'] ?? 0),
    distinct: Number(totals?.['distinct_values'] ?? 0),
    missingRows: Number(totals?.['missing_rows'] ?? 0),
  };
}
