import { useInputShapes } from '../state/analysis-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { type FieldIds, TextInput } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { columnsOf } from './known-columns.ts';
import type { ControlRenderer, FieldControl, ParamField } from './param-fields.ts';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';

/** A record as rows of column and value. */
export function MapField({
  nodeId,
  ids,
  field,
  control,
  value,
  renderControl,
  onChange,
}: {
  nodeId: string;
  ids: FieldIds;
  field: ParamField;
  control: Extract<FieldControl, { control: 'map' }>;
  value: unknown;
  renderControl: ControlRenderer;
  onChange: (value: unknown) => void;
}) {
  const columns = columnsOf(useInputShapes(nodeId, control.port));
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const used = new Set(entries.map(([name]) => name));
  const free = columns.filter(({ name }) => !used.has(name));
  const initial = (name: string) => (control.value.control === 'choice' ? control.value.options[0] : name);
  const set = (next: [string, unknown][]) => onChange(next.length === 0 ? undefined : Object.fromEntries(next));
  return (
    <div className="string-list">
      {entries.map(([name, item], index) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows are their position
        <div key={index} className="string-row map-row">
          {columns.length === 0 ? (
            <TextInput
              className="mono"
              aria-label={t.columnWord}
              value={name}
              onChange={(next) => set(entries.map((entry, at) => (at === index ? [next, item] : entry)))}
            />
          ) : (
            <Select
              aria-label={t.columnWord}
              value={name}
              placeholder={t.chooseAColumn}
              options={[
                ...(columns.some((column) => column.name === name) || name === ''
                  ? []
                  : [{ value: name, label: t.gone(name) }]),
                ...columns.map((column) => ({
                  value: column.name,
                  label: column.name,
                  disabled: column.name !== name && used.has(column.name),
                })),
              ]}
              onChange={(next) => set(entries.map((entry, at) => (at === index ? [next, item] : entry)))}
            />
          )}
          {renderControl({
            field: { ...field, control: control.value, label: t.valueFor(name), optional: false, nullable: false },
            ids: { id: `${ids.id}-${index}`, 'aria-label': t.valueFor(name) },
            value: item,
            onChange: (next) => set(entries.map((entry, at) => (at === index ? [name, next ?? ''] : entry))),
          })}
          <IconButton
            icon="close"
            small
            label={inspectorText.remove(name === '' ? t.item(index + 1) : name)}
            onClick={() => set(entries.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        variant="link"
        {...(entries.length === 0 ? { id: ids.id } : {})}
        disabled={used.has('') || (columns.length > 0 && free.length === 0)}
        onClick={() => set([...entries, [free[0]?.name ?? '', initial(free[0]?.name ?? '')]])}
      >
        {t.add}
      </Button>
    </div>
  );
}
