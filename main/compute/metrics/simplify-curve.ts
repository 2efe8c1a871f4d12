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

function arc(points: Point[], i: number): number {
  const [ax, ay] = points[i - 1] as Point;
  const [bx, by] = points[i] as Point;
  return Math.abs(bx - ax) + Math.abs(by - ay);
}

function thinByArcLength(points: Point[], count: number): number[] {
  let total = 0;
  for (let i = 1; i < points.length; i++) total += arc(points, i);
  const step = total / (count - 1);
  const kept = [0];
  let walked = 0;
  let next = step;
  for (let i = 1; i < points.length - 1; i++) {
    walked += arc(points, i);
    if (walked < next) continue;
    kept.push(i);
    next = walked + step;
  }
  kept.push(points.length - 1);
  return kept;
}

/**
 * Ascending indices of at most `maxPoints` points, ends included: Douglas–Peucker from the farthest point inwards, so
 * that corners stay and straight runs go.
 */
export function simplifyCurve(points: Point[], maxPoints: number): number[] {
  if (points.length <= maxPoints) return points.map((_, i) => i);
  const dense = points.length > EXACT_LIMIT ? thinByArcLength(points, EXACT_LIMIT) : points.map((_, i) => i);
  const line = dense.map((i) => points[i] as Point);
  const spans = [farthest(line, 0, line.length - 1)];
  const kept = new Set([0, line.length - 1]);
  while (kept.size < maxPoints) {
    let widest = 0;
    for (let i = 1; i < spans.length; i++) {
      if ((spans[i] as Span).distance > (spans[widest] as Span).distance) widest = i;
    }
    const { from, to, split } = spans[widest] as Span;
    if (split < 0) break;
    kept.add(split);
    spans.splice(widest, 1, farthest(line, from, split), farthest(line, split, to));
  }
  return [...kept].sort((a, b) => a - b).map((i) => dense[i] as number);
}
