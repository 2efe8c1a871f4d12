import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, labelPoint, roundedPath, routeEdge } from './edge-route.ts';

function card(left: number, top: number): Box {
  return { left, top, right: left + 148, bottom: top + 102 };
}

function runsUnder(points: readonly { x: number; y: number }[], box: Box): boolean {
  return points.some((b, at) => {
    const a = points[at - 1];
    return (
      a !== undefined &&
      Math.max(a.x, b.x) > box.left &&
      Math.min(a.x, b.x) < box.right &&
      Math.max(a.y, b.y) > box.top &&
      Math.min(a.y, b.y) < box.bottom
    );
  });
}

describe('routeEdge', () => {
  it('is straight between ports at one height', () => {
    const source = card(0, 0);
    const target = card(180, 0);
    expect(routeEdge({ x: 152, y: 51 }, { x: 176, y: 51 }, source, target, [source, target], 0)).toHaveLength(2);
  });

  it('turns beside a card that stands in the middle', () => {
    const source = card(0, 0);
    const between = card(180, -60);
    const target = card(360, 120);
    const points = routeEdge({ x: 152, y: 20 }, { x: 356, y: 171 }, source, target, [source, between, target], 0);
    expect(runsUnder(points, between)).toBe(false);
  });

  it('shares a return lane above the row of its target', () => {
    const first = card(720, -100);
    const second = card(720, 0);
    const target = card(0, 240);
    const boxes = [first, second, target];
    const a = routeEdge({ x: 872, y: -49 }, { x: -4, y: 291 }, first, target, boxes, 0);
    const b = routeEdge({ x: 872, y: 51 }, { x: -4, y: 291 }, second, target, boxes, 0);
    expect(labelPoint(a).y).toBe(labelPoint(b).y);
    expect(labelPoint(a).y).toBeLessThan(target.top);
    expect(labelPoint(a).y).toBeGreaterThan(second.bottom);
  });

  it('starts and ends at its ports and has only horizontal and vertical pieces', () => {
    const at = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(at, at, at, at, fc.array(fc.tuple(at, at), { maxLength: 6 }), (ax, ay, bx, by, others) => {
        const source = card(ax, ay);
        const target = card(bx, by);
        const from = { x: source.right + 4, y: source.top + 51 };
        const to = { x: target.left - 4, y: target.top + 51 };
        const points = routeEdge(from, to, source, target, [source, target, ...others.map(([x, y]) => card(x, y))], 0);
        expect(points[0]).toEqual(from);
        expect(points.at(-1)).toEqual(to);
        for (const [index, point] of points.entries()) {
          const before = points[index - 1];
          if (before) expect(before.x === point.x || before.y === point.y).toBe(true);
        }
        expect(roundedPath(points, 8)).toMatch(/^M/);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
