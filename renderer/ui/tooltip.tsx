import { cloneElement, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

interface TooltipProps {
  text: string;
  /** One element; it keeps its own handlers. */
  children: ReactElement<{ 'aria-describedby'?: string }>;
}

/** Text beside an element on hover (after 400 ms) or keyboard focus; Escape hides it. */
export function Tooltip({ text, children }: TooltipProps) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [place, setPlace] = useState<{ left: number; top: number; above: boolean }>();

  useEffect(() => () => clearTimeout(timer.current), []);

  function show() {
    const box = anchor.current?.firstElementChild?.getBoundingClientRect();
    if (!box) return;
    const above = box.bottom + 48 > window.innerHeight;
    setPlace({
      left: Math.max(8, Math.min(window.innerWidth - 8, box.left + box.width / 2)),
      top: above ? box.top - 6 : box.bottom + 6,
      above,
    });
  }
  function hide() {
    clearTimeout(timer.current);
    setPlace(undefined);
  }

  if (text === '') return children;
  return (
    // The wrapper only listens; the element inside is the interactive one.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <span
      ref={anchor}
      style={{ display: 'contents' }}
      onPointerEnter={() => {
        clearTimeout(timer.current);
        timer.current = setTimeout(show, 400);
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) show();
      }}
      onBlur={hide}
      onKeyDown={(event) => {
        if (event.key === 'Escape') hide();
      }}
    >
      {cloneElement(children, place ? { 'aria-describedby': id } : {})}
      {place &&
        createPortal(
          <div
            id={id}
            role="tooltip"
            className="tooltip"
            style={{
              left: place.left,
              top: place.top,
              transform: `translate(${place.left < 120 ? '-12px' : place.left > window.innerWidth - 120 ? '-95%' : '-50%'}, ${place.above ? '-100%' : '0'})`,
            }}
          >
            {text}
          </div>,
          document.body,
        )}
    </span>
  );
}
