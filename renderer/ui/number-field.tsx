import { useEffect, useState } from 'react';
import type { FieldIds } from './field.tsx';

interface NumberFieldProps extends Partial<FieldIds> {
  value: number | undefined;
  /** Undefined when the text is empty, NaN when it is no number. */
  onChange: (value: number | undefined) => void;
  min?: number | undefined;
  max?: number | undefined;
  step?: number | undefined;
  unit?: string | undefined;
  /** A slider beside the number; needs `min` and `max`. */
  slider?: boolean;
  disabled?: boolean;
  placeholder?: string | undefined;
  'aria-label'?: string;
}

function textOf(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(value);
}

/** Keeps what is typed until it is a number; the last valid value stays with the owner. */
export function NumberField({
  value,
  onChange,
  min,
  max,
  step,
  unit,
  slider,
  disabled,
  placeholder,
  ...ids
}: NumberFieldProps) {
  const [text, setText] = useState(textOf(value));
  useEffect(() => {
    setText((current) => (current.trim() !== '' && Number(current) === value ? current : textOf(value)));
  }, [value]);

  const low = min ?? 0;
  const high = max ?? 1;
  const level = value === undefined ? 0 : Math.max(0, Math.min(100, ((value - low) / (high - low || 1)) * 100));
  return (
    <div className="number-field">
      {slider && min !== undefined && max !== undefined && (
        <input
          type="range"
          className="slider"
          tabIndex={-1}
          aria-hidden="true"
          min={min}
          max={max}
          step={step ?? 'any'}
          value={value ?? min}
          disabled={disabled}
          style={{ '--level': `${level}%` }}
          onChange={(event) => onChange(Number(Number(event.target.value).toPrecision(4)))}
        />
      )}
      <span className="number-input">
        <input
          {...ids}
          style={unit ? { width: 72 + unit.length * 6.4, paddingRight: 14 + unit.length * 6.4 } : undefined}
          className="input number"
          inputMode="decimal"
          autoComplete="off"
          disabled={disabled}
          placeholder={placeholder}
          value={text}
          onChange={(event) => {
            const next = event.target.value;
            setText(next);
            if (next.trim() === '') onChange(undefined);
            else if (!Number.isNaN(Number(next))) onChange(Number(next));
            else onChange(Number.NaN);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
            event.preventDefault();
            const by = (step ?? 1) * (event.shiftKey ? 10 : 1) * (event.key === 'ArrowUp' ? 1 : -1);
            const next = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, (value ?? 0) + by));
            onChange(Number(next.toPrecision(12)));
          }}
        />
        {unit && <span className="unit">{unit}</span>}
      </span>
    </div>
  );
}
