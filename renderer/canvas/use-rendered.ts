import { useEffect, useMemo, useRef, useState } from 'react';
import { useStoreApi } from 'reactflow';
import { useSelection } from '../state/selection-store.ts';
import { boxOfNode } from './card-size.ts';
import type { Box } from './edge-route.ts';
import type { GraphFlowEdge } from './graph-edge.tsx';
import type { FlowNode } from './use-flow-nodes.ts';

/** Share of the view's size within which cards are rendered around it, and at which rendering begins to follow. */
const aheadShare = 0.3;
const followShare = 0.06;
/** Cards are let go once those around the view reach over this many times the area needed. */
const mostSpare = 2.5;
/** Cards that may be added or dropped in one frame, so that moving the view stays smooth. */
const cardsPerFrame = 6;
/** Edges that cross the view with both ends outside of it; more are not looked for. */
const mostCrossing = 40;

interface Parts {
  nodes: FlowNode[];
  edges: GraphFlowEdge[];
}

function sizeOf(box: Box): number {
  return (box.right - box.left) * (box.bottom - box.top);
}

function overlaps(box: Box, area: Box): boolean {
  return box.right > area.left && box.left < area.right && box.bottom > area.top && box.top < area.bottom;
}

function covers(outer: Box, inner: Box): boolean {
  return (
    outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom
  );
}

/** The cards a view needs, nearest to its middle first: those in the area, and the ends of edges that cross it. */
function wantedCards({ nodes, edges }: Parts, area: Box): string[] {
  const boxes = new Map(nodes.map((node) => [node.id, boxOfNode(node)]));
  const inside: { id: string; away: number }[] = [];
  const middle = { x: (area.left + area.right) / 2, y: (area.top + area.bottom) / 2 };
  const known = new Set<string>();
  for (const [id, box] of boxes) {
    if (!overlaps(box, area)) continue;
    known.add(id);
    inside.push({ id, away: Math.abs(box.left - middle.x) + Math.abs(box.top - middle.y) });
  }
  inside.sort((a, b) => a.away - b.away);
  const ends: string[] = [];
  let crossing = 0;
  for (const { source, target } of edges) {
    if (known.has(source) && known.has(target)) continue;
    const from = boxes.get(source);
    const to = boxes.get(target);
    if (!from || !to) continue;
    if (!known.has(source) && !known.has(target)) {
      const reach = {
        left: Math.min(from.left, to.left),
        top: Math.min(from.top, to.top),
        right: Math.max(from.right, to.right),
        bottom: Math.max(from.bottom, to.bottom),
      };
      if (crossing >= mostCrossing || !overlaps(reach, area)) continue;
      crossing += 1;
    }
    ends.push(source, target);
  }
  return [...new Set([...inside.map(({ id }) => id), ...ends])];
}

/**
 * The part of a large graph that React Flow gets: the cards in view and some around it, a few more per frame while the
 * view moves. Selected and focused cards stay. Small graphs are given whole.
 */
export function useRendered(nodes: FlowNode[], edges: GraphFlowEdge[], cull: boolean): Parts {
  const store = useStoreApi();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const parts = useRef<Parts>({ nodes, edges });
  parts.current = { nodes, edges };
  const update = useRef<() => void>(undefined);

  useEffect(() => {
    if (!cull) return;
    let frame: number | undefined;
    let covered: Box | undefined;
    let present: ReadonlySet<string> = new Set();

    function viewBox(share: number): Box {
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      return {
        left: (-x - width * share) / zoom,
        top: (-y - height * share) / zoom,
        right: (width - x + width * share) / zoom,
        bottom: (height - y + height * share) / zoom,
      };
    }
    function kept(): string[] {
      const focused = document.activeElement?.closest<HTMLElement>('.react-flow__node')?.dataset.id;
      return [...useSelection.getState().nodes.slice(-mostCrossing), ...(focused === undefined ? [] : [focused])];
    }
    function step() {
      frame = undefined;
      if (store.getState().width === 0) return;
      const area = viewBox(aheadShare);
      if (covered && covers(covered, viewBox(followShare)) && sizeOf(covered) < mostSpare * sizeOf(area)) return;
      const wanted = [...new Set([...wantedCards(parts.current, area), ...kept()])];
      const missing = wanted.filter((id) => !present.has(id));
      const far = present.size === 0 || missing.length === wanted.length;
      if (!far && missing.length > cardsPerFrame) {
        present = new Set([...present, ...missing.slice(0, cardsPerFrame)]);
        setIds(present);
        soon();
        return;
      }
      const needed = new Set(wanted);
      const spare = [...present].filter((id) => !needed.has(id));
      if (!far && spare.length > cardsPerFrame) {
        const dropped = new Set(spare.slice(0, cardsPerFrame));
        present = new Set([...present, ...missing].filter((id) => !dropped.has(id)));
        setIds(present);
        soon();
        return;
      }
      covered = area;
      if (missing.length === 0 && wanted.length === present.size) return;
      present = new Set(wanted);
      setIds(present);
    }
    function soon() {
      frame ??= requestAnimationFrame(step);
    }
    update.current = () => {
      covered = undefined;
      soon();
    };
    step();
    const ends = [
      store.subscribe((state, before) => {
        if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height)
          soon();
      }),
      useSelection.subscribe(() => {
        if (kept().some((id) => !present.has(id))) update.current?.();
      }),
    ];
    return () => {
      for (const end of ends) end();
      update.current = undefined;
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [cull, store]);

  const count = nodes.length;
  const edgeCount = edges.length;
  // Moving a card changes `nodes` every frame and needs no other cards; new cards and edges do.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the counts stand for the structure
  useEffect(() => update.current?.(), [count, edgeCount]);

  const someNodes = useMemo(() => (cull ? nodes.filter((node) => ids.has(node.id)) : nodes), [cull, nodes, ids]);
  const someEdges = useMemo(
    () => (cull ? edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)) : edges),
    [cull, edges, ids],
  );
  return { nodes: someNodes, edges: someEdges };
}
