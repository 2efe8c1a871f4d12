import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idPattern } from '../../shared/graph/ids.ts';
import { freeId, slug } from './node-names.ts';

describe('slug', () => {
  it('makes an id of any text', () => {
    expect(slug('Flight delays 2001!')).toBe('flight-delays-2001');
    expect(slug('Ärger')).toBe('a-rger');
    fc.assert(
      fc.property(fc.string(), (text) => idPattern.test(slug(text))),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('freeId', () => {
  it('counts up from 2', () => {
    const taken = new Set(['sql', 'sql-2']);
    expect(freeId('sql', (id) => taken.has(id))).toBe('sql-3');
    expect(freeId('sql-2', (id) => taken.has(id))).toBe('sql-3');
    expect(freeId('file', (id) => taken.has(id))).toBe('file');
  });
});
