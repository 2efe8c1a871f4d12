export interface RoutePoint {
  x: number;
  y: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Straight piece before an edge may turn, and half the gap it keeps from cards, px. */
const stubPx = 12;
/** Gap between a lane and the cards beside it, and between lanes of neighbouring ports, px. */
const laneGapPx = 18;
const laneStepPx = 14;
/** A detour above cards competes with return lanes, so one below is taken unless this much longer, px. */
const aboveCostPx = 48;

function crosses(a: RoutePoint, b: RoutePoint, box: Box): boolean {
  return (
    Math.max(a.x, b.x) > box.left &&
    Math.min(a.x, b.x) < box.right &&
    Math.max(a.y, b.y) > box.top &&
    Math.min(a.y, b.y) < box.bottom
  );
}

/** Number of cards a path runs under. */
function collisions(points: readonly RoutePoint[], boxes: readonly Box[]): number {
  let count = 0;
  for (const box of boxes) {
    for (let at = 1; at < points.length; at++) {
      const a = points[at - 1];
      const b = points[at];
      if (a && b && crosses(a, b, box)) {
        count += 1;
        break;
      }
    }
  }
  return count;
}

function viaColumn(from: RoutePoint, to: RoutePoint, x: number): RoutePoint[] {
  return [from, { x, y: from.y }, { x, y: to.y }, to];
}

function viaLane(from: RoutePoint, to: RoutePoint, y: number): RoutePoint[] {
  const out = from.x + stubPx;
  const back = to.x - stubPx;
  return [from, { x: out, y: from.y }, { x: out, y }, { x: back, y }, { x: back, y: to.y }, to];
}

/** Height of the return lane beside the target's row; `undefined` where the rows overlap. */
function returnLane(source: Box, target: Box, targetIndex: number): number | undefined {
  const away = laneGapPx + targetIndex * laneStepPx;
  if (target.top - source.bottom > away) return target.top - away;
  if (source.top - target.bottom > away) return target.bottom + away;
  return undefined;
}

/**
 * Corners of an edge from an output (right side of a card) to an input (left side), which runs under as few cards as
 * possible. Ahead it turns once, in the middle or near an end; back to an earlier column it runs in a lane between the
 * rows, which all edges into one port share. Coordinates in px; boxes are the cards.
 */
export function routeEdge(
  from: RoutePoint,
  to: RoutePoint,
  source: Box,
  target: Box,
  boxes: readonly Box[],
  targetIndex: number,
): RoutePoint[] {
  const ahead = to.x - from.x;
  const candidates: RoutePoint[][] = [];
  if (ahead >= 0 && from.y === to.y) candidates.push([from, to]);
  if (ahead >= 2 * stubPx) {
    for (const x of [from.x + ahead / 2, from.x + 16, to.x - 16]) candidates.push(viaColumn(from, to, x));
  } else {
    const lane = returnLane(source, target, targetIndex);
    if (lane !== undefined) candidates.push(viaLane(from, to, lane));
  }
  const best = leastCollisions(candidates, boxes);
  if (best && best.count === 0) return best.points;

  const middle = (from.y + to.y) / 2;
  const lanes = boxes
    .flatMap((box) => [
      { y: box.top - laneGapPx, cost: Math.abs(box.top - laneGapPx - middle) + aboveCostPx },
      { y: box.bottom + laneGapPx, cost: Math.abs(box.bottom + laneGapPx - middle) },
    ])
    .sort((a, b) => a.cost - b.cost)
    .slice(0, 24)
    .map(({ y }) => viaLane(from, to, y));
  return leastCollisions([...candidates, ...lanes], boxes)?.points ?? viaLane(from, to, middle);
}

function leastCollisions(
  paths: readonly RoutePoint[][],
  boxes: readonly Box[],
): { points: RoutePoint[]; count: number } | undefined {
  let best: { points: RoutePoint[]; count: number } | undefined;
  for (const points of paths) {
    const count = collisions(points, boxes);
    if (!best || count < best.count) best = { points, count };
    if (count === 0) break;
  }
  return best;
}

/** SVG path through corners, rounded by at most `radiusPx`. */
export function roundedPath(points: readonly RoutePoint[], radiusPx: number): string {
  const [first] = points;
  if (!first) return '';
  let path = `M${first.x} ${first.y}`;
  for (let at = 1; at < points.length; at++) {
    const before = points[at - 1];
    const here = points[at];
    const next = points[at + 1];
    if (!before || !here) continue;
    if (!next) {
      path += `L${here.x} ${here.y}`;
      continue;
    }
    const into = Math.hypot(here.x - before.x, here.y - before.y);
    const out = Math.hypot(next.x - here.x, next.y - here.y);
    const radius = Math.min(radiusPx, into / 2, out / 2);
    if (radius < 0.5) {
      path += `L${here.x} ${here.y}`;
      continue;
    }
    const start = {
      x: here.x - ((here.x - before.x) / into) * radius,
      y: here.y - ((here.y - before.y) / into) * radius,
    };
    const end = { x: here.x + ((next.x - here.x) / out) * radius, y: here.y + ((next.y - here.y) / out) * radius };
    path += `L${start.x} ${start.y}Q${here.x} ${here.y} ${end.x} ${end.y}`;
  }
  return path;
}

/** Middle of the longest horizontal piece, where a chip has the most room. */
export function labelPoint(points: readonly RoutePoint[]): RoutePoint {
  let best: { length: number; point: RoutePoint } = { length: -1, point: points[0] ?? { x: 0, y: 0 } };
  for (let at = 1; at < points.length; at++) {
    const a = points[at - 1];
    const b = points[at];
    if (!a || !b || a.y !== b.y) continue;
    const length = Math.abs(a.x - b.x);
    if (length > best.length) best = { length, point: { x: (a.x + b.x) / 2, y: a.y } };
  }
  return best.point;
}
