import { expect, it } from 'vitest';
import { scalarOf, scalarText } from './scalar.ts';

it.each([
  ['7', 7],
  ['-1.5', -1.5],
  ['007', '007'],
  ['1.', '1.'],
  ['true', true],
  ['2001-01-01', '2001-01-01'],
  ['', ''],
  ['Infinity', 'Infinity'],
])('reads %j', (text, value) => {
  expect(scalarOf(text)).toBe(value);
  expect(scalarText(scalarOf(text))).toBe(text);
});
