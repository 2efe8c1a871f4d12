import { expect, it } from 'vitest';
import { completeFormula } from './formula-completion.ts';
import { readFormula } from './formula-note.ts';

const columns = [
  { name: 'distance', type: 'float64' },
  { name: 'Beak Length (mm)', type: 'float64' },
  { name: 'city', type: 'string' },
];
const offered = (text: string, asked = false) =>
  completeFormula(text, text.length, columns, asked)?.options.map((option) => option.text) ?? [];

it('offers columns and the functions of formulas, no SQL', () => {
  expect(offered('di')).toEqual(['distance']);
  expect(offered('1 + beak')).toEqual(['"Beak Length (mm)"']);
  expect(offered('co')).toEqual(['coalesce']);
  expect(offered('if(is_')).toEqual(['is_missing']);
  expect(offered('sel')).toEqual([]);
  expect(offered('')).toEqual([]);
  expect(offered('', true)).toContain('sqrt');
});

it('offers nothing inside a text or a quoted name', () => {
  expect(offered("city == 'di")).toEqual([]);
  expect(offered('"Beak')).toEqual([]);
  expect(offered("if(city == 'a', di")).toEqual(['distance']);
});

it('tells what a formula gives, or what is wrong and where', () => {
  expect(readFormula('distance / 2', columns)).toEqual({ type: 'number' });
  expect(readFormula('distance > 2', columns)).toEqual({ type: 'bool' });
  expect(readFormula("if(city == '', 'none', city)", columns)).toEqual({ type: 'text' });
  expect(readFormula('distance + city', columns)).toMatchObject({ problem: { at: 11 } });
  expect(readFormula('distence * 2', columns)).toMatchObject({ problem: { at: 0 } });
  expect(readFormula('sqr(distance)', columns)).toMatchObject({
    problem: { message: expect.stringContaining('Did you mean sqrt') as string },
  });
  expect(readFormula('distance +', columns)).toMatchObject({ problem: {} });
  expect(readFormula('  ', columns)).toBeUndefined();
});
