/**
 * Equal-width bin edges over the joint range of both samples by Sturges' rule: ⌈log2(n) + 1⌉ bins for n values in
 * all. A joint range of zero width gives one bin of width 1 around the value.
 */
export function sturgesEdges(reference: Float64Array, current: Float64Array): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const sample of [reference, current]) {
    for (const value of sample) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low === high) return Float64Array.of(low - 0.5, high + 0.5);
  const bins = Math.ceil(Math.log2(reference.length + current.length) + 1);
  const edges = new Float64Array(bins + 1);
  for (let i = 0; i < bins; i++) edges[i] = low + i * ((high - low) / bins);
  edges[bins] = high;
  return edges;
}

/** Counts per bin [edge, next edge), the last bin closed; values outside and NaN are not counted. */
export function histogramCounts(values: Float64Array, edges: Float64Array): Float64Array {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins);
  const low = edges[0] as number;
  const high = edges[bins] as number;
  const scale = bins / (high - low);
  for (const value of values) {
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(bins - 1, Math.floor((value - low) * scale));
    // The product above rounds: the edges decide.
    while (bin > 0 && value < (edges[bin] as number)) bin--;
    while (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Counts divided by their sum; all zero where there is nothing to count. */
export function shares(counts: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  return Float64Array.from(counts, (count) => (total === 0 ? 0 : count / total));
}
