import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import type { FitTable } from './fit-table.ts';

export interface TermCounts {
  /** Terms by number of words, then those of the most rows first, equals by name (UTF-8 order). */
  terms: { words: string[]; rows: number }[];
  /** Rows of the table. */
  rows: number;
}

/** The terms of up to `words` neighbouring words, split at spaces as ONNX Runtime's StringSplit does, that are in at least `minRows` rows. */
export async function termCounts(
  table: FitTable,
  source: FeatureSource,
  { words, maxTerms, minRows }: { words: number; maxTerms: number; minRows: number },
): Promise<TermCounts> {
  const { db, relation } = table;
  const lists = `SELECT list_filter(string_split(${table.column(source)}, ' '), lambda w: w <> '') AS w FROM ${relation}`;
  const terms = Array.from({ length: words }, (_, index) => {
    const last = `len(w) - ${index}`;
    return `SELECT ${index + 1} AS size, unnest(list_distinct(list_transform(range(1, greatest(${last}, 0) + 1),
      lambda i: array_to_string(w[i : i + ${index}], ' ')))) AS term FROM lists`;
  });
  const found = await db.rows(
    `WITH lists AS (${lists}), terms AS (${terms.join(' UNION ALL ')}),
     kept AS (SELECT size, term, count(*) AS n FROM terms GROUP BY ALL HAVING n >= ${minRows}
       ORDER BY n DESC, term LIMIT ${maxTerms})
     SELECT term, CAST(n AS DOUBLE) AS n FROM kept ORDER BY size, n DESC, term`,
  );
  const [all] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${relation}`);
  return {
    terms: found.map((row) => ({ words: String(row['term']).split(' '), rows: Number(row['n']) })),
    rows: Number(all?.['n'] ?? 0),
  };
}
