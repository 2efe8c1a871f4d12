import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { StageFlag } from '../ui/stage-flag.tsx';
import { searchKinds } from './kind-search.ts';
import { kindSummary } from '../translation/kind-text.ts';
import { t } from './text.ts';
import { kindTitle } from '../translation/kind-titles.ts';

interface KindPickerProps {
  /** Client pixels. */
  at: { x: number; y: number };
  kinds: readonly NodeDefinition[];
  onPick: (kind: string) => void;
  onClose: () => void;
}

/** A searchable list of kinds at a point of the canvas. */
export function KindPicker({ at, kinds, onPick, onClose }: KindPickerProps) {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [place, setPlace] = useState(at);
  const hits = useMemo(() => searchKinds(text, kinds), [text, kinds]);

  useLayoutEffect(() => {
    const size = box.current?.getBoundingClientRect();
    if (!size) return;
    setPlace({
      x: Math.max(4, Math.min(at.x, window.innerWidth - size.width - 4)),
      y: Math.max(4, Math.min(at.y, window.innerHeight - size.height - 4)),
    });
  }, [at.x, at.y]);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const onDown = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as globalThis.Node)) onClose();
    };
    window.addEventListener('pointerdown', onDown, true);
    return () => window.removeEventListener('pointerdown', onDown, true);
  }, [onClose]);

  return createPortal(
    <div
      ref={box}
      className="menu kind-picker"
      style={{ left: place.x, top: place.y }}
      role="dialog"
      aria-label={t.addANode}
    >
      <input
        ref={input}
        className="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="kind-picker-list"
        aria-activedescendant={hits[index] ? `kind-picker-${hits[index].kind}` : undefined}
        placeholder={t.findANode}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIndex(0);
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          const hit = hits[index];
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter' && hit) onPick(hit.kind);
          else if (event.key === 'ArrowDown') setIndex((n) => Math.min(hits.length - 1, n + 1));
          else if (event.key === 'ArrowUp') setIndex((n) => Math.max(0, n - 1));
          else return;
          event.preventDefault();
        }}
      />
      <div role="listbox" id="kind-picker-list" aria-label={t.kinds} tabIndex={-1}>
        {hits.map((definition, at) => (
          <div
            key={definition.kind}
            id={`kind-picker-${definition.kind}`}
            role="option"
            aria-selected={at === index}
            tabIndex={-1}
            className="kind-option"
            title={kindSummary(definition)}
            onPointerEnter={() => setIndex(at)}
            onClick={() => onPick(definition.kind)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onPick(definition.kind);
            }}
          >
            <StageFlag stage={definition.stage} size={12} label={false} />
            <span className="clip">{kindTitle(definition)}</span>
          </div>
        ))}
        {hits.length === 0 && <p className="mute kind-none">{t.noNodeFitsHere}</p>}
      </div>
    </div>,
    document.body,
  );
}
