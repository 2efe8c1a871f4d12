/** Inputs of the golden table in closed form; 32-bit unsigned arithmetic. */
export function uniform(i: number, seed: number): number {
  let x = (Math.imul(i, 2654435761) + Math.imul(seed, 40503) + 12345) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  x ^= x >>> 16;
  return (x >>> 0) / 2 ** 32;
}

/** Nearly normal: sums of twelve uniform numbers. */
export function normals(n: number, seed: number, shift = 0, scale = 1): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += uniform(12 * i + k, seed);
    return (sum - 6) * scale + shift;
  });
}

/** Rows per category. */
export function categoryCounts(n: number, seed: number, probabilities: readonly number[]): number[] {
  const counts = probabilities.map(() => 0);
  for (let i = 0; i < n; i++) {
    const u = uniform(i, seed);
    let sum = 0;
    let label = 0;
    for (const p of probabilities) {
      sum += p;
      if (sum <= u) label++;
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}
