/** Index of the value nearest to `x` in an ascending list, or −1 when it is empty. */
export function nearestIndex(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const before = ascending[low - 1];
  const at = ascending[low] ?? x;
  return before !== undefined && x - before <= at - x ? low - 1 : low;
}
