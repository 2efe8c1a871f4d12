import { activeGraph } from '../state/graph-store.ts';
import type { Box } from './edge-route.ts';
import { nodeDefinition } from '../state/node-definition.ts';

/** Card sizes before they are measured, px. */
export const cardSize = { width: 148, height: 112 };
const tallHeightPx = 145;

/** Cards of the later stages have room for a chart. */
export function isTall(stage: string): boolean {
  return stage !== 'data' && stage !== 'feature';
}

interface PlacedNode {
  id: string;
  position: { x: number; y: number };
  measured?: { width?: number | undefined; height?: number | undefined } | undefined;
}

/** Size of a card that has not been drawn yet, px. */
export function expectedSize(nodeId: string): { width: number; height: number } {
  const node = activeGraph()?.document.nodes[nodeId];
  const stage = (node && nodeDefinition(node))?.stage ?? 'data';
  return { width: cardSize.width, height: isTall(stage) ? tallHeightPx : cardSize.height };
}

/** Where a card is, measured or expected. */
export function boxOfNode(node: PlacedNode): Box {
  const { x, y } = node.position;
  const { width, height } = node.measured ?? {};
  if (width !== undefined && height !== undefined) return { left: x, top: y, right: x + width, bottom: y + height };
  const size = expectedSize(node.id);
  return { left: x, top: y, right: x + size.width, bottom: y + size.height };
}
