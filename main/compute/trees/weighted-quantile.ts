/**
 * The smallest value with at least `level` of the total weight at or below it; unweighted ones interpolate between their
 * two neighbours, as numpy does. `values` are sorted in place when there are no weights. Not empty.
 */
export function weightedQuantile(values: Float64Array, weights: Float32Array | undefined, level: number): number {
  if (weights === undefined) {
    values.sort();
    const at = level * (values.length - 1);
    const low = values[Math.floor(at)] as number;
    const high = values[Math.ceil(at)] as number;
    return low + (high - low) * (at - Math.floor(at));
  }
  const order = Uint32Array.from(values, (_, i) => i).sort(
    (a, b) => (values[a] as number) - (values[b] as number) || a - b,
  );
  let total = 0;
  for (const weight of weights) total += weight;
  let sum = 0;
  for (const i of order) {
    sum += weights[i] as number;
    if (sum >= level * total) return values[i] as number;
  }
  return values[order.at(-1) as number] as number;
}
