import { expect, it } from 'vitest';
import { formatCell, fullCell, timestampText } from './cell-format.ts';

it('shows missing as null, never as an empty cell', () => {
  expect(formatCell(null, { type: 'float64' })).toEqual({ text: 'null', kind: 'null' });
});

it('aligns numbers and keeps big integers exact', () => {
  expect(formatCell(1984210, { type: 'int64' })).toEqual({ text: '1,984,210', kind: 'number' });
  expect(formatCell('-9223372036854775807', { type: 'int64' }).text).toBe('-9,223,372,036,854,775,807');
  expect(formatCell(-18.44444, { type: 'float64' }).text).toBe('−18.444');
  expect(formatCell(0.1 + 0.2, { type: 'float64' }).text).toBe('0.3');
  expect(formatCell(1e-9, { type: 'float64' }).text).toBe('1.000e−9');
});

it('writes dates in the data’s own style', () => {
  expect(timestampText('2001-01-14T00:00:00Z')).toBe('2001-01-14');
  expect(timestampText('2001-01-14T07:20:00.000000Z')).toBe('2001-01-14 07:20');
  expect(timestampText('2001-01-14T07:20:05.250Z')).toBe('2001-01-14 07:20:05.25');
  expect(timestampText('soon')).toBe('soon');
});

it('shows yes and no, texts and lists', () => {
  expect(formatCell(true, { type: 'bool' }).text).toBe('yes');
  expect(formatCell('', { type: 'string' })).toEqual({ text: '', kind: 'text' });
  expect(formatCell([0, 0.5], { type: 'tensor' }).text).toBe('[0,0.5]');
  expect(fullCell(0.1 + 0.2)).toBe('0.30000000000000004');
});
