import { useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { t } from './text.ts';

/** As many bytes of an image as an endpoint takes. */
const mostBytes = 32 * 2 ** 20;

/** A picture in place of the pixels of a column; `value` is its `data:` URL, or the pixels themselves. */
export function ImageField({
  id,
  value,
  onChange,
  ...described
}: {
  id: string;
  value: unknown;
  onChange: (value: string | null) => void;
  'aria-invalid'?: boolean;
  'aria-describedby'?: string;
}) {
  const picker = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size > mostBytes) {
      setProblem(t.imageTooLarge);
      return;
    }
    const reader = new FileReader();
    reader.onload = () => {
      setProblem('');
      onChange(String(reader.result));
    };
    reader.onerror = () => setProblem(t.imageUnreadable);
    reader.readAsDataURL(file);
  };
  return (
    <div className="image-field">
      {typeof value === 'string' && value !== '' && <img src={value} alt={t.chosenImage} height={48} />}
      {Array.isArray(value) && <span className="mute small">{t.pixelsOfExample(value.length)}</span>}
      <Button small id={id} {...described} onClick={() => picker.current?.click()}>
        {t.chooseImage}
      </Button>
      <input
        ref={picker}
        type="file"
        accept="image/png,image/jpeg"
        hidden
        aria-label={t.chooseImage}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          choose(file);
        }}
      />
      {value !== null && value !== undefined && (
        <Button small onClick={() => onChange(null)}>
          {t.removeImage}
        </Button>
      )}
      {problem !== '' && <div className="field-error">{problem}</div>}
    </div>
  );
}
