import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toDnsLabel } from './dns-label.ts';

it('leaves labels as they are', () => {
  expect(toDnsLabel('flight-delays')).toBe('flight-delays');
});

it('makes a label of any text, within the length, and keeps different texts apart', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      for (const text of [a, b]) {
        for (const length of [63, 40]) {
          expect(toDnsLabel(text, length)).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
          expect(toDnsLabel(text, length).length).toBeLessThanOrEqual(length);
        }
      }
      if (a !== b) expect(toDnsLabel(a)).not.toBe(toDnsLabel(b));
    }),
    { seed: 11, numRuns: 500 },
  );
});
