/**
 * Moves labels apart that would overlap: positions with at least `gap` between them, inside [low, high] where the room
 * suffices, each as near to its wish as the order allows. Result is in input order.
 */
export function spreadLabels(wishes: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wishes.map((wish, index) => ({ wish, index })).sort((a, b) => a.wish - b.wish);
  const placed: number[] = [];
  for (const [i, { wish }] of order.entries()) {
    const previous = placed[i - 1];
    placed.push(Math.max(wish, low, previous === undefined ? low : previous + gap));
  }
  let limit = high;
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i] ?? limit, limit);
    limit = (placed[i] ?? limit) - gap;
  }
  const result = new Array<number>(wishes.length).fill(0);
  for (const [i, { index }] of order.entries()) result[index] = placed[i] ?? 0;
  return result;
}
