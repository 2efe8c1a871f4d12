import { useEffect } from 'react';
import { useStore, useStoreApi } from 'reactflow';

/** Rendered size of a card's title, 12.5 px at 100 %, below which cards are brief (10 px) and far (5 px). */
const briefBelow = 0.8;
const farBelow = 0.4;
/** Brief titles and tools are sized for these zooms: for the next one below, so that they are never smaller than meant. */
const zoomStep = 0.1;
const settleMs = 90;

/** Whether cards are too small to be read, and drawn on one canvas instead. */
export function useFar(): boolean {
  return useStore(({ transform }) => transform[2] < farBelow);
}

/**
 * Sets the level of detail on the canvas element, without a React render per frame. It and the zoom, which titles need,
 * restyle cards, so they follow when the zoom has come to rest. The zoom is an attribute that only rules for titles and
 * tools ask for: an inherited property would restyle all that is in every card.
 */
export function DetailLevel({ wrapper }: { wrapper: React.RefObject<HTMLDivElement | null> }) {
  const store = useStoreApi();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    function apply() {
      const element = wrapper.current;
      const zoom = store.getState().transform[2];
      if (!element) return;
      const detail = zoom >= briefBelow ? 'full' : zoom >= farBelow ? 'brief' : 'far';
      if (element.dataset.detail !== detail) element.dataset.detail = detail;
      if (detail === 'far') return;
      const step = zoom >= 1 ? '1' : (Math.floor(zoom / zoomStep + 1e-9) * zoomStep).toFixed(1);
      if (element.dataset.zoom !== step) element.dataset.zoom = step;
    }
    apply();
    const end = store.subscribe((state, before) => {
      if (state.transform[2] === before.transform[2]) return;
      clearTimeout(timer);
      timer = setTimeout(apply, settleMs);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [store, wrapper]);
  return null;
}
