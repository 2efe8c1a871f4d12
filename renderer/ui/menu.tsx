import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Icon, type IconName } from './icons/icon.tsx';

export type MenuEntry =
  | 'separator'
  | {
      label: string;
      onSelect: () => void;
      icon?: IconName;
      shortcut?: string;
      danger?: boolean;
      disabled?: boolean;
    };

interface MenuProps {
  label: string;
  /** Where it opens, in client pixels; kept inside the window. */
  at: { x: number; y: number };
  entries: readonly MenuEntry[];
  onClose: () => void;
}

/** A menu at a point. Arrow keys move, Escape or a press outside closes, focus returns to where it was. */
export function Menu({ label, at, entries, onClose }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(at);

  useLayoutEffect(() => {
    const box = list.current?.getBoundingClientRect();
    if (!box) return;
    setPlace({
      x: Math.max(4, Math.min(at.x, window.innerWidth - box.width - 4)),
      y: Math.max(4, Math.min(at.y, window.innerHeight - box.height - 4)),
    });
  }, [at.x, at.y]);

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    const first = list.current?.querySelector<HTMLElement>('[role="menuitem"]:not(:disabled)');
    (first ?? list.current)?.focus();
    return () => before?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    const onDown = (event: PointerEvent) => {
      if (!list.current?.contains(event.target as Node)) onClose();
    };
    window.addEventListener('pointerdown', onDown, true);
    window.addEventListener('blur', onClose);
    return () => {
      window.removeEventListener('pointerdown', onDown, true);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);

  return createPortal(
    <div
      ref={list}
      role="menu"
      tabIndex={-1}
      aria-label={label}
      className="menu"
      style={{ left: place.x, top: place.y }}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.preventDefault();
          onClose();
          return;
        }
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
        event.preventDefault();
        const items = [...(list.current?.querySelectorAll<HTMLElement>('[role="menuitem"]:not(:disabled)') ?? [])];
        const index = items.indexOf(document.activeElement as HTMLElement);
        items[(index + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
      }}
    >
      {entries.map((entry, index) =>
        entry === 'separator' ? (
          // oxlint-disable-next-line react/no-array-index-key -- separators have no identity of their own
          <hr key={`separator-${index}`} />
        ) : (
          <button
            key={entry.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            disabled={entry.disabled}
            className={entry.danger ? 'danger' : undefined}
            onClick={() => {
              onClose();
              entry.onSelect();
            }}
          >
            {entry.icon && <Icon name={entry.icon} small />}
            {entry.label}
            {entry.shortcut && <span className="kbd">{entry.shortcut}</span>}
          </button>
        ),
      )}
    </div>,
    document.body,
  );
}
