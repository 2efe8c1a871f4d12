import { expect, it } from 'vitest';
import { addExpectations } from './add-expectations.ts';

it('adds what a contract does not speak of, and leaves what it says', () => {
  const before = [{ check: 'range', column: 'a', min: 0 }];
  const found = [
    { check: 'range', column: 'a', min: 3, max: 5 },
    { check: 'notNull', column: 'a' },
    { check: 'unique', columns: ['a'] },
    { check: 'rowCount', min: 1 },
  ];
  expect(addExpectations(before, found)).toEqual({ all: [...before, ...found.slice(1)], added: 3 });
  expect(addExpectations(addExpectations(before, found).all, found).added).toBe(0);
  expect(addExpectations(undefined, found)).toEqual({ all: found, added: 4 });
  expect(addExpectations({ param: 'x' }, [])).toEqual({ all: [], added: 0 });
});
