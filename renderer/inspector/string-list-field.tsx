import type { FieldIds } from '../ui/field.tsx';
import { TextInput } from '../ui/field.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';

/** A list of short texts, one row each. */
export function StringListField({
  ids,
  value,
  onChange,
}: {
  ids: FieldIds;
  value: readonly string[];
  onChange: (value: string[]) => void;
}) {
  return (
    <div className="string-list">
      {value.map((item, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- rows are their position
        <div key={index} className="string-row">
          <TextInput
            {...(index === 0 ? ids : {})}
            aria-label={t.item(index + 1)}
            className="mono"
            value={item}
            onChange={(text) => onChange(value.map((other, at) => (at === index ? text : other)))}
          />
          <IconButton
            icon="close"
            small
            label={inspectorText.remove(item === '' ? `item ${index + 1}` : item)}
            onClick={() => onChange(value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button variant="link" {...(value.length === 0 ? { id: ids.id } : {})} onClick={() => onChange([...value, ''])}>
        {t.add}
      </Button>
    </div>
  );
}
