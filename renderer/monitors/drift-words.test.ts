import { expect, it } from 'vitest';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { methodWord, overLimit, pValueText, sortColumns, verdict } from './drift-words.ts';

type Column = MonitorReport['columns'][number];
const column = (change: Partial<Column>): Column => ({
  column: 'distance',
  type: 'float64',
  method: 'kolmogorov-smirnov',
  statistic: 0.1,
  threshold: 0.2,
  pValue: 0.4,
  drifted: false,
  state: 'ok',
  distribution: [],
  ...change,
});
const report = { currentRows: 62, minimumRows: 50 };

it('gives a verdict as icon and word', () => {
  expect(verdict(column({}), report)).toMatchObject({ icon: 'check', word: 'Alike' });
  expect(verdict(column({ drifted: true }), report)).toMatchObject({ icon: 'stale', word: 'Drifted' });
});

it('says how many rows are missing for a verdict', () => {
  const few = verdict(column({ state: 'too-few-rows', statistic: null }), { currentRows: 31, minimumRows: 50 });
  expect(few).toMatchObject({ word: 'Too few rows', tone: 'none', why: '31 of 50 rows needed for a verdict.' });
  expect(verdict(column({ state: 'type-not-compared' }), report).why).toBe('Not compared: type not compared.');
});

it('writes statistics in words', () => {
  expect(methodWord('chi-square')).toBe('chi²');
  expect(pValueText(0.0004)).toBe('< 0.001');
  expect(pValueText(null)).toBe('–');
  expect(overLimit(column({ drifted: true, statistic: 0.58 }))).toBe('2.9× limit');
  expect(overLimit(column({}))).toBeUndefined();
});

it('puts what drifted on top', () => {
  const columns = [
    column({ column: 'z', state: 'too-few-rows', statistic: null, threshold: null }),
    column({ column: 'date', state: 'time-column', statistic: null, threshold: null }),
    column({ column: 'a' }),
    column({ column: 'c', drifted: true, statistic: 0.3 }),
    column({ column: 'b', drifted: true, statistic: 0.6 }),
  ];
  expect(sortColumns(columns).map((entry) => entry.column)).toEqual(['b', 'c', 'a', 'z', 'date']);
});
