import { useMemo } from 'react';
import { useReactFlow } from 'reactflow';
import { toEngineError } from '../client/engine-error.ts';
import { moveNodes, removeItems } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { useSelection } from '../state/selection-store.ts';
import { showToast } from '../ui/toast.tsx';
import { layoutGraph } from './auto-layout.ts';
import { cardSize } from './card-size.ts';

/** Room for the graph's name above and the view tools below. */
export const fitPadding = { top: '44px', right: '28px', bottom: '100px', left: '28px' } as const;

export interface CanvasCommands {
  fit: () => void;
  fitSelection: () => void;
  actualSize: () => void;
  /** Lays the graph out; nodes move together. */
  arrange: () => void;
  removeSelected: () => void;
}

/** Commands that need the view. */
export function useCanvasCommands(): CanvasCommands {
  const flow = useReactFlow();
  return useMemo(() => {
    const reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const duration = reduced ? 0 : 160;
    async function arrange() {
      const graph = activeGraph();
      if (!graph) return;
      const view = document.querySelector('.canvas')?.getBoundingClientRect();
      const sizeOf = (id: string) => {
        const measured = flow.getNode(id)?.measured;
        return { width: measured?.width ?? cardSize.width, height: measured?.height ?? cardSize.height };
      };
      try {
        const positions = await layoutGraph(graph.document, sizeOf, {
          width: (view?.width ?? 1200) - 56,
          height: (view?.height ?? 700) - 144,
        });
        if (activeGraph()?.tabId !== graph.tabId) return;
        const canvas = document.querySelector<HTMLElement>('.canvas');
        canvas?.classList.add('arranging');
        moveNodes(positions, 'Arrange');
        // The new positions reach React Flow with the next frame, the view can follow in the one after.
        requestAnimationFrame(() =>
          requestAnimationFrame(
            () => void flow.fitView({ padding: fitPadding, maxZoom: 1, duration: reduced ? 0 : 280 }),
          ),
        );
        setTimeout(() => canvas?.classList.remove('arranging'), 320);
      } catch (error) {
        showToast({ text: `The graph could not be arranged: ${toEngineError(error).message}`, tone: 'failed' });
      }
    }
    return {
      fit: () => void flow.fitView({ padding: fitPadding, maxZoom: 1, duration }),
      fitSelection: () => {
        const ids = useSelection.getState().nodes;
        if (ids.length > 0)
          void flow.fitView({ nodes: ids.map((id) => ({ id })), padding: 0.4, maxZoom: 1.25, duration });
      },
      actualSize: () => void flow.zoomTo(1, { duration }),
      arrange: () => void arrange(),
      removeSelected: () => {
        const { nodes, edges } = useSelection.getState();
        removeItems(nodes, edges);
        // The focused node may be gone; the keys stay with the canvas.
        document.querySelector<HTMLElement>('.canvas')?.focus({ preventScroll: true });
      },
    };
  }, [flow]);
}
