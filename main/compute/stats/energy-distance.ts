/**
 * Energy distance √(2 ∫ (F − G)²) between two samples given in ascending order, both non-empty and free of NaN.
 */
export function energyDistance(reference: Float64Array, current: Float64Array): number {
  const n = reference.length;
  const m = current.length;
  let i = 0;
  let j = 0;
  let previous = Math.min(reference[0] as number, current[0] as number);
  let integral = 0;
  while (i < n || j < m) {
    const r = i < n ? (reference[i] as number) : Number.POSITIVE_INFINITY;
    const c = j < m ? (current[j] as number) : Number.POSITIVE_INFINITY;
    const value = Math.min(r, c);
    integral += (i / n - j / m) ** 2 * (value - previous);
    previous = value;
    while (i < n && reference[i] === value) i++;
    while (j < m && current[j] === value) j++;
  }
  return Math.sqrt(2 * integral);
}
