import { type RefObject, useEffect, useRef } from 'react';
import { useReactFlow, type Viewport } from 'reactflow';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { boxesOf } from './canvas-commands.ts';
import { viewportOf } from './view-fit.ts';

/** Views of the tabs of this window, by tab. */
const views = new Map<string, Viewport>();

/** Shows a graph as a whole when it is opened, and as it was left when its tab is chosen again. */
export function useTabView(wrapper: RefObject<HTMLElement | null>): void {
  const flow = useReactFlow();
  const tabId = useActiveGraph((graph) => [graph.tabId, ...graph.scope].join('/'));
  const filled = useActiveGraph((graph) => Object.keys(graph.document.nodes).length > 0) ?? false;
  const ready = flow.viewportInitialized;
  const shown = useRef<string>(undefined);
  // Set before the cards are rendered, so that only those in view ever are.
  useEffect(() => {
    if (tabId === undefined || !ready) return;
    if (shown.current !== tabId) {
      const area = wrapper.current?.getBoundingClientRect();
      const ids = Object.keys(activeGraph()?.document.nodes ?? {});
      const view =
        views.get(tabId) ??
        (filled && area
          ? viewportOf(
              boxesOf(ids, () => undefined),
              area,
              1,
            )
          : undefined);
      if (view) void flow.setViewport(view);
      if (view ?? !filled) shown.current = tabId;
    }
    return () => {
      if (shown.current === tabId) views.set(tabId, flow.getViewport());
    };
  }, [tabId, filled, ready, flow, wrapper]);
}
