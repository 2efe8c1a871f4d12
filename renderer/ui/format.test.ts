import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatPercent,
  formatPlural,
  formatMoment,
  formatRelative,
} from './format.ts';

describe('formats', () => {
  it('separates thousands', () => {
    expect(formatCount(1984210)).toBe('1,984,210');
    expect(formatPlural(1, 'step')).toBe('1 step');
    expect(formatPlural(1200, 'step')).toBe('1,200 steps');
  });

  it('gives three significant digits in summaries', () => {
    expect(formatNumber(0.72345)).toBe('0.723');
    expect(formatNumber(11.24)).toBe('11.2');
    expect(formatNumber(1984210)).toBe('1.98 M');
    expect(formatNumber(-18.4)).toBe('−18.4');
    expect(formatNumber(0.00001234)).toBe('1.2e−5');
    expect(formatMetric(0.72)).toBe('0.720');
  });

  it('names durations and sizes with their units', () => {
    expect(formatDuration(340)).toBe('340 ms');
    expect(formatDuration(8400)).toBe('8.4 s');
    expect(formatDuration(41_200)).toBe('41 s');
    expect(formatDuration(192_000)).toBe('3 min 12 s');
    expect(formatDuration(7_500_000)).toBe('2 h 05 min');
    expect(formatBytes(512)).toBe('512 B');
    expect(formatBytes(6_200_000_000)).toBe('6.2 GB');
    expect(formatPercent(0.2)).toBe('20 %');
    expect(formatPercent(0.0042)).toBe('0.42 %');
  });

  it('is relative within a day', () => {
    const now = Date.UTC(2026, 0, 15, 12);
    expect(formatRelative(now - 10_000, now)).toBe('just now');
    expect(formatRelative(now - 240_000, now)).toBe('4 min ago');
    expect(formatRelative(now - 3 * 86_400_000, now)).toMatch(/2026/);
    expect(formatMoment(now, now)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(formatMoment(now - 3 * 86_400_000, now)).toMatch(/ 2026 \d\d:\d\d:\d\d$/);
  });
});
