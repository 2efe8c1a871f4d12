import { type RefObject, useMemo } from 'react';
import { useReactFlow } from 'reactflow';
import { toEngineError } from '../client/engine-error.ts';
import type { PlacedBox } from '../state/arrange-selection.ts';
import { moveNodes, removeItems } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { useSelection } from '../state/selection-store.ts';
import { showToast } from '../ui/toast.tsx';
import { positionOf } from './use-flow-nodes.ts';
import { layoutGraph } from './auto-layout.ts';
import { boxOfNode, expectedSize } from './card-size.ts';
import type { Box } from './edge-route.ts';
import { viewportOf } from './view-fit.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

export interface CanvasCommands {
  fit: () => void;
  fitSelection: () => void;
  actualSize: () => void;
  /** Brings a node into view, if it is not. */
  reveal: (id: string) => void;
  /** Lays the graph out; nodes move together. */
  arrange: () => void;
  removeSelected: () => void;
  /** Places and sizes of the selected nodes. */
  selectedBoxes: () => PlacedBox[];
}

type MeasuredNode = Parameters<typeof boxOfNode>[0];

/** Boxes of nodes by the document, with the sizes that were measured. */
export function boxesOf(ids: readonly string[], measured: (id: string) => MeasuredNode | undefined): Box[] {
  const document = activeGraph()?.document;
  if (!document) return [];
  const order = new Map(Object.keys(document.nodes).map((id, index) => [id, index]));
  return ids.flatMap((id) => {
    const index = order.get(id);
    if (index === undefined) return [];
    return [boxOfNode({ id, position: positionOf(document, id, index), measured: measured(id)?.measured })];
  });
}

/** Commands that need the view. */
export function useCanvasCommands(wrapper: RefObject<HTMLElement | null>): CanvasCommands {
  const flow = useReactFlow();
  return useMemo(() => {
    const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const duration = reduced ? 0 : 160;
    function show(ids: readonly string[], maxZoom: number, durationMs: number) {
      const area = wrapper.current?.getBoundingClientRect();
      const view = area && viewportOf(boxesOf(ids, flow.getNode), area, maxZoom);
      if (view) void flow.setViewport(view, { duration: durationMs });
    }
    const all = () => Object.keys(activeGraph()?.document.nodes ?? {});
    async function arrange() {
      const graph = activeGraph();
      if (!graph) return;
      const view = document.querySelector('.canvas')?.getBoundingClientRect();
      const sizeOf = (id: string) => {
        const measured = flow.getNode(id)?.measured;
        const expected = expectedSize(id);
        return { width: measured?.width ?? expected.width, height: measured?.height ?? expected.height };
      };
      try {
        const positions = await layoutGraph(graph.document, sizeOf, {
          width: (view?.width ?? 1200) - 56,
          height: (view?.height ?? 700) - 144,
        });
        if (activeGraph()?.tabId !== graph.tabId) return;
        const canvas = document.querySelector<HTMLElement>('.canvas');
        canvas?.classList.add('arranging');
        moveNodes(positions, t.arrange);
        // The new positions reach React Flow with the next frame, the view can follow in the one after.
        requestAnimationFrame(() => requestAnimationFrame(() => show(all(), 1, reduced ? 0 : 280)));
        setTimeout(() => canvas?.classList.remove('arranging'), 320);
      } catch (error) {
        showToast({ text: t.notArranged(engineText(toEngineError(error).message)), tone: 'failed' });
      }
    }
    return {
      fit: () => show(all(), 1, duration),
      fitSelection: () => {
        const ids = useSelection.getState().nodes;
        if (ids.length > 0) show(ids, 1.25, duration);
      },
      reveal: (id) => {
        const area = wrapper.current?.getBoundingClientRect();
        const [box] = boxesOf([id], flow.getNode);
        if (!area || !box) return;
        const a = flow.flowToScreenPosition({ x: box.left, y: box.top });
        const b = flow.flowToScreenPosition({ x: box.right, y: box.bottom });
        if (a.x >= area.left && a.y >= area.top && b.x <= area.right && b.y <= area.bottom) return;
        const middle = { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
        void flow.setCenter(middle.x, middle.y, { zoom: flow.getZoom(), duration });
      },
      actualSize: () => void flow.zoomTo(1, { duration }),
      arrange: () => void arrange(),
      selectedBoxes: () =>
        useSelection.getState().nodes.flatMap((id) => {
          const [box] = boxesOf([id], flow.getNode);
          return box
            ? [{ id, x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top }]
            : [];
        }),
      removeSelected: () => {
        const { nodes, edges } = useSelection.getState();
        removeItems(nodes, edges);
        // The focused node may be gone; the keys stay with the canvas.
        document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true });
      },
    };
  }, [flow, wrapper]);
}
