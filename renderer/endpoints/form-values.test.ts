import { expect, it } from 'vitest';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import {
  exampleValues,
  fieldLabel,
  fieldProblem,
  fromDateTimeField,
  takesDigit,
  toDateTimeField,
  toRow,
} from './form-values.ts';

const inputs: InputColumn[] = [
  { name: 'origin', type: 'string' },
  { name: 'distance', type: 'float64' },
  { name: 'date', type: 'timestamp' },
  { name: 'late', type: 'bool' },
];

it('starts with the example row, every input present', () => {
  const manifest = { inputs, example: { origin: 'ORD', distance: 733, extra: 1 } } as unknown as ModelManifest;
  expect(exampleValues(manifest)).toEqual({ origin: 'ORD', distance: 733, date: null, late: null });
});

it('turns timestamps into field text and back, in UTC', () => {
  expect(toDateTimeField('2001-06-15T17:20:00Z')).toBe('2001-06-15T17:20');
  expect(toDateTimeField('2001-06-15 17:20:05.5')).toBe('2001-06-15T17:20:05');
  expect(toDateTimeField('2001-06-15')).toBe('2001-06-15T00:00');
  expect(toDateTimeField(Date.UTC(2001, 5, 15, 17, 20))).toBe('2001-06-15T17:20');
  expect(toDateTimeField(null)).toBe('');
  expect(fromDateTimeField('2001-06-15T17:20')).toBe('2001-06-15T17:20:00Z');
  expect(fromDateTimeField('')).toBeNull();
});

it('sends missing as null and false as false', () => {
  expect(toRow(inputs, { origin: '', distance: Number.NaN, date: undefined, late: false, other: 1 })).toEqual({
    origin: null,
    distance: null,
    date: null,
    late: false,
  });
});

it('says what a field needs', () => {
  expect(fieldProblem({ name: 'n', type: 'int64' }, 1.5)).toMatch(/whole number/);
  expect(fieldProblem({ name: 'n', type: 'int64' }, 3)).toBeUndefined();
  expect(fieldProblem({ name: 'n', type: 'float64' }, Number.NaN)).toMatch(/number/);
  expect(fieldProblem({ name: 'n', type: 'float64' }, null)).toBeUndefined();
  expect(fieldProblem({ name: 'x', type: 'tensor', size: 3 }, [1, 2])).toMatch(/3 numbers/);
  const pixels = { width: 3, height: 1, channels: 1, fit: 'contain', background: 0 } as const;
  expect(fieldProblem({ name: 'x', type: 'tensor', size: 3, pixels }, 'data:image/png;base64,AA==')).toBeUndefined();
  expect(fieldProblem({ name: 'x', type: 'tensor', size: 3 }, 'data:image/png;base64,AA==')).toMatch(/3 numbers/);
});

it('names fields and knows pictures of digits', () => {
  expect(fieldLabel('beak_length_mm')).toBe('Beak length mm');
  expect(takesDigit([{ name: 'image', type: 'tensor', size: 784 }])).toBe(true);
  expect(takesDigit([{ name: 'image', type: 'tensor', size: 784 }, ...inputs])).toBe(false);
});
