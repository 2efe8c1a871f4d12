import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyType, ViewFeature } from '../../shared/features/feature-view.ts';
import type { Cell } from '../compute/duckdb/read-cells.ts';
import { encodeEntityKey } from './entity-key.ts';
import { decodeFeatureRow, encodeFeatureRow } from './feature-row.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.oneof(
  fc.constantFrom('', '\u0000', '\u0000\u0001', '\u00ff', 'a', 'a\u0000', 'ab', '日本'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);

describe('entity key', () => {
  it('is equal for equal keys only, and sorts as they do', () => {
    const pair = fc.tuple(fc.oneof(int64, fc.constantFrom(0n, 1n, -1n)), text);
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        const types: KeyType[] = ['int64', 'string'];
        const order = Buffer.compare(encodeEntityKey(types, a) as Buffer, encodeEntityKey(types, b) as Buffer);
        const texts = Buffer.compare(Buffer.from(a[1], 'utf8'), Buffer.from(b[1], 'utf8'));
        expect(order).toBe(a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : texts);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('tells 1, "1", true and a time apart, and where one key ends', () => {
    const keys = [
      encodeEntityKey(['int64'], [1n]),
      encodeEntityKey(['string'], ['1']),
      encodeEntityKey(['bool'], [true]),
      encodeEntityKey(['timestamp'], [1n]),
      encodeEntityKey(['string', 'string'], ['a', 'b']),
      encodeEntityKey(['string', 'string'], ['ab', '']),
      encodeEntityKey(['string', 'string'], ['', 'ab']),
      encodeEntityKey([], []),
    ].map((key) => key?.toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is not there when a part is missing', () => {
    expect(encodeEntityKey(['int64', 'string'], [1n, null])).toBeUndefined();
    expect(encodeEntityKey(['int64'], [])).toBeUndefined();
  });
});

describe('feature row', () => {
  it('gives back exactly what went in', () => {
    const cell: Record<ViewFeature['type'], fc.Arbitrary<Cell>> = {
      bool: fc.boolean(),
      int64,
      float64: fc.double(),
      string: text,
      timestamp: int64,
      tensor: fc.float32Array({ minLength: 3, maxLength: 3 }),
    };
    const column = fc.constantFrom(...(Object.keys(cell) as ViewFeature['type'][])).chain((type) =>
      fc.record({
        feature: fc.constant<ViewFeature>({ name: type, type, ...(type === 'tensor' ? { size: 3 } : {}) }),
        value: fc.option(cell[type]),
      }),
    );
    fc.assert(
      fc.property(fc.array(column, { maxLength: 20 }), (columns) => {
        const features = columns.map(({ feature }) => feature);
        const values = columns.map(({ value }) => value);
        expect(decodeFeatureRow(features, encodeFeatureRow(features, values))).toEqual(values);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
