import { create } from 'zustand';
import type { Box } from './edge-route.ts';

/** A line along which a moved card lines up with others, in graph px. */
export interface Guide {
  axis: 'x' | 'y';
  at: number;
  from: number;
  to: number;
}

interface Snapped {
  /** How far the card moves onto the lines, px. */
  by: { x: number; y: number };
  guides: Guide[];
}

const edges = {
  x: (box: Box) => [box.left, (box.left + box.right) / 2, box.right],
  y: (box: Box) => [box.top, (box.top + box.bottom) / 2, box.bottom],
};

function along(axis: 'x' | 'y', box: Box): [number, number] {
  return axis === 'x' ? [box.top, box.bottom] : [box.left, box.right];
}

function nearest(
  axis: 'x' | 'y',
  box: Box,
  others: readonly Box[],
  reach: number,
): { by: number; guide: Guide } | undefined {
  let best: { by: number; guide: Guide } | undefined;
  for (const other of others) {
    for (const line of edges[axis](other)) {
      for (const own of edges[axis](box)) {
        const by = line - own;
        if (Math.abs(by) > reach || (best && Math.abs(by) >= Math.abs(best.by))) continue;
        const [a, b] = along(axis, box);
        const [c, d] = along(axis, other);
        best = { by, guide: { axis, at: line, from: Math.min(a, c), to: Math.max(b, d) } };
      }
    }
  }
  return best;
}

/** Lines up a box with the nearest edges and middles of others that are within `reach` px. Pure. */
export function snapToGuides(box: Box, others: readonly Box[], reach: number): Snapped {
  const x = nearest('x', box, others, reach);
  const y = nearest('y', box, others, reach);
  return {
    by: { x: x?.by ?? 0, y: y?.by ?? 0 },
    guides: [x?.guide, y?.guide].filter((guide) => guide !== undefined),
  };
}

/** Lines shown while a card is dragged. */
export const useGuides = create<{ guides: readonly Guide[] }>(() => ({ guides: [] }));

export function showGuides(guides: readonly Guide[]): void {
  if (guides.length > 0 || useGuides.getState().guides.length > 0) useGuides.setState({ guides });
}
