import type { Point } from './graph-commands.ts';

export interface PlacedBox extends Point {
  id: string;
  width: number;
  height: number;
}

export type Alignment = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom';

/** Places of boxes whose named edges or middles lie on one line: that of the outermost, or of the whole. */
export function aligned(boxes: readonly PlacedBox[], to: Alignment): Record<string, Point> {
  const left = Math.min(...boxes.map((box) => box.x));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const top = Math.min(...boxes.map((box) => box.y));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  const place = (box: PlacedBox): Point => {
    switch (to) {
      case 'left':
        return { x: left, y: box.y };
      case 'center':
        return { x: (left + right - box.width) / 2, y: box.y };
      case 'right':
        return { x: right - box.width, y: box.y };
      case 'top':
        return { x: box.x, y: top };
      case 'middle':
        return { x: box.x, y: (top + bottom - box.height) / 2 };
      case 'bottom':
        return { x: box.x, y: bottom - box.height };
    }
  };
  return Object.fromEntries(boxes.map((box) => [box.id, place(box)]));
}

/** Places with equal gaps between neighbours; the outermost two stay. */
export function distributed(boxes: readonly PlacedBox[], axis: 'x' | 'y'): Record<string, Point> {
  const size = axis === 'x' ? 'width' : 'height';
  const sorted = boxes.toSorted((a, b) => a[axis] - b[axis]);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!first || !last || sorted.length < 3) return {};
  const inner = sorted.slice(1, -1).reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] - first[axis] - first[size] - inner) / (sorted.length - 1);
  let at = first[axis] + first[size] + gap;
  const places: Record<string, Point> = {};
  for (const box of sorted.slice(1, -1)) {
    places[box.id] = axis === 'x' ? { x: at, y: box.y } : { x: box.x, y: at };
    at += box[size] + gap;
  }
  return places;
}
