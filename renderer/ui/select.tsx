import type { FieldIds } from './field.tsx';
import { Icon } from './icons/icon.tsx';
import { t } from './text.ts';

export interface SelectOption<T extends string> {
  value: T;
  label: string;
  disabled?: boolean;
}

interface SelectProps<T extends string> extends Partial<FieldIds> {
  value: T | undefined;
  options: readonly SelectOption<T>[];
  onChange: (value: T) => void;
  /** Shown while nothing is chosen. */
  placeholder?: string;
  disabled?: boolean;
  'aria-label'?: string;
}

export function Select<T extends string>({ value, options, onChange, placeholder, disabled, ...ids }: SelectProps<T>) {
  return (
    <span className="select-wrap" style={{ display: 'block' }}>
      <select
        {...ids}
        className="select"
        disabled={disabled}
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {(placeholder !== undefined || value === undefined) && (
          <option value="" disabled>
            {placeholder ?? t.choose}
          </option>
        )}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="down" small />
    </span>
  );
}
