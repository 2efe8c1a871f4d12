import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withDuckDb } from './connection.ts';
import { quoteLiteral } from './quote.ts';
import { wholeCharacters } from './whole-characters.ts';

/** Halves of characters, backslashes and what looks like an escape, in any order. */
const text = fc
  .array(fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'd83d', 'D', '"', 'a', '\u{1f600}', '\n'), { maxLength: 12 })
  .map((parts) => parts.join(''));

it('changes nothing but halves of characters', () => {
  fc.assert(
    fc.property(fc.dictionary(text, text), (value) => {
      const whole = Object.fromEntries(Object.entries(value).map((entry) => entry.map((part) => part.toWellFormed())));
      expect(JSON.parse(wholeCharacters(JSON.stringify(value)))).toEqual(whole);
    }),
    { numRuns: 500, seed: 7 },
  );
});

it('reads escapes of either case', () => {
  expect(wholeCharacters('{"a\\uD83D":"\\uD83D\\uDE00","b":12345678901234567890}')).toBe(
    '{"a\ufffd":"\\uD83D\\uDE00","b":12345678901234567890}',
  );
});

it('gives what DuckDB takes', async () => {
  await withDuckDb({}, (db) =>
    fc.assert(
      fc.asyncProperty(text, async (value) => {
        const json = wholeCharacters(JSON.stringify({ value }));
        const [row] = await db.rows(`SELECT json_extract_string(${quoteLiteral(json)}::JSON, '$.value') AS value`);
        expect(row?.['value']).toBe(value.toWellFormed());
      }),
      { numRuns: 100, seed: 7 },
    ),
  );
});
