import { expect, it } from 'vitest';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { headerBars, missingShare, rangeText } from './column-summary.ts';

function profile(change: Partial<ColumnProfile>): ColumnProfile {
  return {
    column: { name: 'c', type: 'float64', sqlType: 'DOUBLE' },
    rows: 100,
    missing: 0,
    distinct: 50,
    min: null,
    max: null,
    mean: null,
    sd: null,
    histogram: [],
    top: [],
    sampled: 100,
    ...change,
  };
}

it('says the range of numbers and dates', () => {
  const histogram = [{ from: 11, to: 4962, count: 100 }];
  expect(rangeText(profile({ min: 11, max: 4962, histogram }))).toEqual({ left: '11', right: '4,962' });
  const column = { name: 'd', type: 'timestamp' as const, sqlType: 'TIMESTAMP' };
  expect(rangeText(profile({ column, min: '2001-01-01T00:00:00Z', max: '2001-04-30T23:59:00Z' }))).toEqual({
    left: '2001-01-01',
    right: '2001-04-30',
  });
});

it('says how many values text has, and how much of a flag is yes', () => {
  const text = { name: 's', type: 'string' as const, sqlType: 'VARCHAR' };
  expect(rangeText(profile({ column: text, distinct: 269 })).left).toBe('269 values');
  const flag = { name: 'b', type: 'bool' as const, sqlType: 'BOOLEAN' };
  const top = [
    { value: false, count: 80 },
    { value: true, count: 20 },
  ];
  expect(rangeText(profile({ column: flag, top })).right).toBe('20 % yes');
  expect(headerBars(profile({ column: flag, top, distinct: 2 }))).toEqual({ counts: [80, 20], rest: false, marked: 1 });
});

it('adds the rest as a bar of its own', () => {
  const text = { name: 's', type: 'string' as const, sqlType: 'VARCHAR' };
  const top = [
    { value: 'ATL', count: 30 },
    { value: 'ORD', count: 20 },
  ];
  expect(headerBars(profile({ column: text, top, distinct: 40, missing: 10 }))).toEqual({
    counts: [30, 20, 40],
    rest: true,
    marked: undefined,
  });
});

it('has no share of missing in an empty table', () => {
  expect(missingShare(profile({ rows: 0 }))).toBe(0);
  expect(missingShare(profile({ missing: 25 }))).toBe(0.25);
});

it('does not count lists of numbers', () => {
  const column = { name: 'pixels', type: 'tensor' as const, sqlType: 'FLOAT[784]', size: 784 };
  const lists = profile({ column, top: [{ value: '[0,0]', count: 9 }] });
  expect(rangeText(lists).left).toBe('784 numbers');
  expect(headerBars(lists).counts).toEqual([]);
});
