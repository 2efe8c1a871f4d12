import { useState } from 'react';
import type { Column } from '../../shared/table/schema.ts';
import { useInputShapes } from '../state/analysis-store.ts';
import { Button } from '../ui/button.tsx';
import { joinOr } from '../ui/format.ts';
import { TextInput, type FieldIds } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { columnsOf } from './known-columns.ts';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';

const glyphWords: Record<string, string> = {
  string: 'abc',
  int64: '123',
  float64: '1.2',
  bool: '0/1',
  timestamp: 'date',
  tensor: '[ ]',
  other: '?',
};

function fits(column: Column, types: readonly string[] | undefined): boolean {
  return types === undefined || types.includes(column.type);
}

function why(types: readonly string[] | undefined): string {
  return types === undefined ? '' : t.takes(joinOr(types));
}

interface PickerProps {
  nodeId: string;
  port: string;
  types: readonly string[] | undefined;
  ids: FieldIds;
}

/** One column; known from inferred schemas before anything has run. */
export function ColumnPicker({
  nodeId,
  port,
  types,
  ids,
  value,
  optional,
  onChange,
}: PickerProps & { value: string | undefined; optional: boolean; onChange: (value: string | undefined) => void }) {
  const columns = columnsOf(useInputShapes(nodeId, port));
  if (columns.length === 0) {
    return (
      <>
        <TextInput {...ids} value={value ?? ''} onChange={(text) => onChange(text === '' ? undefined : text)} />
        <div className="field-note">{t.connectToChoose(port)}</div>
      </>
    );
  }
  const missing = value !== undefined && value !== '' && !columns.some((column) => column.name === value);
  return (
    <Select
      {...ids}
      value={value === '' ? undefined : value}
      placeholder={t.chooseAColumn}
      onChange={(next) => onChange(next === '\u0000' ? undefined : next)}
      options={[
        ...(optional && value ? [{ value: '\u0000', label: t.none }] : []),
        ...(missing ? [{ value: value ?? '', label: t.gone(value) }] : []),
        ...columns.map((column) => ({
          value: column.name,
          label: `${glyphWords[column.type] ?? '?'}  ${column.name}${fits(column, types) ? '' : `, ${why(types)}`}`,
          disabled: !fits(column, types),
        })),
      ]}
    />
  );
}

/** Several columns: what is chosen as chips, and a searchable list to choose from. */
export function ColumnsPicker({
  nodeId,
  port,
  types,
  ids,
  value,
  onChange,
}: PickerProps & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const columns = columnsOf(useInputShapes(nodeId, port));
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const chosen = new Set(value);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const shown = columns.filter((column) => column.name.toLowerCase().includes(text.toLowerCase()));
  const choosable = shown.filter((column) => fits(column, types));

  return (
    <div className="columns-picker">
      <div className="columns-head small mute">
        <span className="num">
          {value.length === 0 ? t.noneChosen : columns.length > 0 ? t.of(value.length, columns.length) : value.length}
        </span>
        <Button id={ids.id} variant="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t.done : t.choose}
        </Button>
      </div>
      {value.length > 0 && (
        <div className="chips">
          {value.map((name) => (
            <button
              key={name}
              type="button"
              className="chip"
              title={byName.has(name) ? inspectorText.remove(name) : t.notAmongColumns(name, port)}
              aria-label={inspectorText.remove(name)}
              onClick={() => onChange(value.filter((other) => other !== name))}
            >
              {byName.has(name) ? (
                <TypeGlyph type={byName.get(name)?.type ?? 'other'} />
              ) : (
                <span className="gone">{t.goneWord}</span>
              )}
              <span className="clip">{name}</span>
            </button>
          ))}
        </div>
      )}
      {open && (
        <div className="columns-list">
          {columns.length === 0 ? (
            <p className="field-note">{t.connectForColumns(port)}</p>
          ) : (
            <>
              <div className="columns-search">
                <TextInput value={text} onChange={setText} placeholder={t.findAColumn} aria-label={t.findAColumn} />
                <Button
                  variant="link"
                  onClick={() => {
                    const all = choosable.every((column) => chosen.has(column.name));
                    const names = new Set(choosable.map((column) => column.name));
                    onChange(
                      all
                        ? value.filter((name) => !names.has(name))
                        : [...value, ...[...names].filter((name) => !chosen.has(name))],
                    );
                  }}
                >
                  {choosable.length > 0 && choosable.every((column) => chosen.has(column.name)) ? t.none : t.all}
                </Button>
              </div>
              <ul>
                {shown.map((column) => {
                  const ok = fits(column, types);
                  return (
                    <li key={column.name}>
                      <label className={ok ? 'column-row' : 'column-row off'} title={ok ? column.sqlType : why(types)}>
                        <input
                          type="checkbox"
                          className="check"
                          disabled={!ok}
                          checked={chosen.has(column.name)}
                          onChange={() =>
                            onChange(
                              chosen.has(column.name)
                                ? value.filter((name) => name !== column.name)
                                : [...value, column.name],
                            )
                          }
                        />
                        <TypeGlyph type={column.type} />
                        <span className="mono clip">{column.name}</span>
                        {!ok && <span className="small mute">{t.notThisType}</span>}
                      </label>
                    </li>
                  );
                })}
              </ul>
            </>
          )}
        </div>
      )}
    </div>
  );
}
