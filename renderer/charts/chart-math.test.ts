import { expect, it } from 'vitest';
import { binMarks } from './bin-marks.ts';
import { chartCsv, chartFileName } from './chart-table.ts';
import { areaPath, linePath, lonePoints, stepPath } from './line-path.ts';
import { nearestIndex } from './nearest-point.ts';
import { readableSoundingLevel, soundingLevel } from './sounding.ts';

it('breaks lines at missing values and finds lone points', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 1, y: 2 },
    { x: 2, y: undefined },
    { x: 3, y: 4.26 },
  ];
  expect(linePath(points)).toBe('M0 1L1 2M3 4.3');
  expect(lonePoints(points)).toEqual([{ x: 3, y: 4.26 }]);
});

it('closes areas between two lines, split at gaps', () => {
  expect(
    areaPath([
      { x: 0, high: 1, low: 5 },
      { x: 1, high: 2, low: 6 },
      { x: 2, high: undefined, low: 6 },
      { x: 3, high: 1, low: 5 },
    ]),
  ).toBe('M0 1L1 2L1 6L0 5Z');
});

it('draws steps along bins', () => {
  expect(
    stepPath([
      { left: 0, right: 10, y: 5 },
      { left: 10, right: 20, y: 2 },
    ]),
  ).toBe('M0 5L10 5L10 2L20 2');
});

it('finds the nearest of ascending values', () => {
  const values = [0, 10, 20];
  expect([-5, 4, 6, 15, 99].map((x) => nearestIndex(values, x))).toEqual([0, 0, 1, 1, 2]);
  expect(nearestIndex([], 1)).toBe(-1);
});

it('ramps shares and clamps', () => {
  expect([Number.NaN, -1, 0, 0.01, 0.5, 1, 9].map(soundingLevel)).toEqual([0, 0, 0, 1, 4, 7, 7]);
  expect([0, 0.1, 0.5, 0.7, 1].map(readableSoundingLevel)).toEqual([0, 1, 3, 6, 7]);
});

it('quotes CSV as RFC 4180', () => {
  expect(
    chartCsv({
      columns: ['a', 'b,c'],
      rows: [
        [1.5, null],
        ['say "x"', true],
      ],
    }),
  ).toBe('a,"b,c"\r\n1.5,\r\n"say ""x""",true\r\n');
});

it('makes file names from titles', () => {
  expect(chartFileName('ROC curve (test)')).toBe('roc-curve-test');
  expect(chartFileName('…')).toBe('chart');
});

it('marks ranges at their edges and names at their middle', () => {
  expect(binMarks(['0 – 10', '10 – 20'], 0, 100)).toEqual([
    { at: 0, text: '0', anchor: 'start' },
    { at: 100, text: '10', anchor: 'middle' },
    { at: 200, text: '20', anchor: 'end' },
  ]);
  expect(binMarks(['ATL', 'ORD'], 10, 50)).toEqual([
    { at: 35, text: 'ATL', anchor: 'middle' },
    { at: 85, text: 'ORD', anchor: 'middle' },
  ]);
  expect(binMarks(['a very long name of a value', 'b'], 0, 50)[0]?.text).toBe('a very long …');
});
