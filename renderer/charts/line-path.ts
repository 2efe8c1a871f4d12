export interface PixelPoint {
  x: number;
  /** Undefined: a gap in the line. */
  y: number | undefined;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** SVG path through the points; a missing value breaks the line. */
export function linePath(points: readonly PixelPoint[]): string {
  let path = '';
  let pen = false;
  for (const { x, y } of points) {
    if (y === undefined) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${round(x)} ${round(y)}`;
    pen = true;
  }
  return path;
}

/** Points with a gap on both sides: a line cannot show them. */
export function lonePoints(points: readonly PixelPoint[]): { x: number; y: number }[] {
  return points.flatMap(({ x, y }, i) =>
    y !== undefined && points[i - 1]?.y === undefined && points[i + 1]?.y === undefined ? [{ x, y }] : [],
  );
}

/** Closed area between a line and a lower one; gaps split it. */
export function areaPath(points: readonly { x: number; high: number | undefined; low: number | undefined }[]): string {
  let path = '';
  let run: { x: number; high: number; low: number }[] = [];
  const close = (): void => {
    if (run.length > 1) {
      const top = run.map((p) => `${round(p.x)} ${round(p.high)}`).join('L');
      const bottom = run
        .toReversed()
        .map((p) => `${round(p.x)} ${round(p.low)}`)
        .join('L');
      path += `M${top}L${bottom}Z`;
    }
    run = [];
  };
  for (const { x, high, low } of points) {
    if (high === undefined || low === undefined) close();
    else run.push({ x, high, low });
  }
  close();
  return path;
}

/** Steps along bin tops: for each bin its left, right and height pixel. */
export function stepPath(bins: readonly { left: number; right: number; y: number }[]): string {
  let path = '';
  for (const { left, right, y } of bins)
    path += `${path === '' ? 'M' : 'L'}${round(left)} ${round(y)}L${round(right)} ${round(y)}`;
  return path;
}
