import { useId, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { CodeField } from './code-field.tsx';
import type { FieldIds } from '../ui/field.tsx';
import type { Completions } from './sql-completion.ts';
import { t } from './form-text.ts';

interface SqlFieldProps {
  ids: FieldIds;
  value: string;
  rows: number;
  /** What may be written at the caret; `asked` for, or while typing. */
  complete: (text: string, caret: number, asked: boolean) => Completions | undefined;
  onChange: (value: string) => void;
}

/** Where the caret of a monospaced, unwrapped text field is, in client px: below its line. */
function caretPlace(field: HTMLTextAreaElement, at: number): { left: number; top: number } {
  const style = getComputedStyle(field);
  const pen = document.createElement('canvas').getContext('2d');
  if (pen) pen.font = `${style.fontSize} ${style.fontFamily}`;
  const lines = field.value.slice(0, at).split('\n');
  const width = pen?.measureText(lines.at(-1) ?? '').width ?? 0;
  const lineHeight = Number.parseFloat(style.lineHeight) || 16;
  const box = field.getBoundingClientRect();
  return {
    left: box.left + Number.parseFloat(style.paddingLeft) + width - field.scrollLeft,
    top: box.top + Number.parseFloat(style.paddingTop) + lines.length * lineHeight - field.scrollTop,
  };
}

/** A query with names offered while typing: Ctrl Space asks for them, Enter or Tab takes one, Escape closes. */
export function SqlField({ ids, value, rows, complete, onChange }: SqlFieldProps) {
  const listId = useId();
  const wrap = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<(Completions & { left: number; top: number; caret: number }) | undefined>();
  const [index, setIndex] = useState(0);
  const field = () => wrap.current?.querySelector('textarea') ?? undefined;

  useLayoutEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  }, [index]);

  function offer(text: string, asked: boolean) {
    const area = field();
    const caret = area?.selectionStart ?? text.length;
    const found = area && area.selectionStart === area.selectionEnd ? complete(text, caret, asked) : undefined;
    setIndex(0);
    setShown(found && area ? { ...found, ...caretPlace(area, found.from), caret } : undefined);
  }
  function take(at: number) {
    const area = field();
    const option = shown?.options[at];
    if (!area || !shown || !option) return;
    area.focus();
    area.setRangeText(option.text, shown.from, shown.caret, 'end');
    setShown(undefined);
    onChange(area.value);
  }
  return (
    <div
      ref={wrap}
      className="sql-field"
      onBlur={(event) => {
        if (!list.current?.contains(event.relatedTarget)) setShown(undefined);
      }}
      onKeyDownCapture={(event) => {
        if (event.key === ' ' && event.ctrlKey) {
          event.preventDefault();
          offer(value, true);
          return;
        }
        if (!shown) return;
        const last = shown.options.length - 1;
        if (event.key === 'ArrowDown') setIndex(index === last ? 0 : index + 1);
        else if (event.key === 'ArrowUp') setIndex(index === 0 ? last : index - 1);
        else if (event.key === 'Enter' || event.key === 'Tab') take(index);
        else if (event.key === 'Escape') setShown(undefined);
        else {
          if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) setShown(undefined);
          return;
        }
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <CodeField
        ids={ids}
        rows={rows}
        value={value}
        aria={{
          'aria-autocomplete': 'list',
          ...(shown ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${index}` } : {}),
        }}
        onChange={(next) => {
          onChange(next);
          offer(next, false);
        }}
      />
      {shown &&
        createPortal(
          <div
            ref={list}
            id={listId}
            role="listbox"
            tabIndex={-1}
            aria-label={t.completions}
            className="menu completions"
            style={{
              left: Math.min(shown.left, window.innerWidth - 248),
              top: shown.top + 200 > window.innerHeight ? undefined : shown.top + 2,
              bottom: shown.top + 200 > window.innerHeight ? window.innerHeight - shown.top + 18 : undefined,
            }}
          >
            {shown.options.map((option, at) => (
              <div
                key={option.text}
                id={`${listId}-${at}`}
                role="option"
                tabIndex={-1}
                aria-selected={at === index}
                className="completion"
                onPointerDown={(event) => {
                  event.preventDefault();
                  take(at);
                }}
              >
                <span className="mono clip">{option.text}</span>
                <span className="small mute">{option.detail || t.completionKinds[option.kind]}</span>
              </div>
            ))}
          </div>,
          document.body,
        )}
    </div>
  );
}
