import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { navigate, togglePanel } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { t } from './panels-text.ts';
import { t as shellText } from './text.ts';

interface Stop {
  /** What the stop speaks of; the first that is on the screen. */
  target: string;
  title: string;
  text: string;
}

const stops = (): Stop[] => [
  { target: '.side-panel.palette', title: t.tourNodes, text: t.tourNodesText },
  { target: '.canvas', title: t.tourCanvas, text: t.tourCanvasText },
  { target: '.side-panel.inspector', title: t.tourInspector, text: t.tourInspectorText },
  { target: '.plan-words, .top-bar .btn.primary', title: t.tourRun, text: t.tourRunText },
  { target: '.dock-panel', title: t.tourResults, text: t.tourResultsText },
  { target: '.status-bar', title: t.tourReadiness, text: t.tourReadinessText },
];

/** A walk through the editor: one thing at a time, with the way on and out. */
export function Tour({ onClose }: { onClose: () => void }) {
  const [index, setIndex] = useState(0);
  const [box, setBox] = useState<DOMRect>();
  const card = useRef<HTMLDivElement>(null);
  const all = stops();
  const stop = all[index];
  const target = stop?.target;

  useEffect(() => {
    navigate('graph');
    for (const panel of ['palette', 'inspector', 'dock'] as const) togglePanel(panel, true);
    const before = document.activeElement as HTMLElement | null;
    return () => before?.focus({ preventScroll: true });
  }, []);
  useLayoutEffect(() => {
    const measure = () =>
      setBox(target === undefined ? undefined : document.querySelector(target)?.getBoundingClientRect());
    measure();
    const frame = requestAnimationFrame(measure);
    window.addEventListener('resize', measure);
    // What was open before gives the focus back first.
    const focus = setTimeout(() => card.current?.focus(), 50);
    return () => {
      clearTimeout(focus);
      cancelAnimationFrame(frame);
      window.removeEventListener('resize', measure);
    };
  }, [target]);

  if (!stop) return null;
  const last = index === all.length - 1;
  const width = 280;
  const beside = box && box.right + width + 24 < window.innerWidth;
  const left = !box
    ? 120
    : beside
      ? box.right + 12
      : Math.max(12, Math.min(box.left - width - 12, window.innerWidth - width - 12));
  const place =
    box && !beside && box.left < width + 24
      ? { left: Math.max(12, box.left + 24), bottom: Math.max(36, window.innerHeight - box.top + 12) }
      : { left, top: Math.max(56, Math.min(box?.top ?? 120, window.innerHeight - 220)) };
  return (
    <div className="tour">
      {box && (
        <div className="tour-ring" style={{ left: box.left, top: box.top, width: box.width, height: box.height }} />
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape ends the walk */}
      <div
        ref={card}
        role="dialog"
        aria-label={stop.title}
        tabIndex={-1}
        className="tour-card"
        style={{ width, ...place }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          else if (event.key === 'ArrowRight' && !last) setIndex(index + 1);
          else if (event.key === 'ArrowLeft' && index > 0) setIndex(index - 1);
          else return;
          event.stopPropagation();
        }}
      >
        <b>{stop.title}</b>
        <p>{stop.text}</p>
        <div className="tour-actions">
          <span className="mute small num">{shellText.of(index + 1, all.length)}</span>
          <span className="grow" />
          {index > 0 && (
            <Button small onClick={() => setIndex(index - 1)}>
              {t.back}
            </Button>
          )}
          {!last && (
            <Button small variant="quiet" onClick={onClose}>
              {t.endTour}
            </Button>
          )}
          <Button small variant="primary" onClick={() => (last ? onClose() : setIndex(index + 1))}>
            {last ? t.done : t.next}
          </Button>
        </div>
      </div>
    </div>
  );
}
