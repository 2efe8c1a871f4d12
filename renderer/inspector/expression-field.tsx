import { useRef } from 'react';
import { useInputShapes } from '../state/analysis-store.ts';
import type { FieldIds } from '../ui/field.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { columnsOf, formulaNamesOf } from './known-columns.ts';
import { QueryPreview } from './query-preview.tsx';
import { completeFormula } from './formula-completion.ts';
import { readFormula } from './formula-note.ts';
import { quoteName } from './sql-completion.ts';
import { SqlField } from './sql-field.tsx';
import { t } from './text.ts';

/** Columns offered as chips; the rest is typed. */
const offered = 40;

/**
 * One SQL expression, or one formula of features and answers, with the columns it may use to put in by a click. SQL shows its
 * first rows; a formula, whose numbers are not those of SQL, what it gives or what is wrong with it.
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
  const shapes = useInputShapes(nodeId, port);
  const columns = language === 'formula' ? formulaNamesOf(shapes) : columnsOf(shapes);
  const query = value.trim() === '' ? '' : `SELECT (${value}) AS value, * FROM ${quoteName(port)}`;
  return (
    <div className="expression-field" ref={field}>
      <SqlField
        ids={ids}
        rows={2}
        value={value}
        tables={[{ name: port, columns }]}
        {...(language === 'formula'
          ? { complete: (text, caret, asked) => completeFormula(text, caret, columns, asked) }
          : {})}
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
      {language === 'formula' && columns.length > 0 && <FormulaNote formula={value} columns={columns} />}
    </div>
  );
}

function FormulaNote({ formula, columns }: { formula: string; columns: readonly { name: string; type: string }[] }) {
  const read = readFormula(formula, columns);
  if (read === undefined) return null;
  return (
    <p className={'type' in read ? 'field-note' : 'field-error'} role="status">
      {'type' in read ? t.formulaGives(read.type) : t.formulaProblem(read.problem.at + 1, read.problem.message)}
    </p>
  );
}
