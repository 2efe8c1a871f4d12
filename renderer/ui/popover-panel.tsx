import { type ReactNode, useEffect, useRef, useState } from 'react';
import { classNames } from './class-names.ts';

interface PopoverPanelProps {
  label: string;
  className?: string;
  /** The first thing in it takes the focus, else the panel. */
  focusFirst?: boolean;
  /** What it shows is being looked for again. */
  busy?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** Panel over the status bar: takes the focus and gives it back; Escape and a press elsewhere close it. */
export function PopoverPanel({
  label,
  className,
  focusFirst = false,
  busy = false,
  onClose,
  children,
}: PopoverPanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  const [before] = useState(() => document.activeElement);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const first = focusFirst ? panel.current?.querySelector('button') : undefined;
    (first ?? panel.current)?.focus();
    const onDown = (event: PointerEvent) => {
      const target = event.target as HTMLElement;
      if (!panel.current?.contains(target) && !target.closest('.status-bar')) close.current();
    };
    window.addEventListener('pointerdown', onDown, true);
    return () => {
      window.removeEventListener('pointerdown', onDown, true);
      // What was chosen here may have taken the focus already.
      const isFree = document.activeElement === null || document.activeElement === document.body;
      if (isFree && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [before, focusFirst]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={panel}
      className={classNames('popover-panel', className)}
      role="dialog"
      tabIndex={-1}
      aria-label={label}
      aria-busy={busy}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      {children}
    </div>
  );
}
