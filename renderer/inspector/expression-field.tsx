import { engineText } from '../translation/engine-text.ts';
import { useRef, useState } from 'react';
import { useInputShapes } from '../state/analysis-store.ts';
import type { FieldIds } from '../ui/field.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { columnsOf, formulaNamesOf } from './known-columns.ts';
import { FormulaPreview, QueryPreview } from './query-preview.tsx';
import { completeFormula } from './formula-completion.ts';
import { readFormula } from './formula-note.ts';
import { completeSql, quoteName } from './sql-completion.ts';
import { SqlField } from './sql-field.tsx';
import { t } from './form-text.ts';

/** Columns offered as chips; the rest is typed. */
const offered = 40;

/**
 * One SQL expression, or one formula of features and answers, with the columns it may use to put in by a click. Both show
 * their first rows, each computed by what runs it; a formula also its type, or what is wrong with it, as it is typed.
 */
export function ExpressionField({
  nodeId,
  port,
  language,
  ids,
  value,
  onChange,
}: {
  nodeId: string;
  port: string;
  language: 'sql' | 'formula';
  ids: FieldIds;
  value: string;
  onChange: (value: string) => void;
}) {
  const field = useRef<HTMLDivElement>(null);
  // Of many formulas only those looked at are computed.
  const [isUsed, setUsed] = useState(false);
  const shapes = useInputShapes(nodeId, port);
  const columns = language === 'formula' ? formulaNamesOf(shapes) : columnsOf(shapes);
  const query = value.trim() === '' ? '' : `SELECT (${value}) AS value, * FROM ${quoteName(port)}`;
  const read = language === 'formula' && columns.length > 0 ? readFormula(value, columns) : undefined;
  return (
    <div className="expression-field" ref={field} onFocus={() => setUsed(true)}>
      <SqlField
        ids={ids}
        rows={2}
        value={value}
        complete={(text, caret, asked) =>
          language === 'formula'
            ? completeFormula(text, caret, columns, asked)
            : completeSql(text, caret, [{ name: port, columns }], asked)
        }
        onChange={onChange}
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
                const at = field.current?.querySelector('textarea');
                if (!at) return;
                at.setRangeText(quoteName(column.name), at.selectionStart, at.selectionEnd, 'end');
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
      {language === 'sql' && <QueryPreview nodeId={nodeId} ports={[port]} query={query} />}
      {read !== undefined && (
        <p className={'type' in read ? 'field-note' : 'field-error'} role="status">
          {'type' in read
            ? t.formulaGives(read.type)
            : t.formulaProblem(read.problem.at + 1, engineText(read.problem.message))}
        </p>
      )}
      {/* What a model answers has no rows of its own to show. */}
      {isUsed && read !== undefined && 'type' in read && !shapes.some(({ type }) => type === 'model') && (
        <FormulaPreview nodeId={nodeId} port={port} formula={value} />
      )}
    </div>
  );
}
