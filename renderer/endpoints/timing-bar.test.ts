import { expect, it } from 'vitest';
import { timeParts } from './timing-bar.tsx';

const none = { body: null, prepare: null, features: null, queue: null, run: null, model: null, total: null };

it('takes the time of a request apart without counting any of it twice', () => {
  const timing = { body: 1, prepare: 2, features: 3, queue: 4, run: 10, model: 7, total: 25 };
  const parts = timeParts(timing);
  expect(parts.map(({ part }) => part)).toEqual(['body', 'prepare', 'features', 'queue', 'batching', 'model', 'rest']);
  expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBe(25);
});

it('leaves out what is not known', () => {
  expect(timeParts(none)).toEqual([]);
  expect(timeParts({ ...none, total: 2 })).toEqual([{ part: 'rest', ms: 2 }]);
});
