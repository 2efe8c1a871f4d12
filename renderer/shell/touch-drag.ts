import { kindDragType } from '../canvas/drag-type.ts';

/** A finger goes this far until it drags, px. */
const startPx = 8;

/**
 * Drags a kind from the palette with a finger or pen, for which browsers have no drag and drop: a label follows, and
 * where it is let go the same `drop` arrives as from a mouse.
 */
export function dragKindByTouch(event: React.PointerEvent<HTMLElement>, kind: string, title: string): void {
  if (event.pointerType === 'mouse' || !event.isPrimary) return;
  const { pointerId, clientX, currentTarget } = event;
  let ghost: HTMLElement | undefined;
  const move = (at: PointerEvent) => {
    if (at.pointerId !== pointerId) return;
    if (!ghost && Math.abs(at.clientX - clientX) < startPx) return;
    if (!ghost) {
      currentTarget.setPointerCapture(pointerId);
      ghost = document.createElement('div');
      ghost.className = 'touch-ghost';
      ghost.textContent = title;
      document.body.append(ghost);
    }
    ghost.style.translate = `${at.clientX}px ${at.clientY}px`;
  };
  const end = (at: PointerEvent) => {
    if (at.pointerId !== pointerId) return;
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', end);
    window.removeEventListener('pointercancel', end);
    ghost?.remove();
    if (!ghost || at.type === 'pointercancel') return;
    const dataTransfer = new DataTransfer();
    dataTransfer.setData(kindDragType, kind);
    const { clientX: x, clientY: y } = at;
    document
      .elementFromPoint(x, y)
      ?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, clientX: x, clientY: y, dataTransfer }));
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', end);
  window.addEventListener('pointercancel', end);
}
