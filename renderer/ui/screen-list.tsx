import type { KeyboardEvent } from 'react';
import { Icon, type IconName } from './icons/icon.tsx';
import './screen-list.css';

export interface ListEntry {
  id: string;
  name: string;
  /** CSS class of the state, e.g. `live`, `failed`. */
  state: string;
  icon: IconName;
  /** The state in words. */
  word: string;
  note: string;
}

interface ScreenListProps {
  label: string;
  entries: readonly ListEntry[];
  current: string | undefined;
  onChoose: (id: string) => void;
}

function moveFocus(event: KeyboardEvent<HTMLButtonElement>): void {
  const next =
    event.key === 'ArrowDown' ? 'nextElementSibling' : event.key === 'ArrowUp' ? 'previousElementSibling' : undefined;
  if (next === undefined) return;
  event.preventDefault();
  (event.currentTarget[next] as HTMLElement | null)?.focus();
}

/** Things of one sort beside the one that is shown; arrow keys move, Enter chooses. */
export function ScreenList({ label, entries, current, onChoose }: ScreenListProps) {
  return (
    <nav className="screen-list" aria-label={label}>
      {entries.map((entry) => (
        <button
          key={entry.id}
          type="button"
          className="list-entry"
          aria-current={entry.id === current ? 'page' : undefined}
          onClick={() => onChoose(entry.id)}
          onKeyDown={moveFocus}
        >
          <span className="clip entry-name">{entry.name}</span>
          <span className={`entry-state ${entry.state}`}>
            <Icon name={entry.icon} small />
            {entry.word}
          </span>
          <span className="mute small clip">{entry.note}</span>
        </button>
      ))}
    </nav>
  );
}
