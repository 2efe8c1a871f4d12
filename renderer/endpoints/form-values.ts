import { requestColumns } from '../../shared/model/request-columns.ts';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import { t } from './text.ts';
import { capitalized } from '../ui/format.ts';

/** What a person has in the fields, by column; undefined or empty is missing. */
export type FormValues = Record<string, unknown>;

/** Fields of a model's form start with its example row. */
export function exampleValues(manifest: ModelManifest): FormValues {
  return Object.fromEntries(
    requestColumns(manifest).map((input) => [input.name, manifest.example[input.name] ?? null]),
  );
}

/** ISO 8601 text, or ms since the epoch, as the value of a `datetime-local` field in UTC; empty when missing. */
export function toDateTimeField(value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'number') return Number.isFinite(value) ? new Date(value).toISOString().slice(0, 16) : '';
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?)?/.exec(String(value));
  if (!match) return '';
  const seconds = match[3] !== undefined && match[3] !== ':00' ? match[3] : '';
  return `${match[1]}T${match[2] ?? '00:00'}${seconds}`;
}

/** The field's text as ISO 8601 in UTC, null when empty. */
export function fromDateTimeField(text: string): string | null {
  if (text === '') return null;
  return `${text.length === 16 ? `${text}:00` : text}Z`;
}

/** One request row: every input of the model, missing as null. */
export function toRow(inputs: readonly InputColumn[], values: FormValues): Record<string, unknown> {
  return Object.fromEntries(
    inputs.map((input) => {
      const value = values[input.name];
      const empty =
        value === undefined || value === null || value === '' || (typeof value === 'number' && Number.isNaN(value));
      return [input.name, empty ? null : value];
    }),
  );
}

/** Why a value cannot be sent, undefined when it can. */
export function fieldProblem(input: InputColumn, value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  switch (input.type) {
    case 'int64':
      if (typeof value !== 'number' || Number.isNaN(value)) return t.wholeOrEmpty;
      return Number.isSafeInteger(value) ? undefined : t.whole;
    case 'float64':
      if (typeof value !== 'number' || Number.isNaN(value)) return t.numberOrEmpty;
      return undefined;
    case 'tensor':
      if (input.pixels !== undefined && typeof value === 'string') return undefined;
      return Array.isArray(value) && value.length === (input.size ?? value.length)
        ? undefined
        : t.giveNumbers(input.size ?? '');
    case 'bool':
    case 'string':
    case 'timestamp':
      return undefined;
  }
}

/** `distance_mi` and `delay3h` as words: `Distance mi`, `Delay3h`. */
export function fieldLabel(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim();
  return words === '' ? name : capitalized(words);
}

/** True for a model whose only input is a 28 × 28 picture. */
export function takesDigit(inputs: readonly InputColumn[]): boolean {
  const [only] = inputs;
  return inputs.length === 1 && only?.type === 'tensor' && only.size === 784 && only.pixels === undefined;
}
