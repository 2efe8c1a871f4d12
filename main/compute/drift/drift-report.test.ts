import { describe, expect, it } from 'vitest';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { summarizeValues } from './column-summary.ts';
import type { ColumnPair } from './column-test.ts';
import { compareColumns } from './drift-report.ts';

/** mulberry32, in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normals(n: number, random: () => number, shift = 0): Float64Array {
  return Float64Array.from({ length: n }, () => {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += random();
    return sum - 6 + shift;
  });
}

function letters(n: number, random: () => number, alphabet: string): string[] {
  return Array.from({ length: n }, () => alphabet[Math.floor(random() * alphabet.length)] as string);
}

function numeric(column: string, reference: Float64Array, current: Float64Array): ColumnPair {
  const summary = (values: Float64Array) => summarizeValues({ name: column, kind: 'number', values }, 'float64');
  return { column, type: 'float64', reference: summary(reference), current: summary(current) };
}

function text(column: string, reference: string[], current: string[]): ColumnPair {
  const summary = (values: string[]) => summarizeValues({ name: column, kind: 'string', values }, 'string');
  return { column, type: 'string', reference: summary(reference), current: summary(current) };
}

const options = { minimumRows: 50, alpha: 0.05 };

describe('compareColumns', () => {
  it('tells drifted columns from others', () => {
    const random = generator(1);
    const { columns, drifted, effects } = compareColumns(
      [
        numeric('same', normals(2000, random), normals(300, random)),
        numeric('shifted', normals(2000, random), normals(300, random, 0.5)),
        text('carrier', letters(2000, random, 'AABBC'), letters(300, random, 'ABBCC')),
        text('origin', letters(2000, random, 'ABCD'), letters(300, random, 'ABCD')),
      ],
      options,
    );
    expect(drifted).toBe(true);
    expect(columns.map((column) => [column.column, column.method, column.drifted])).toEqual([
      ['same', 'kolmogorov-smirnov', false],
      ['shifted', 'kolmogorov-smirnov', true],
      ['carrier', 'chi-square', true],
      ['origin', 'chi-square', false],
    ]);
    for (const column of columns) {
      expect((column.statistic as number) >= (column.threshold as number)).toBe(column.drifted);
      for (const side of ['reference', 'current'] as const) {
        expect(column.distribution.reduce((sum, bar) => sum + bar[side], 0)).toBeCloseTo(1, 10);
      }
    }
    expect(effects['shifted']).toBeGreaterThan(0.1);
    expect(effects['origin']).toBeLessThan(0.1);
  });

  it('has no verdict for too few rows', () => {
    const random = generator(2);
    const { columns, drifted, effects } = compareColumns(
      [numeric('x', normals(500, random), normals(49, random, 9))],
      options,
    );
    expect(columns[0]).toMatchObject({ state: 'too-few-rows', drifted: false, statistic: null, pValue: null });
    expect(drifted).toBe(false);
    expect(effects['x']).toBeNull();
  });

  it('sees values that go missing', () => {
    const random = generator(3);
    const current = normals(300, random).map((value, i) => (i % 3 === 0 ? Number.NaN : value));
    const gone = new Float64Array(300).fill(Number.NaN);
    const { columns } = compareColumns(
      [
        numeric('some', normals(2000, random), current),
        numeric('all', normals(2000, random), gone),
        text(
          'label',
          letters(2000, random, 'AB'),
          Array.from({ length: 300 }, () => MISSING_STRING),
        ),
      ],
      options,
    );
    expect(columns.map((column) => [column.method, column.drifted])).toEqual([
      ['chi-square-missing', true],
      ['chi-square-missing', true],
      ['chi-square', true],
    ]);
  });

  it('compares numbers with few distinct values as categories, and sees new categories', () => {
    const random = generator(4);
    const digits = (n: number, k: number) => Float64Array.from({ length: n }, () => Math.floor(random() * k));
    const { columns } = compareColumns(
      [
        numeric('flag', digits(1000, 2), digits(300, 2)),
        text('origin', letters(1000, random, 'ABC'), letters(300, random, 'ABCX')),
      ],
      options,
    );
    expect(columns.map((column) => [column.method, column.drifted])).toEqual([
      ['chi-square', false],
      ['chi-square', true],
    ]);
  });

  it('says why columns are not compared', () => {
    const { columns } = compareColumns(
      [
        { column: 't', type: 'timestamp', reference: undefined, current: undefined, skipped: 'time-column' },
        { column: 'x', type: 'float64', reference: undefined, current: undefined },
      ],
      options,
    );
    expect(columns.map((column) => column.state)).toEqual(['time-column', 'no-reference']);
  });

  it.each([
    { rows: 60, columns: 8 },
    { rows: 500, columns: 8 },
  ])('raises an alarm in about 5 % of windows without drift: $rows rows, $columns columns', ({ rows, columns }) => {
    const random = generator(rows);
    let alarms = 0;
    const repetitions = 300;
    for (let r = 0; r < repetitions; r++) {
      const pairs = Array.from({ length: columns }, (_, i) =>
        i % 2 === 0
          ? numeric(`n${i}`, normals(400, random), normals(rows, random))
          : text(`c${i}`, letters(400, random, 'AAABBCDEFGHIJ'), letters(rows, random, 'AAABBCDEFGHIJ')),
      );
      if (compareColumns(pairs, options).drifted) alarms++;
    }
    // 300 repetitions: 0.05 + 3.5 standard deviations.
    expect(alarms / repetitions).toBeLessThan(0.095);
    expect(alarms).toBeGreaterThan(0);
  });

  it('finds a shift of 0.3 standard deviations in 500 rows', () => {
    const random = generator(5);
    let found = 0;
    for (let r = 0; r < 100; r++) {
      const pairs = [
        numeric('x', normals(2000, random), normals(500, random, 0.3)),
        numeric('y', normals(2000, random), normals(500, random)),
        numeric('z', normals(2000, random), normals(500, random)),
      ];
      if (compareColumns(pairs, options).columns[0]?.drifted) found++;
    }
    expect(found).toBeGreaterThanOrEqual(90);
  });
});
