import { afterEach, expect, it } from 'vitest';
import { setLanguage } from '../translation/language.ts';
import { formatLogTicks, formatReadout, formatTicks, formatTimeTick } from './tick-format.ts';

afterEach(() => setLanguage('en'));

it('gives the ticks of one axis equal decimals', () => {
  expect(formatTicks([0, 0.25, 0.5])).toEqual(['0', '0.25', '0.50']);
  expect(formatTicks([-20, 0, 20])).toEqual(['−20', '0', '20']);
  expect(formatTicks([0, 1000, 2000])).toEqual(['0', '1,000', '2,000']);
  expect(formatTicks([0, 500_000, 1_000_000])).toEqual(['0', '0.5 M', '1.0 M']);
  expect(formatTicks([0, 100_000])).toEqual(['0', '100 k']);
  expect(formatTicks([0, 2e-6])).toEqual(['0', '2e−6']);
  expect(formatTicks([])).toEqual([]);
});

it('keeps log ticks short', () => {
  expect(formatLogTicks([0.25, 1, 16])).toEqual(['0.25', '1', '16']);
});

it('formats time by the distance of ticks', () => {
  const time = Date.UTC(2001, 4, 28, 14, 2, 9);
  expect(formatTimeTick(time, 1000, true)).toBe('14:02:09');
  expect(formatTimeTick(time, 60_000, true)).toBe('14:02');
  expect(formatTimeTick(time, 7 * 86_400_000, true)).toBe('28 May');
  expect(formatTimeTick(time, 365 * 86_400_000, true)).toBe('May 2001');
});

it('reads values out with three significant digits, whole numbers in full', () => {
  expect(formatReadout(0.72345)).toBe('0.723');
  expect(formatReadout(0.9998)).toBe('0.9998');
  expect(formatReadout(-0.99996)).toBe('−0.99996');
  expect(formatReadout(1)).toBe('1');
  expect(formatReadout(1984210)).toBe('1,984,210');
  expect(formatReadout(-18.44)).toBe('−18.4');
  expect(formatReadout(0.0000123)).toBe('1.23e−5');
  expect(formatReadout(Number.NaN)).toBe('–');
  expect(formatReadout(Number.POSITIVE_INFINITY)).toBe('∞');
});

it('writes numbers as the language does', () => {
  setLanguage('de');
  expect(formatTicks([0, 0.25, 0.5])).toEqual(['0', '0,25', '0,50']);
  expect(formatTicks([0, 1000, 2000])).toEqual(['0', '1.000', '2.000']);
  expect(formatLogTicks([0.25, 1])).toEqual(['0,25', '1']);
  expect(formatReadout(-18.44)).toBe('−18,4');
  expect(formatReadout(0.0000123)).toBe('1,23e−5');
});
