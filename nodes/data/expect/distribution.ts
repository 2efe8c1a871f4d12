import type { DuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { populationStabilityIndex } from '../../../main/compute/stats/divergence.ts';
import type { Column } from '../../../shared/table/schema.ts';

/** Bins of a number: the tenths of the reference. */
const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Categories of a text: the most frequent of the reference; all others count as one. */
const mostCategories = 50;

/**
 * Population stability index of a column against the same column of the reference: 0 where the shares of all bins are
 * equal, above 0.2 by convention a clear shift. Missing values, and NaN, are a bin of their own.
 */
export async function distributionShift(
  db: DuckDb,
  column: Column,
  relation: string,
  referenceColumn: Column,
  reference: string,
): Promise<number> {
  const isNumber = column.type === 'int64' || column.type === 'float64' || column.type === 'timestamp';
  const bin = isNumber
    ? await numberBin(db, referenceColumn, reference)
    : await categoryBin(db, referenceColumn, reference);
  const shares = async (of: Column, from: string) => {
    const rows = await db.rows(
      `SELECT ${bin(of)} AS bin, CAST(count(*) AS DOUBLE) AS n FROM ${from} GROUP BY bin ORDER BY bin`,
    );
    const total = rows.reduce((sum, row) => sum + Number(row['n']), 0);
    return new Map(rows.map((row) => [Number(row['bin']), Number(row['n']) / Math.max(1, total)]));
  };
  const before = await shares(referenceColumn, reference);
  const now = await shares(column, relation);
  const bins = [...new Set([...before.keys(), ...now.keys()])].toSorted((a, b) => a - b);
  const list = (of: ReadonlyMap<number, number>) => Float64Array.from(bins, (at) => of.get(at) ?? 0);
  return populationStabilityIndex(list(before), list(now));
}

type Bin = (column: Column) => string;

function numberSql({ name, type }: Column): string {
  const value = type === 'timestamp' ? `epoch_us(CAST(${quoteIdentifier(name)} AS TIMESTAMP))` : quoteIdentifier(name);
  return `CAST(${value} AS DOUBLE)`;
}

async function numberBin(db: DuckDb, column: Column, reference: string): Promise<Bin> {
  const value = numberSql(column);
  const [row] = await db.rows(
    `SELECT quantile_cont(${value}, [${tenths.join(', ')}]) AS edges FROM ${reference} WHERE NOT isnan(${value})`,
  );
  const edges = [...new Set(Array.isArray(row?.['edges']) ? row['edges'].map(Number) : [])];
  return (of) => {
    const own = numberSql(of);
    const cases = edges.map((edge, at) => `WHEN ${own} <= CAST(${edge} AS DOUBLE) THEN ${at}`);
    return `CASE WHEN ${own} IS NULL OR isnan(${own}) THEN -1 ${cases.join(' ')} ELSE ${edges.length} END`;
  };
}

async function categoryBin(db: DuckDb, column: Column, reference: string): Promise<Bin> {
  const text = (of: Column) => `CAST(${quoteIdentifier(of.name)} AS VARCHAR)`;
  const rows = await db.rows(
    `SELECT ${text(column)} AS v FROM ${reference} WHERE ${quoteIdentifier(column.name)} IS NOT NULL
     GROUP BY v ORDER BY count(*) DESC, v LIMIT ${mostCategories}`,
  );
  return (of) => {
    const cases = rows.map((row, at) => `WHEN ${text(of)} = ${quoteLiteral(String(row['v']))} THEN ${at}`);
    return `CASE WHEN ${quoteIdentifier(of.name)} IS NULL THEN -1 ${cases.join(' ')} ELSE ${rows.length} END`;
  };
}
