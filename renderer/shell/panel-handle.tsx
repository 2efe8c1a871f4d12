import type { KeyboardEvent, PointerEvent } from 'react';
import { type PanelName, setPanelSize, togglePanel, useUi } from '../state/ui-store.ts';
import { t } from './text.ts';

/** Drags a panel's edge; double-click collapses it, arrow keys resize. */
export function PanelHandle({ panel, edge }: { panel: PanelName; edge: 'left' | 'right' | 'top' }) {
  const sizePx = useUi((state) => state.panels[panel].sizePx);
  const vertical = edge !== 'top';

  function onPointerDown(event: PointerEvent<HTMLDivElement>) {
    const start = vertical ? event.clientX : event.clientY;
    const sign = edge === 'right' ? 1 : -1;
    const element = event.currentTarget;
    element.setPointerCapture(event.pointerId);
    const move = (e: globalThis.PointerEvent) =>
      setPanelSize(panel, sizePx + sign * ((vertical ? e.clientX : e.clientY) - start));
    const up = () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('lostpointercapture', up);
    };
    element.addEventListener('pointermove', move);
    // Also comes where the system takes the pointer away.
    element.addEventListener('lostpointercapture', up);
  }
  function onKeyDown(event: KeyboardEvent) {
    const grow = edge === 'right' ? 'ArrowRight' : edge === 'left' ? 'ArrowLeft' : 'ArrowUp';
    const shrink = edge === 'right' ? 'ArrowLeft' : edge === 'left' ? 'ArrowRight' : 'ArrowDown';
    if (event.key === grow) setPanelSize(panel, sizePx + 16);
    else if (event.key === shrink) setPanelSize(panel, sizePx - 16);
    else if (event.key === 'Enter') togglePanel(panel, false);
    else return;
    event.preventDefault();
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a focusable separator is interactive
    <div
      className={`panel-handle ${vertical ? 'vertical' : 'horizontal'}`}
      style={edge === 'left' ? { left: -3 } : edge === 'right' ? { right: -3 } : { top: -3 }}
      role="separator"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-orientation={vertical ? 'vertical' : 'horizontal'}
      aria-label={t.sizeOf(t.panels[panel])}
      aria-valuenow={sizePx}
      onPointerDown={onPointerDown}
      onDoubleClick={() => togglePanel(panel, false)}
      onKeyDown={onKeyDown}
    />
  );
}
