/** How long a finger or pen rests until the context menu opens, ms. */
const longPressMs = 500;
/** A finger that rests moves no farther, px. */
const restPx = 10;

/**
 * A finger or pen that rests opens the context menu of what it rests on, where the browser has no such gesture of its
 * own; the press that opened it does nothing else.
 */
export function startTouchInput(): void {
  let timer: number | undefined;
  let from: { x: number; y: number; target: Element } | undefined;
  /** A menu was opened by this press: what the browser makes of the rest of it is dropped. */
  let opened = false;
  const forget = () => {
    window.clearTimeout(timer);
    timer = undefined;
    from = undefined;
  };
  window.addEventListener(
    'pointerdown',
    (event) => {
      forget();
      opened = false;
      if (event.pointerType === 'mouse' || !event.isPrimary || !(event.target instanceof Element)) return;
      if (event.target.closest('input, textarea, select')) return;
      from = { x: event.clientX, y: event.clientY, target: event.target };
      timer = window.setTimeout(() => {
        if (!from) return;
        const { x, y, target } = from;
        const press = new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: x, clientY: y });
        // Nobody takes it where there is no menu: the press goes on as a tap.
        opened = !target.dispatchEvent(press);
        forget();
      }, longPressMs);
    },
    true,
  );
  window.addEventListener(
    'pointermove',
    (event) => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > restPx) forget();
    },
    true,
  );
  // A second finger is a pinch.
  window.addEventListener('touchstart', (event) => event.touches.length > 1 && forget(), {
    capture: true,
    passive: true,
  });
  for (const name of ['pointerup', 'pointercancel', 'scroll'] as const) window.addEventListener(name, forget, true);
  window.addEventListener(
    'contextmenu',
    (event) => {
      if (!event.isTrusted) return;
      forget();
      if (!opened) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  window.addEventListener(
    'touchend',
    (event) => {
      if (opened && event.cancelable) event.preventDefault();
    },
    { capture: true, passive: false },
  );
}
