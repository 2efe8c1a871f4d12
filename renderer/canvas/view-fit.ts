import { getViewportForBounds, type Viewport } from 'reactflow';
import { useUi } from '../state/ui-store.ts';
import type { Box } from './edge-route.ts';

export const zoomLimits = { min: 0.02, max: 2.5 };

/** Room for the graph's name above, the view tools and its map below, and the lines that go round cards beside. */
const padding = { top: '44px', right: '18px', bottom: '96px', left: '18px' } as const;
/** Small windows have no map. */
const compactPadding = { ...padding, bottom: '52px' } as const;

/** The view that shows all boxes in an area of the given size, px; undefined without boxes or area. */
export function viewportOf(
  boxes: readonly Box[],
  area: { width: number; height: number },
  maxZoom: number,
): Viewport | undefined {
  const [first] = boxes;
  if (!first || area.width <= 0 || area.height <= 0) return undefined;
  const all = { ...first };
  for (const box of boxes) {
    all.left = Math.min(all.left, box.left);
    all.top = Math.min(all.top, box.top);
    all.right = Math.max(all.right, box.right);
    all.bottom = Math.max(all.bottom, box.bottom);
  }
  const bounds = { x: all.left, y: all.top, width: all.right - all.left, height: all.bottom - all.top };
  const room = useUi.getState().compact ? compactPadding : padding;
  return getViewportForBounds(bounds, area.width, area.height, zoomLimits.min, maxZoom, room);
}
