/**
 * Benjamini–Hochberg step-up at false discovery rate `alpha` over m p-values in [0, 1]: with p sorted ascending, the
 * largest i with p(i) ≤ i·α/m is found and hypotheses 1..i are rejected.
 * `threshold` is the p-value at or under which this family rejects: i·α/m, or α/m where nothing is rejected.
 */
export function benjaminiHochberg(
  pValues: readonly number[],
  alpha: number,
): { rejected: boolean[]; threshold: number } {
  const m = pValues.length;
  if (m === 0) return { rejected: [], threshold: alpha };
  const sorted = Float64Array.from(pValues).sort();
  let last = 0;
  for (let i = 1; i <= m; i++) if ((sorted[i - 1] as number) <= (i * alpha) / m) last = i;
  const threshold = (Math.max(last, 1) * alpha) / m;
  return { rejected: pValues.map((p) => last > 0 && p <= threshold), threshold };
}
