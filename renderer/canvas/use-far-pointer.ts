import { type PointerEvent, useRef, useState } from 'react';
import { type NodeChange, useReactFlow } from 'reactflow';
import { snap } from '../state/graph-commands.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { boxOfNode } from './card-size.ts';
import { nodeAt } from './far-view.tsx';
import type { FlowNode } from './use-flow-nodes.ts';

/** A selection rectangle in client px. */
export interface Marquee {
  left: number;
  top: number;
  width: number;
  height: number;
}

const dragFromPx = 3;

/** Selecting and moving cards that are drawn instead of rendered: press, drag, Shift-drag for a rectangle. */
export function useFarPointer(
  far: boolean,
  nodes: readonly FlowNode[],
  onNodesChange: (changes: NodeChange<FlowNode>[]) => void,
): { onPointerDownCapture: (event: PointerEvent) => boolean; marquee: Marquee | undefined } {
  const flow = useReactFlow();
  const latest = useRef(nodes);
  latest.current = nodes;
  const [marquee, setMarquee] = useState<Marquee>();

  function follow(move: (event: globalThis.PointerEvent) => void, end: (event: globalThis.PointerEvent) => void) {
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    // The pane would begin to pan with the mouse event that follows.
    window.addEventListener('mousedown', (event) => event.stopPropagation(), { ...options, once: true });
    window.addEventListener('pointermove', move, options);
    for (const type of ['pointerup', 'pointercancel'] as const) {
      window.addEventListener(
        type,
        (event) => {
          stop.abort();
          end(event);
        },
        options,
      );
    }
  }

  function moveCards(event: PointerEvent, hit: FlowNode) {
    const chosen = useSelection.getState().nodes;
    const toggles = event.metaKey || event.ctrlKey;
    if (toggles) select(chosen.includes(hit.id) ? chosen.filter((id) => id !== hit.id) : [...chosen, hit.id]);
    else if (!chosen.includes(hit.id)) select([hit.id]);
    const from = { x: event.clientX, y: event.clientY };
    const zoom = flow.getZoom();
    const moving = new Set(useSelection.getState().nodes);
    const starts = new Map(
      latest.current.filter((node) => moving.has(node.id)).map((node) => [node.id, node.position]),
    );
    let dragged = false;
    const changes = (to: globalThis.PointerEvent, dragging: boolean): NodeChange<FlowNode>[] =>
      [...starts].map(([id, at]) => ({
        type: 'position',
        id,
        dragging,
        position: snap({ x: at.x + (to.clientX - from.x) / zoom, y: at.y + (to.clientY - from.y) / zoom }),
      }));
    follow(
      (to) => {
        dragged ||= Math.hypot(to.clientX - from.x, to.clientY - from.y) >= dragFromPx;
        if (dragged) onNodesChange(changes(to, true));
      },
      (to) => {
        if (dragged) onNodesChange(changes(to, false));
        else if (!toggles) select([hit.id]);
      },
    );
  }

  function markCards(event: PointerEvent) {
    const from = { x: event.clientX, y: event.clientY };
    const rectangle = (to: globalThis.PointerEvent): Marquee => ({
      left: Math.min(from.x, to.clientX),
      top: Math.min(from.y, to.clientY),
      width: Math.abs(to.clientX - from.x),
      height: Math.abs(to.clientY - from.y),
    });
    follow(
      (to) => setMarquee(rectangle(to)),
      (to) => {
        setMarquee(undefined);
        const { left, top, width, height } = rectangle(to);
        const a = flow.screenToFlowPosition({ x: left, y: top });
        const b = flow.screenToFlowPosition({ x: left + width, y: top + height });
        const inside = latest.current.filter((node) => {
          const box = boxOfNode(node);
          return box.right > a.x && box.left < b.x && box.bottom > a.y && box.top < b.y;
        });
        select(inside.map((node) => node.id));
      },
    );
  }

  return {
    marquee,
    /** True when it took the press. */
    onPointerDownCapture(event) {
      if (!far || event.button !== 0 || event.pointerType === 'touch') return false;
      if (!(event.target as HTMLElement).classList.contains('react-flow__pane')) return false;
      const hit = nodeAt(latest.current, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
      if (!hit && !event.shiftKey) return false;
      event.stopPropagation();
      if (hit && !event.shiftKey) moveCards(event, hit);
      else markCards(event);
      return true;
    },
  };
}
