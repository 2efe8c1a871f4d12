import { useState } from 'react';
import { NumberField } from '../ui/number-field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';
import { type FieldIds, TextInput } from '../ui/field.tsx';
import { CodeField } from './code-field.tsx';
import { ColumnPicker, ColumnsPicker } from './column-picker.tsx';
import type { ParamField } from './param-fields.ts';
import { optionText } from '../translation/kind-text.ts';
import { ExpressionField } from './expression-field.tsx';
import { MapField } from './map-field.tsx';
import { QueryEditor } from './query-editor.tsx';
import { PathField } from './path-field.tsx';
import { RecordsField } from './records-field.tsx';
import { scalarOf, scalarText } from './scalar.ts';
import { StringListField } from './string-list-field.tsx';
import { t } from './form-text.ts';

interface ControlProps {
  nodeId: string;
  field: ParamField;
  ids: FieldIds;
  /** The value in effect: set, or the default. */
  value: unknown;
  onChange: (value: unknown) => void;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function secretName(value: unknown): string {
  return typeof value === 'object' && value !== null && 'secret' in value ? String(value.secret) : '';
}

function JsonField({ ids, value, onChange }: Pick<ControlProps, 'ids' | 'value' | 'onChange'>) {
  const written = value === undefined ? '' : JSON.stringify(value);
  // What is typed stays as it is typed, until the value becomes another one.
  const [draft, setDraft] = useState<{ text: string; of: string; bad: boolean }>();
  const shown = draft?.of === written ? draft : undefined;
  return (
    <>
      <TextInput
        {...ids}
        className="mono"
        value={shown?.text ?? written}
        onChange={(text) => {
          try {
            const next: unknown = text.trim() === '' ? undefined : JSON.parse(text);
            onChange(next);
            setDraft({ text, of: next === undefined ? '' : JSON.stringify(next), bad: false });
          } catch {
            setDraft({ text, of: written, bad: true });
          }
        }}
      />
      {shown?.bad && <div className="field-error">{t.notValidJson}</div>}
    </>
  );
}

/** Whole dates stay dates; a time of day is kept when one is given. */
function DateTimeField({ ids, value, onChange }: Pick<ControlProps, 'ids' | 'value' | 'onChange'>) {
  const text = typeof value === 'string' ? value : '';
  return (
    <TextInput
      {...ids}
      className="mono"
      placeholder={t.dateExample}
      value={text}
      onChange={(next) => onChange(next === '' ? undefined : next)}
    />
  );
}

/** A slider helps only in a range a person can aim at. */
const widestSlider = 1000;

/** The control a parameter's schema and hints ask for. */
export function ParamControl({ nodeId, field, ids, value, onChange }: ControlProps) {
  const { control } = field;
  switch (control.control) {
    case 'switch':
      return <Switch {...ids} checked={value === true} onChange={onChange} />;
    case 'number':
      return (
        <NumberField
          {...ids}
          value={typeof value === 'number' ? value : undefined}
          min={control.min}
          max={control.max}
          step={
            control.integer
              ? 1
              : control.min !== undefined && control.max !== undefined
                ? (control.max - control.min) / 100
                : undefined
          }
          slider={control.min !== undefined && control.max !== undefined && control.max - control.min <= widestSlider}
          unit={field.unit}
          placeholder={field.nullable ? t.noneWord : undefined}
          onChange={(next) => onChange(next === undefined ? (field.nullable ? null : undefined) : next)}
        />
      );
    case 'choice': {
      const options = control.options.map((option) => ({ value: option, label: optionText(option) }));
      const short = options.length <= 4 && options.reduce((sum, option) => sum + option.label.length + 2, 0) <= 22;
      const chosen = typeof value === 'string' ? value : undefined;
      return short ? (
        <Segmented wide label={field.label} value={chosen} options={options} onChange={onChange} />
      ) : (
        <Select {...ids} value={chosen} options={options} onChange={onChange} />
      );
    }
    case 'strings':
      return (
        <StringListField
          ids={ids}
          value={strings(value)}
          onChange={(next) => onChange(control.scalars ? next.map(scalarOf) : next)}
        />
      );
    case 'scalar':
      return (
        <TextInput
          {...ids}
          value={scalarText(value)}
          onChange={(next) => onChange(next === '' ? undefined : scalarOf(next))}
        />
      );
    case 'secret':
      return (
        <TextInput
          {...ids}
          className="mono"
          placeholder={t.secretName}
          value={secretName(value)}
          onChange={(next) => {
            const name = next.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
            onChange(name === '' ? (field.nullable ? null : undefined) : { secret: name });
          }}
        />
      );
    case 'records':
      return (
        <RecordsField
          ids={ids}
          shapes={control.shapes}
          value={value}
          renderControl={(props) => <ParamControl nodeId={nodeId} {...props} />}
          onChange={onChange}
        />
      );
    case 'map':
      return (
        <MapField
          nodeId={nodeId}
          ids={ids}
          field={field}
          control={control}
          value={value}
          renderControl={(props) => <ParamControl nodeId={nodeId} {...props} />}
          onChange={onChange}
        />
      );
    case 'expression':
      return (
        <ExpressionField
          nodeId={nodeId}
          port={control.port}
          language={control.language ?? 'sql'}
          ids={ids}
          value={typeof value === 'string' ? value : ''}
          onChange={onChange}
        />
      );
    case 'column':
      return (
        <ColumnPicker
          nodeId={nodeId}
          port={control.port}
          types={control.types}
          ids={ids}
          optional={field.optional}
          value={typeof value === 'string' ? value : undefined}
          onChange={(next) => onChange(next === undefined && field.nullable ? null : next)}
        />
      );
    case 'columns':
      return (
        <ColumnsPicker
          nodeId={nodeId}
          port={control.port}
          types={control.types}
          ids={ids}
          value={strings(value)}
          onChange={onChange}
        />
      );
    case 'sql':
      return (
        <QueryEditor
          nodeId={nodeId}
          overCatalog={control.over === 'catalog'}
          ids={ids}
          value={typeof value === 'string' ? value : ''}
          onChange={onChange}
        />
      );
    case 'multiline':
      return <CodeField ids={ids} rows={6} value={typeof value === 'string' ? value : ''} onChange={onChange} />;
    case 'path':
      return (
        <PathField
          ids={ids}
          value={typeof value === 'string' ? value : ''}
          extensions={control.extensions}
          onChange={(next) => onChange(next)}
        />
      );
    case 'datetime':
      return (
        <DateTimeField
          ids={ids}
          value={value}
          onChange={(next) => onChange(next === undefined && field.nullable ? null : next)}
        />
      );
    case 'text':
      return (
        <TextInput
          {...ids}
          value={typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)}
          placeholder={field.nullable ? t.noneWord : undefined}
          onChange={(next) =>
            onChange(next === '' && field.nullable ? null : next === '' && field.optional ? undefined : next)
          }
        />
      );
    case 'json':
      return <JsonField ids={ids} value={value} onChange={onChange} />;
  }
}
