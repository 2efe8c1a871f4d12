/** Numbers of a column are told apart by this many quantiles at most; missing ones are a value of their own. */
const mostBins = 32;

/**
 * Codes of the values of a column, from 0: each value its own while there are few, else the quantile it lies in; NaN is one
 * value. The quantiles are those of the values present, so that equal values have equal codes.
 */
export function binned(column: ArrayLike<number>, bins: number = mostBins): { codes: Uint16Array; count: number } {
  const sorted = Float64Array.from(column)
    .filter((value) => !Number.isNaN(value))
    .toSorted();
  const edges: number[] = [];
  for (let bin = 1; bin <= bins; bin++) {
    const edge = sorted[Math.min(sorted.length - 1, Math.ceil((bin * sorted.length) / bins) - 1)];
    if (edge !== undefined && edge !== edges.at(-1)) edges.push(edge);
  }
  const codes = new Uint16Array(column.length);
  for (let row = 0; row < column.length; row++) codes[row] = codeOf(column[row] as number, edges);
  return { codes, count: edges.length + 1 };
}

/** Index of the first edge that is not below the value; after all edges for a missing one. */
function codeOf(value: number, edges: readonly number[]): number {
  if (Number.isNaN(value)) return edges.length;
  let [low, high] = [0, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Mutual information of two codes in nats: sum of p(a, b) ln(p(a, b) / (p(a) p(b))) over the pairs that occur; 0 for
 * independent ones. Corrected by the bias of the plug-in estimate, (pairs - a - b + 1) / 2n (Miller and Madow), and never
 * below 0.
 */
export function mutualInformation(
  a: { codes: ArrayLike<number>; count: number },
  b: { codes: ArrayLike<number>; count: number },
): number {
  const rows = a.codes.length;
  if (rows === 0) return 0;
  const joint = new Float64Array(a.count * b.count);
  const [ofA, ofB] = [new Float64Array(a.count), new Float64Array(b.count)];
  for (let row = 0; row < rows; row++) {
    const [x, y] = [a.codes[row] as number, b.codes[row] as number];
    joint[x * b.count + y] = (joint[x * b.count + y] as number) + 1;
    ofA[x] = (ofA[x] as number) + 1;
    ofB[y] = (ofB[y] as number) + 1;
  }
  let sum = 0;
  let pairs = 0;
  joint.forEach((count, index) => {
    if (count === 0) return;
    pairs++;
    const expected = ((ofA[Math.floor(index / b.count)] as number) * (ofB[index % b.count] as number)) / rows;
    sum += (count / rows) * Math.log(count / expected);
  });
  const present = (counts: Float64Array) => counts.reduce((total, count) => total + (count > 0 ? 1 : 0), 0);
  return Math.max(0, sum - (pairs - present(ofA) - present(ofB) + 1) / (2 * rows));
}
