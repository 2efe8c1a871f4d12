import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesLike } from './like-pattern.ts';

test('matches as SQL does: % is any characters, _ is one, all else is itself', () => {
  expect(matchesLike('churn-tree', 'churn%')).toBe(true);
  expect(matchesLike('churn-tree', '%tree')).toBe(true);
  expect(matchesLike('churn-tree', '%n_t%')).toBe(true);
  expect(matchesLike('churn-tree', 'churn')).toBe(false);
  expect(matchesLike('churn', '_churn')).toBe(false);
  expect(matchesLike('a.b', 'a_b')).toBe(true);
  expect(matchesLike('axb', 'a.b')).toBe(false);
  expect(matchesLike('50%', '50%%')).toBe(true);
  expect(matchesLike('🌲', '_')).toBe(true);
  expect(matchesLike('two\nlines', 'two%lines')).toBe(true);
  expect(matchesLike('', '%')).toBe(true);
  expect(matchesLike('', '_')).toBe(false);
});

/** The definition itself, for short texts. */
function byDefinition(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '%') return byDefinition(text, rest) || (text !== '' && byDefinition(text.slice(1), pattern));
  return text !== '' && (pattern[0] === '_' || pattern[0] === text[0]) && byDefinition(text.slice(1), rest);
}

test('agrees with the definition on short texts', () => {
  const of = (alphabet: string, maxLength: number) =>
    fc.array(fc.constantFrom(...alphabet.split('')), { maxLength }).map((marks) => marks.join(''));
  fc.assert(
    fc.property(of('ab', 8), of('ab%_', 6), (text, pattern) => {
      expect(matchesLike(text, pattern)).toBe(byDefinition(text, pattern));
    }),
    { seed: 7 },
  );
});

test('a pattern of many % over a long name that misses at its end is answered', () => {
  // As a regular expression this goes back through every way to share out the letters.
  expect(matchesLike(`${'a'.repeat(400)}b`, `${'%a'.repeat(40)}%c`)).toBe(false);
});
