/** An increasing step-free function through knots: linear between them, constant beyond. */
export interface IsotonicFit {
  /** Ascending. */
  x: Float64Array;
  /** Not descending. */
  y: Float64Array;
}

/**
 * Least-squares isotonic regression (pool adjacent violators) of `targets` on `inputs`; equal inputs are averaged
 * first, and only the ends of constant stretches are kept as knots. Both lists have the same length, at least 1, no NaN.
 */
export function fitIsotonic(inputs: ArrayLike<number>, targets: ArrayLike<number>): IsotonicFit {
  const order = Uint32Array.from({ length: inputs.length }, (_, i) => i).sort(
    (a, b) => (inputs[a] as number) - (inputs[b] as number),
  );
  const xs: number[] = [];
  const sums: number[] = [];
  const weights: number[] = [];
  for (const row of order) {
    const x = inputs[row] as number;
    if (xs.length > 0 && xs.at(-1) === x) {
      sums.push((sums.pop() as number) + (targets[row] as number));
      weights.push((weights.pop() as number) + 1);
    } else {
      xs.push(x);
      sums.push(targets[row] as number);
      weights.push(1);
    }
  }
  // Blocks of pooled neighbours: each with its sum, weight and number of distinct inputs.
  const blocks: { sum: number; weight: number; size: number }[] = [];
  for (let i = 0; i < xs.length; i++) {
    let block = { sum: sums[i] as number, weight: weights[i] as number, size: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.sum / last.weight >= block.sum / block.weight; ) {
      blocks.pop();
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, size: last.size + block.size };
      last = blocks.at(-1);
    }
    blocks.push(block);
  }
  const knots: [number, number][] = [];
  let at = 0;
  for (const { sum, weight, size } of blocks) {
    knots.push([xs[at] as number, sum / weight]);
    if (size > 1) knots.push([xs[at + size - 1] as number, sum / weight]);
    at += size;
  }
  return { x: Float64Array.from(knots, ([x]) => x), y: Float64Array.from(knots, ([, y]) => y) };
}

/** Value of the fit at `input`. */
export function isotonicValue({ x, y }: IsotonicFit, input: number): number {
  const last = x.length - 1;
  if (input <= (x[0] as number)) return y[0] as number;
  if (input >= (x[last] as number)) return y[last] as number;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= input) low = middle;
    else high = middle;
  }
  const [x0, x1, y0, y1] = [x[low], x[high], y[low], y[high]] as [number, number, number, number];
  return y0 + ((y1 - y0) * (input - x0)) / (x1 - x0);
}
