import type { GraphDocument } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * The node an arrow key leads to: left and right follow edges (the vertically nearest neighbour), up and down go to
 * the nearest node above or below.
 */
export function neighbour(document: GraphDocument, id: string, direction: Direction): string | undefined {
  const here = document.layout.nodes[id];
  if (!here) return undefined;
  const candidates =
    direction === 'left' || direction === 'right'
      ? document.edges.flatMap((edge) => {
          const from = parsePortRef(edge.from)?.node;
          const to = parsePortRef(edge.to)?.node;
          const next = direction === 'right' ? (from === id ? to : undefined) : to === id ? from : undefined;
          return next === undefined ? [] : [next];
        })
      : Object.keys(document.nodes).filter((other) => {
          const at = document.layout.nodes[other];
          return other !== id && at !== undefined && (direction === 'down' ? at.y > here.y : at.y < here.y);
        });
  const distance = (other: string) => {
    const at = document.layout.nodes[other];
    if (!at) return Infinity;
    const across = Math.abs(at.x - here.x);
    const along = Math.abs(at.y - here.y);
    return direction === 'left' || direction === 'right' ? along : along + across * 2;
  };
  return candidates.sort((a, b) => distance(a) - distance(b))[0];
}
