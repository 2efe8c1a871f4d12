const cutoffs = [5, 10] as const;

/**
 * How well scores order the rows of each query, as means over the queries that have a relevant row (relevance above 0):
 * `ndcgAt5`, `ndcgAt10` (gain 2^relevance − 1, discount log₂; Järvelin & Kekäläinen, 2002), `meanAveragePrecision` and
 * `meanReciprocalRank` of relevant rows. Rows of equal scores keep their order. Undefined without such a query.
 */
export function rankingMetrics(
  relevance: ArrayLike<number>,
  groups: ArrayLike<number>,
  scores: ArrayLike<number>,
): { metrics: Record<string, number>; queries: number } | undefined {
  const members = new Map<number, number[]>();
  for (let row = 0; row < relevance.length; row++) {
    const rows = members.get(groups[row] as number);
    if (rows === undefined) members.set(groups[row] as number, [row]);
    else rows.push(row);
  }
  const sums = { ndcgAt5: 0, ndcgAt10: 0, meanAveragePrecision: 0, meanReciprocalRank: 0 };
  let queries = 0;
  for (const rows of members.values()) {
    const ordered = rows
      .toSorted((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
      .map((row) => relevance[row] as number);
    const relevant = ordered.filter((value) => value > 0).length;
    if (relevant === 0) continue;
    queries++;
    const best = ordered.toSorted((a, b) => b - a);
    for (const places of cutoffs) sums[`ndcgAt${places}`] += gainOf(ordered, places) / gainOf(best, places);
    let found = 0;
    ordered.forEach((value, place) => {
      if (value <= 0) return;
      found++;
      sums.meanAveragePrecision += found / (place + 1) / relevant;
      if (found === 1) sums.meanReciprocalRank += 1 / (place + 1);
    });
  }
  if (queries === 0) return undefined;
  const metrics = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / queries]));
  return { metrics, queries };
}

function gainOf(relevance: readonly number[], places: number): number {
  return relevance.slice(0, places).reduce((sum, value, place) => sum + (2 ** value - 1) / Math.log2(2 + place), 0);
}
