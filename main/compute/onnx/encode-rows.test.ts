import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import { encodeRows } from './encode-rows.ts';
import { parseTimestampMicros } from './parse-timestamp.ts';

const columns: InputColumn[] = [
  { name: 'distance', type: 'float64' },
  { name: 'stops', type: 'int64' },
  { name: 'direct', type: 'bool' },
  { name: 'origin', type: 'string' },
  { name: 'date', type: 'timestamp' },
  { name: 'pixels', type: 'tensor', size: 2 },
];
const full = { distance: 1.5, stops: 2, direct: true, origin: 'SFO', date: '2001-05-01T00:00:00Z', pixels: [1, 2] };

describe('encodeRows', () => {
  it('encodes every type', () => {
    const feeds = encodeRows([full], columns);
    expect(feeds['distance']?.data).toEqual(Float64Array.of(1.5));
    expect(feeds['stops']?.data).toEqual(Float64Array.of(2));
    expect(feeds['direct']?.data).toEqual(Float64Array.of(1));
    expect(feeds['origin']?.data).toEqual(['SFO']);
    expect(feeds['date']?.data).toEqual(BigInt64Array.of(988_675_200_000_000n));
    expect(feeds['pixels']?.data).toEqual(Float32Array.of(1, 2));
    expect(feeds['pixels']?.dims).toEqual([1, 2]);
  });

  it('takes null and absent fields as missing', () => {
    const nulls = Object.fromEntries(columns.map((column) => [column.name, null]));
    for (const row of [nulls, { distance: null }]) {
      const feeds = encodeRows([row], columns);
      expect(feeds['distance']?.data).toEqual(Float64Array.of(Number.NaN));
      expect(feeds['direct']?.data).toEqual(Float64Array.of(Number.NaN));
      expect(feeds['origin']?.data).toEqual([MISSING_STRING]);
      expect(feeds['date']?.data).toEqual(BigInt64Array.of(MISSING_TIMESTAMP));
      expect(feeds['pixels']?.data).toEqual(Float32Array.of(Number.NaN, Number.NaN));
    }
  });

  it.each([
    [{ distance: '12.5' }, 'Row 1, column “distance”: expected a number, got the text "12.5".'],
    [{ distance: true }, 'Row 1, column “distance”: expected a number, got boolean true.'],
    [{ stops: 1.5 }, 'Row 1, column “stops”: expected a whole number, got number 1.5.'],
    [{ direct: 'yes' }, 'Row 1, column “direct”: expected true or false, got the text "yes".'],
    [{ origin: 7 }, 'Row 1, column “origin”: expected text, got number 7.'],
    [{ date: 'tomorrow' }, 'Row 1, column “date”: expected an ISO 8601 time'],
    [{ pixels: [1] }, 'Row 1, column “pixels”: expected 2 numbers, got 1.'],
    [{ pixels: [1, '2'] }, 'Row 1, column “pixels”: expected a number at position 1, got the text "2".'],
    [{ Distance: 3 }, 'Row 1 has no column “distance”, but has “Distance”.'],
    [{ ditsance: 3 }, 'Row 1 has no column “distance”, but has “ditsance”.'],
    [{ other: 3 }, "Row 1 has none of the model's columns."],
    [[1, 2], 'Row 1: expected an object of column values, got a list of 2.'],
  ])('refuses %j', (row, message) => {
    const rows = [full, row as Record<string, unknown>];
    expect(() => encodeRows(rows, columns)).toThrow(message);
  });

  it('does not take numbered siblings for typos', () => {
    const siblings: InputColumn[] = [
      { name: 'delay_3', type: 'float64' },
      { name: 'delay_7', type: 'float64' },
    ];
    expect(encodeRows([{ delay_3: 1, delay_8: 2 }], siblings)['delay_7']?.data).toEqual(Float64Array.of(Number.NaN));
  });
});

describe('parseTimestampMicros', () => {
  it.each([
    ['1970-01-01', 0n],
    ['1969-12-31T23:59:59.999999Z', -1n],
    ['2001-05-01 14:30', 988_727_400_000_000n],
    ['2001-05-01T14:30:00.5+02:00', 988_720_200_500_000n],
    ['2001-05-01 14:30:00+00', 988_727_400_000_000n],
    ['0001-01-01', -62_135_596_800_000_000n],
  ])('reads %s', (text, micros) => {
    expect(parseTimestampMicros(text)).toBe(micros);
  });

  it.each(['', '2001-02-30', '2001-13-01', '2001-05-01T24:00', '01/05/2001', '1000', '2001-05-01T10:00+25:00'])(
    'refuses %j',
    (text) => {
      expect(parseTimestampMicros(text)).toBeUndefined();
    },
  );

  it('agrees with Date to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(parseTimestampMicros(date.toISOString())).toBe(BigInt(date.getTime()) * 1000n);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });
});
