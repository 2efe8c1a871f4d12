import { normalShareBelow } from '../../main/compute/search/normal-distribution.ts';

/**
 * One-sided Mann–Whitney U test that `a` tends to be larger than `b`: p-value by the normal approximation with
 * correction for ties and continuity.
 */
export function largerRankTest(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, own: 1 })), ...b.map((value) => ({ value, own: 0 }))];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let tieTerm = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    const ties = to - from;
    tieTerm += ties ** 3 - ties;
    for (let i = from; i < to; i++) rankSum += (all[i]?.own ?? 0) * ((from + 1 + to) / 2);
    from = to;
  }
  const n = all.length;
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const mean = (a.length * b.length) / 2;
  const variance = ((a.length * b.length) / 12) * (n + 1 - tieTerm / (n * (n - 1)));
  return variance === 0 ? 1 : 1 - normalShareBelow((u - mean - 0.5) / Math.sqrt(variance));
}

/** Number of hypotheses rejected at a family-wise level by Holm's procedure. */
export function holmRejections(pValues: readonly number[], level: number): number {
  const sorted = [...pValues].sort((x, y) => x - y);
  const kept = sorted.findIndex((p, i) => p > level / (sorted.length - i));
  return kept < 0 ? sorted.length : kept;
}
