import { useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, type FieldIds } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import type { ControlRenderer, ParamField, RecordShape } from './param-fields.ts';
import { labelOf, optionText } from '../translation/kind-text.ts';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';

type Item = Record<string, unknown>;

const blockControls = new Set(['expression', 'columns', 'strings', 'records', 'sql', 'multiline', 'map']);

/** A list of objects, one card each, in an order that can be changed. */
export function RecordsField({
  ids,
  shapes,
  value,
  renderControl,
  onChange,
}: {
  ids: FieldIds;
  renderControl: ControlRenderer;
  shapes: readonly RecordShape[];
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const items = Array.isArray(value) ? (value as Item[]) : [];
  const replace = (index: number, item: Item) => onChange(items.map((other, at) => (at === index ? item : other)));
  const move = (index: number, by: number) => {
    const next = [...items];
    const [item] = next.splice(index, 1);
    if (item) next.splice(index + by, 0, item);
    onChange(next);
  };
  const [first] = shapes;
  return (
    <div className="records">
      {items.map((item, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- cards are their position
        <div key={index} className="record" role="group" aria-label={t.item(index + 1)}>
          <div className="record-head">
            <span className="small mute num">{index + 1}</span>
            {first?.tag && (
              <Select
                aria-label={labelOf(first.tag.name)}
                value={String(item[first.tag.name] ?? '')}
                options={shapes.flatMap(({ tag }) => (tag ? [{ value: tag.value, label: optionText(tag.value) }] : []))}
                onChange={(chosen) => replace(index, reshaped(item, chosen, shapes))}
              />
            )}
            <span className="record-tools">
              <IconButton icon="up" small label={t.moveUp} disabled={index === 0} onClick={() => move(index, -1)} />
              <IconButton
                icon="down"
                small
                label={t.moveDown}
                disabled={index === items.length - 1}
                onClick={() => move(index, 1)}
              />
              <IconButton
                icon="close"
                small
                label={inspectorText.remove(t.item(index + 1))}
                onClick={() => onChange(items.filter((_, at) => at !== index))}
              />
            </span>
          </div>
          <RecordFields
            renderControl={renderControl}
            item={item}
            fields={shapeFor(item, shapes)?.fields ?? []}
            onChange={(next) => replace(index, next)}
          />
        </div>
      ))}
      <Button
        variant="link"
        {...(items.length === 0 ? { id: ids.id } : {})}
        onClick={() => onChange([...items, first?.tag ? { [first.tag.name]: first.tag.value } : {}])}
      >
        {t.add}
      </Button>
    </div>
  );
}

function RecordFields({
  item,
  fields,
  renderControl,
  onChange,
}: {
  item: Item;
  renderControl: ControlRenderer;
  fields: readonly ParamField[];
  onChange: (item: Item) => void;
}) {
  const hidden = fields.filter((field) => field.advanced);
  const [all, setAll] = useState(() => hidden.some(({ name }) => Object.hasOwn(item, name)));
  return (
    <>
      {fields
        .filter((field) => all || !field.advanced)
        .map((field) => (
          <Field
            key={field.name}
            row={!blockControls.has(field.control.control)}
            label={
              <span className="param-label" title={field.description}>
                {field.label}
              </span>
            }
          >
            {(ids) =>
              renderControl({
                field,
                ids,
                value: Object.hasOwn(item, field.name) ? item[field.name] : field.default,
                onChange: (next) => {
                  const { [field.name]: _, ...others } = item;
                  onChange(next === undefined ? others : { ...others, [field.name]: next });
                },
              })
            }
          </Field>
        ))}
      {hidden.length > 0 && (
        <Button variant="link" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t.fewerSettings : t.moreSettings(hidden.length)}
        </Button>
      )}
    </>
  );
}

function shapeFor(item: Item, shapes: readonly RecordShape[]): RecordShape | undefined {
  return shapes.find(({ tag }) => tag === undefined || item[tag.name] === tag.value);
}

/** The item as another shape: what both have stays. */
function reshaped(item: Item, chosen: string, shapes: readonly RecordShape[]): Item {
  const shape = shapes.find(({ tag }) => tag?.value === chosen);
  if (shape?.tag === undefined) return item;
  const names = new Set(shape.fields.map(({ name }) => name));
  const kept = Object.entries(item).filter(([name]) => names.has(name));
  return { [shape.tag.name]: chosen, ...Object.fromEntries(kept) };
}
