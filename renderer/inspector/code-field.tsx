import type { KeyboardEvent } from 'react';
import type { FieldIds } from '../ui/field.tsx';

interface CodeFieldProps {
  ids: FieldIds;
  value: string;
  rows: number;
  onChange: (value: string) => void;
  /** More attributes for assistive technology. */
  aria?: React.AriaAttributes;
}

/** Puts text at the selection as if typed, so that the field's own undo keeps working. */
function insert(field: HTMLTextAreaElement, text: string): void {
  field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Monospaced text. Tab indents by two spaces, Shift Tab takes them back, Escape then Tab leaves the field. */
export function CodeField({ ids, value, rows, onChange, aria }: CodeFieldProps) {
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const field = event.currentTarget;
    if (event.key === 'Escape') {
      field.dataset.leave = 'yes';
      event.stopPropagation();
      return;
    }
    if (event.key !== 'Tab') {
      delete field.dataset.leave;
      return;
    }
    if (field.dataset.leave) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = field;
    const lineStart = field.value.lastIndexOf('\n', selectionStart - 1) + 1;
    if (selectionStart === selectionEnd && !event.shiftKey) {
      insert(field, '  ');
      onChange(field.value);
      return;
    }
    const block = field.value.slice(lineStart, selectionEnd);
    const moved = event.shiftKey ? block.replace(/^ {1,2}/gm, '') : block.replace(/^/gm, '  ');
    field.setRangeText(moved, lineStart, selectionEnd, 'select');
    if (selectionStart === selectionEnd) {
      const at = Math.max(lineStart, selectionStart + moved.length - block.length);
      field.setSelectionRange(at, at);
    }
    onChange(field.value);
  }
  return (
    <textarea
      {...ids}
      {...aria}
      className="textarea"
      rows={rows}
      spellCheck={false}
      wrap="off"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
