import type { Point } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { useSelection } from '../state/selection-store.ts';

/** Free place for a node added without a pointer: right of the selected node, else right of the last one. */
export function nextPlace(): Point {
  const graph = activeGraph();
  if (!graph) return { x: 0, y: 0 };
  const places = graph.document.layout.nodes;
  const anchor = useSelection.getState().nodes.at(-1) ?? Object.keys(places).at(-1);
  const at = anchor === undefined ? undefined : places[anchor];
  if (!at) return { x: 80, y: 80 };
  const next = { x: at.x + 216, y: at.y };
  const taken = (point: Point) =>
    Object.values(places).some((other) => Math.abs(other.x - point.x) < 168 && Math.abs(other.y - point.y) < 128);
  while (taken(next)) next.y += 136;
  return next;
}
