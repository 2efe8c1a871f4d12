/** Least-squares slope of `y` over `x`; 0 for fewer than two points. */
export function slope(points: readonly { x: number; y: number }[]): number {
  if (points.length < 2) return 0;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const middleX = mean(points.map(({ x }) => x));
  const middleY = mean(points.map(({ y }) => y));
  let product = 0;
  let square = 0;
  for (const { x, y } of points) {
    product += (x - middleX) * (y - middleY);
    square += (x - middleX) ** 2;
  }
  return product / square;
}
