import { useEffect } from 'react';
import { useStore } from 'reactflow';

/** Rendered size of a card's title, 12.5 px at 100 %, below which cards are brief (10 px) and far (5 px). */
const briefBelow = 0.8;
const farBelow = 0.4;
const zoomStep = 0.05;

/** Whether cards are too small to be read, and drawn on one canvas instead. */
export function useFar(): boolean {
  return useStore(({ transform }) => transform[2] < farBelow);
}

/**
 * Sets the level of detail on the canvas element, without a React render per frame. The zoom itself is given only where
 * titles need it, in steps: a changed custom property restyles every card.
 */
export function DetailLevel({ wrapper }: { wrapper: React.RefObject<HTMLDivElement | null> }) {
  const detail = useStore(({ transform: [, , zoom] }) =>
    zoom >= briefBelow ? 'full' : zoom >= farBelow ? 'brief' : 'far',
  );
  const step = useStore(({ transform }) => Math.round(transform[2] / zoomStep) * zoomStep);
  useEffect(() => {
    const element = wrapper.current;
    if (!element) return;
    element.dataset.detail = detail;
    if (detail === 'brief') element.style.setProperty('--zoom', step.toFixed(2));
  }, [detail, step, wrapper]);
  return null;
}
