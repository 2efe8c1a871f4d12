export type Point = [x: number, y: number];

/** Above this many points a curve is thinned evenly by arc length first, which bounds the cost of the exact part. */
const EXACT_LIMIT = 5000;

interface Span {
  from: number;
  to: number;
  split: number;
  distance: number;
}

function farthest(points: Point[], from: number, to: number): Span {
  const [ax, ay] = points[from] as Point;
  const [bx, by] = points[to] as Point;
  const length = Math.hypot(bx - ax, by - ay) || 1;
  let split = -1;
  let distance = 0;
  for (let i = from + 1; i < to; i++) {
    const [x, y] = points[i] as Point;
    const d = Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (d > distance) {
      distance = d;
      split = i;
    }
  }
  return { from, to, split, distance };
}

function thinByArcLength(points: Point[], count: number): Point[] {
  let total = 0;
  for (let i = 1; i < points.length; i++) total += arc(points, i);
  const kept: Point[] = [points[0] as Point];
  let walked = 0;
  let next = total / (count - 1);
  for (let i = 1; i < points.length - 1; i++) {
    walked += arc(points, i);
    if (walked >= next) {
      kept.push(points[i] as Point);
      next = walked + total / (count - 1);
    }
  }
  kept.push(points.at(-1) as Point);
  return kept;
}

function arc(points: Point[], i: number): number {
  const [ax, ay] = points[i - 1] as Point;
  const [bx, by] = points[i] as Point;
  return Math.abs(bx - ax) + Math.abs(by - ay);
}

/**
 * At most `maxPoints` of the points, ends included, in order: Douglas–Peucker from the farthest point inwards, so that
 * corners stay and straight runs go.
 */
export function simplifyCurve(points: Point[], maxPoints: number): Point[] {
  if (points.length <= maxPoints) return points;
  const dense = points.length > EXACT_LIMIT ? thinByArcLength(points, EXACT_LIMIT) : points;
  const spans = [farthest(dense, 0, dense.length - 1)];
  const kept = new Set([0, dense.length - 1]);
  while (kept.size < maxPoints) {
    let widest = 0;
    for (let i = 1; i < spans.length; i++) {
      if ((spans[i] as Span).distance > (spans[widest] as Span).distance) widest = i;
    }
    const { from, to, split } = spans[widest] as Span;
    if (split < 0) break;
    kept.add(split);
    spans.splice(widest, 1, farthest(dense, from, split), farthest(dense, split, to));
  }
  return [...kept].sort((a, b) => a - b).map((i) => dense[i] as Point);
}
