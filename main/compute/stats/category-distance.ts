/**
 * How far two samples of categories lie apart, in [0, 1]: 1 where they have none in common. The root of half the
 * triangular discrimination Σ (p − q)² / (p + q) of the shares (Topsøe 2000), less what two samples of one distribution
 * differ by on average, (k − 1) / 4 · (1/n + 1/m) for k categories: unlike Cramér's V it does not depend on how unequal
 * the samples are in size.
 */
export function categoryDistance(reference: ReadonlyMap<string, number>, current: ReadonlyMap<string, number>): number {
  const n = total(reference);
  const m = total(current);
  if (n === 0 || m === 0) return 0;
  const names = new Set([...reference.keys(), ...current.keys()]);
  let discrimination = 0;
  for (const name of names) {
    const p = (reference.get(name) ?? 0) / n;
    const q = (current.get(name) ?? 0) / m;
    if (p + q > 0) discrimination += (p - q) ** 2 / (p + q);
  }
  const byChance = Math.min(1, ((names.size - 1) / 4) * (1 / n + 1 / m));
  // Chance takes nothing off what has nothing in common.
  const half = discrimination / 2;
  return Math.sqrt(Math.max(0, Math.min(1, (half - byChance) / (1 - byChance))));
}

function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
