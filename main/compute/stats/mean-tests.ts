import { betaShare, normalTwoSided } from './special-functions.ts';

/**
 * Student's two-sample t-test with equal variances, two-sided, n + m − 2 degrees of freedom. Statistic 0 and p 1 where
 * both samples have no spread and equal means.
 */
export function studentTTest(reference: Float64Array, current: Float64Array): { statistic: number; pValue: number } {
  const r = moments(reference);
  const c = moments(current);
  const freedom = reference.length + current.length - 2;
  const difference = r.mean - c.mean;
  if (difference === 0) return { statistic: 0, pValue: 1 };
  const variance = (r.squares + c.squares) / freedom;
  const statistic = difference / Math.sqrt(variance * (1 / reference.length + 1 / current.length));
  const pValue = statistic ** 2 === Infinity ? 0 : betaShare(freedom / (freedom + statistic ** 2), freedom / 2, 0.5);
  return { statistic, pValue };
}

/**
 * Pooled two-proportion Z test, two-sided: `hits` of `rows` in each sample. Statistic 0 and p 1 where the pooled share
 * is 0 or 1.
 */
export function twoProportionZTest(
  reference: { hits: number; rows: number },
  current: { hits: number; rows: number },
): { statistic: number; pValue: number } {
  const pooled = (reference.hits + current.hits) / (reference.rows + current.rows);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / reference.rows + 1 / current.rows));
  if (!(deviation > 0)) return { statistic: 0, pValue: 1 };
  const statistic = (reference.hits / reference.rows - current.hits / current.rows) / deviation;
  return { statistic, pValue: normalTwoSided(statistic) };
}

function moments(values: Float64Array): { mean: number; squares: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, squares };
}
