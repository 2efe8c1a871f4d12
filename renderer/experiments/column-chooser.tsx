import { t } from './text.ts';
import type { ColumnId } from './training-columns.ts';

interface ColumnChooserProps {
  keys: { params: readonly string[]; metrics: readonly string[] };
  columns: readonly ColumnId[];
  onChange: (columns: ColumnId[]) => void;
}

/** Which params and metrics the table shows, in the order they were chosen. */
export function ColumnChooser({ keys, columns, onChange }: ColumnChooserProps) {
  const entry = (column: ColumnId, name: string) => (
    <label key={column} className="column-choice">
      <input
        type="checkbox"
        checked={columns.includes(column)}
        onChange={(event) =>
          onChange(event.target.checked ? [...columns, column] : columns.filter((other) => other !== column))
        }
      />
      <span className="mono">{name}</span>
    </label>
  );
  return (
    <details className="column-chooser">
      <summary>{t.columns}</summary>
      <div className="column-lists">
        <fieldset>
          <legend>{t.metrics}</legend>
          {keys.metrics.map((name) => entry(`metrics.${name}`, name))}
        </fieldset>
        <fieldset>
          <legend>{t.params}</legend>
          {keys.params.map((name) => entry(`params.${name}`, name))}
        </fieldset>
      </div>
    </details>
  );
}
