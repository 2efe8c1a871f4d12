import type { DuckDb } from '../duckdb/connection.ts';

/**
 * Sum of an SQL expression of type DOUBLE with |value| ≤ `maxAbs` (finite) over the rows of a query; NULLs are skipped.
 * Floating-point sums depend on the order in which threads add up; here each term is scaled by a power of two (exact),
 * rounded to an integer below 2^62 and added as a 128-bit integer, so the result is the same for any order and number
 * of threads. Error: at most 2^-62 · maxAbs per row.
 */
export async function exactSum(db: DuckDb, relation: string, expression: string, maxAbs: number): Promise<number> {
  if (maxAbs === 0) return 0;
  const exponent = 60 - Math.floor(Math.log2(maxAbs));
  // Two factors: 2^exponent itself overflows for subnormal maxAbs.
  const half = Math.trunc(exponent / 2);
  const scaled = `(${expression}) * ${power(half)} * ${power(exponent - half)}`;
  const [row] = await db.rows(
    `SELECT CAST(sum(CAST(round(${scaled}) AS HUGEINT)) AS VARCHAR) AS total FROM ${relation}`,
  );
  const total = row?.['total'];
  if (typeof total !== 'string') return 0;
  return Number(BigInt(total)) / 2 ** half / 2 ** (exponent - half);
}

function power(exponent: number): string {
  return `CAST('${2 ** exponent}' AS DOUBLE)`;
}
