import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';

export interface FieldIds {
  /** Goes to the control. */
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
  /** Where no label stands by the control. */
  'aria-label'?: string;
}

interface FieldProps {
  label: ReactNode;
  /** One line under the control. */
  note?: ReactNode;
  error?: string | undefined;
  /** After the label, and in the margin before it; neither is part of the control's name. */
  beside?: ReactNode;
  extra?: ReactNode;
  /** Label left, control right; else label above. */
  row?: boolean;
  className?: string | undefined;
  children: (ids: FieldIds) => ReactNode;
}

/** Label, control, note and error, tied together for assistive technology. */
export function Field({ label, beside, extra, note, error, row = false, className, children }: FieldProps) {
  const id = useId();
  const described = [note ? `${id}-note` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className={classNames('form-field', row && 'row', className)}>
      <div className="field-label">
        <label htmlFor={id}>{label}</label>
        {beside}
      </div>
      {extra && <span className="field-extra">{extra}</span>}
      <div className="field-control">
        {children({
          id,
          ...(described === '' ? {} : { 'aria-describedby': described }),
          ...(error ? { 'aria-invalid': true } : {}),
        })}
      </div>
      {error && (
        <div className="field-error" id={`${id}-error`}>
          {error}
        </div>
      )}
      {note && (
        <div className="field-note" id={`${id}-note`}>
          {note}
        </div>
      )}
    </div>
  );
}

type TextInputProps = Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & {
  value: string;
  onChange: (value: string) => void;
};

export function TextInput({ value, onChange, className, ...rest }: TextInputProps) {
  return (
    <input
      type="text"
      spellCheck={false}
      autoComplete="off"
      {...rest}
      className={classNames('input', className)}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
