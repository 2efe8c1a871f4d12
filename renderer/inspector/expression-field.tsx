import { useRef } from 'react';
import { useInputShapes } from '../state/analysis-store.ts';
import type { FieldIds } from '../ui/field.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { columnsOf } from './known-columns.ts';
import { t } from './text.ts';

/** Columns offered as chips; the rest is typed. */
const offered = 40;

function sqlName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** One SQL expression, with the columns it may use to put in by a click. */
export function ExpressionField({
  nodeId,
  port,
  ids,
  value,
  onChange,
}: {
  nodeId: string;
  port: string;
  ids: FieldIds;
  value: string;
  onChange: (value: string) => void;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const columns = columnsOf(useInputShapes(nodeId, port));
  return (
    <div className="expression-field">
      <textarea
        {...ids}
        ref={field}
        className="textarea"
        rows={2}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {columns.length > 0 && (
        <div className="chips expression-columns" role="group" aria-label={t.columnsOfPort(port)}>
          {columns.slice(0, offered).map((column) => (
            <button
              key={column.name}
              type="button"
              className="chip"
              title={t.putIn(column.name)}
              aria-label={t.putIn(column.name)}
              onClick={() => {
                const at = field.current;
                if (!at) return;
                at.setRangeText(sqlName(column.name), at.selectionStart, at.selectionEnd, 'end');
                onChange(at.value);
                at.focus();
              }}
            >
              <TypeGlyph type={column.type} />
              <span className="clip">{column.name}</span>
            </button>
          ))}
          {columns.length > offered && <span className="small mute">{t.moreColumns(columns.length - offered)}</span>}
        </div>
      )}
    </div>
  );
}
