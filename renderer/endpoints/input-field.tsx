import { useId } from 'react';
import type { InputColumn } from '../../shared/model/signature.ts';
import { TextInput } from '../ui/field.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Switch } from '../ui/switch.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { ImageField } from './image-field.tsx';
import { fieldLabel, fieldProblem, fromDateTimeField, toDateTimeField } from './form-values.ts';
import { t } from './text.ts';

interface InputFieldProps {
  input: InputColumn;
  value: unknown;
  choices: readonly string[] | undefined;
  onChange: (value: unknown) => void;
}

/** A field for one raw column of a model. */
export function InputField({ input, value, choices, onChange }: InputFieldProps) {
  const id = useId();
  const problem = fieldProblem(input, value);
  const described = problem === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-problem` };
  const missing = value === null || value === undefined || value === '';
  return (
    <>
      <label htmlFor={id} className="clip" title={input.name}>
        {fieldLabel(input.name)}
      </label>
      <div>
        {input.type === 'string' ? (
          <>
            <TextInput
              id={id}
              {...described}
              value={typeof value === 'string' ? value : ''}
              placeholder={t.missing}
              {...(choices && choices.length > 0 ? { list: `${id}-choices` } : {})}
              onChange={onChange}
            />
            {choices && choices.length > 0 && (
              <datalist id={`${id}-choices`}>
                {choices.map((choice) => (
                  <option key={choice} value={choice}>
                    {choice}
                  </option>
                ))}
              </datalist>
            )}
          </>
        ) : input.type === 'timestamp' ? (
          <input
            id={id}
            {...described}
            type="datetime-local"
            className="input"
            // Seconds are shown only where there are some.
            step={toDateTimeField(value).length > 16 ? 1 : 60}
            value={toDateTimeField(value)}
            onChange={(event) => onChange(fromDateTimeField(event.target.value))}
          />
        ) : input.type === 'bool' ? (
          <span className="switch-line">
            <Switch id={id} checked={value === true} onChange={onChange} />
            {missing ? t.missing : value === true ? t.yes : t.no}
          </span>
        ) : input.pixels !== undefined ? (
          <ImageField id={id} {...described} value={value} onChange={onChange} />
        ) : input.type === 'tensor' ? (
          <TextInput
            id={id}
            {...described}
            value={Array.isArray(value) ? value.join(', ') : ''}
            placeholder={t.numbersSeparatedByCommas(input.size ?? '')}
            onChange={(text) =>
              onChange(
                text.trim() === ''
                  ? null
                  : text
                      .split(/[\s,;]+/)
                      .filter(Boolean)
                      .map(Number),
              )
            }
          />
        ) : (
          <NumberField
            id={id}
            {...described}
            value={typeof value === 'number' ? value : undefined}
            placeholder={t.missing}
            onChange={(next) => onChange(next ?? null)}
          />
        )}
        {problem !== undefined && (
          <div className="field-error" id={`${id}-problem`}>
            {problem}
          </div>
        )}
      </div>
      <TypeGlyph type={input.type} />
    </>
  );
}
