/** Occurrences of each value, named as JavaScript writes it, of a sample in ascending order without NaN. */
export function valueCounts(sorted: Float64Array): Map<string, number> {
  const counts = new Map<string, number>();
  let from = 0;
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[from]) continue;
    counts.set(String(sorted[from]), i - from);
    from = i;
  }
  return counts;
}
