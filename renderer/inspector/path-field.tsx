import { useState } from 'react';
import { FilePicker } from '../shell/file-picker.tsx';
import { IconButton } from '../ui/button.tsx';
import { TextInput, type FieldIds } from '../ui/field.tsx';
import { t } from './form-text.ts';

/** A path on the engine's machine, typed or picked there; `pkg:` names installed sample data. */
export function PathField({
  ids,
  value,
  extensions,
  onChange,
}: {
  ids: FieldIds;
  value: string;
  extensions: readonly string[];
  onChange: (value: string) => void;
}) {
  const [picking, setPicking] = useState(false);
  return (
    <div className="path-field">
      <TextInput {...ids} className="mono" value={value} title={value} onChange={onChange} />
      <IconButton icon="folder" label={t.chooseAFile} onClick={() => setPicking(true)} />
      {picking && (
        <FilePicker
          title={t.chooseAFile}
          extensions={extensions}
          start={value}
          onPick={(path) => {
            onChange(path);
            setPicking(false);
          }}
          onClose={() => setPicking(false)}
        />
      )}
    </div>
  );
}
