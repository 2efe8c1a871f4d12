/**
 * First Wasserstein distance between two samples given in ascending order, both non-empty and free of NaN:
 * ∫ |F − G| over the merged support. In the unit of the values.
 */
export function wassersteinDistance(reference: Float64Array, current: Float64Array): number {
  const n = reference.length;
  const m = current.length;
  let i = 0;
  let j = 0;
  let previous = Math.min(reference[0] as number, current[0] as number);
  let distance = 0;
  while (i < n || j < m) {
    const r = i < n ? (reference[i] as number) : Number.POSITIVE_INFINITY;
    const c = j < m ? (current[j] as number) : Number.POSITIVE_INFINITY;
    const value = Math.min(r, c);
    distance += Math.abs(i / n - j / m) * (value - previous);
    previous = value;
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
  }
  return distance;
}

/** Distance divided by the reference's standard deviation (ddof 0, at least 0.001). */
export function wassersteinNormed(reference: Float64Array, current: Float64Array): number {
  return wassersteinDistance(reference, current) / Math.max(standardDeviation(reference), 0.001);
}

function standardDeviation(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
