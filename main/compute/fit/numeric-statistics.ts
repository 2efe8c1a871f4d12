import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { exactSum } from './exact-sum.ts';
import type { FitTable } from './fit-table.ts';

/**
 * Statistics of a numeric source over its finite values as float32, the precision features have; NaN, ±Inf and numbers
 * beyond float32 are left out. All are exact or of fixed order, so they do not depend on the number of threads.
 */
export interface NumericStatistics {
  /** Finite values. */
  count: number;
  min: number;
  max: number;
  /** Linear interpolation between neighbours. */
  quantiles: { q25: number; q50: number; q75: number };
  /** Most frequent value, the smallest among equals. */
  mode: number;
}

/** undefined without a finite value. */
export async function numericStatistics(
  table: FitTable,
  source: FeatureSource,
): Promise<NumericStatistics | undefined> {
  const finite = finiteValues(table, source);
  const [row] = await table.db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n, min(x) AS low, max(x) AS high, quantile_cont(x, [0.25, 0.5, 0.75]) AS q
     FROM ${finite}`,
  );
  const [top] = await table.db.rows(
    `SELECT x FROM (SELECT x, count(*) AS n FROM ${finite} GROUP BY x ORDER BY n DESC, x LIMIT 1)`,
  );
  const count = Number(row?.['n'] ?? 0);
  if (row === undefined || count === 0) return undefined;
  const [q25, q50, q75] = row['q'] as [number, number, number];
  return {
    count,
    min: Number(row['low']),
    max: Number(row['high']),
    quantiles: { q25, q50, q75 },
    mode: Number(top?.['x']),
  };
}

/**
 * Quantiles of the finite float32 values at the given fractions, by linear interpolation between neighbours; undefined
 * without a finite value.
 */
export async function exactQuantiles(
  table: FitTable,
  source: FeatureSource,
  fractions: readonly number[],
): Promise<number[] | undefined> {
  const [row] = await table.db.rows(
    `SELECT quantile_cont(x, [${fractions.join(', ')}]) AS q FROM ${finiteValues(table, source)}`,
  );
  return Array.isArray(row?.['q']) ? row['q'].map(Number) : undefined;
}

/** Smallest and largest finite float32 value; undefined without one. */
export async function finiteRange(
  table: FitTable,
  source: FeatureSource,
): Promise<{ min: number; max: number } | undefined> {
  const [row] = await table.db.rows(`SELECT min(x) AS low, max(x) AS high FROM ${finiteValues(table, source)}`);
  return typeof row?.['low'] === 'number' ? { min: row['low'], max: Number(row['high']) } : undefined;
}

/** Mean of the finite float32 values. */
export async function exactMean(
  table: FitTable,
  source: FeatureSource,
  { count, min, max }: NumericStatistics,
): Promise<number> {
  const sum = await exactSum(table.db, finiteValues(table, source), 'x', Math.max(Math.abs(min), Math.abs(max)));
  return sum / count;
}

/** Population standard deviation of the finite float32 values around `mean`. */
export async function exactDeviation(
  table: FitTable,
  source: FeatureSource,
  { count, min, max }: NumericStatistics,
  mean: number,
): Promise<number> {
  const deviation = `(x - CAST('${mean}' AS DOUBLE))`;
  const widest = Math.max(max - mean, mean - min);
  const sum = await exactSum(table.db, finiteValues(table, source), `${deviation} * ${deviation}`, widest * widest);
  return Math.sqrt(sum / count);
}

function finiteValues(table: FitTable, source: FeatureSource): string {
  // TRY_CAST gives NULL beyond float32; isfinite then drops it and ±Inf.
  const single = `TRY_CAST(${table.column(source)} AS FLOAT)`;
  return `(SELECT CAST(${single} AS DOUBLE) AS x FROM ${table.relation} WHERE isfinite(${single}))`;
}
