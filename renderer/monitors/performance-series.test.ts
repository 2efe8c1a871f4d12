import { expect, it } from 'vitest';
import type { MonitorPerformance } from '../../shared/rpc/engine-contract.ts';
import { bandedSeries, shownWindows, versionSpans } from './performance-series.ts';

const metric = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
const window = (toMs: number, model: string, rows = 100, realized: number | null = null) => ({
  fromMs: toMs - 10,
  toMs,
  rows,
  labelled: 0,
  model,
  estimated: metric(0.7),
  realized: realized === null ? null : metric(realized),
});
const performance = (windows: MonitorPerformance['windows']): MonitorPerformance => ({
  metric: 'rocAuc',
  higherIsBetter: true,
  reference: 0.7,
  limit: 0.65,
  windowRows: 100,
  labels: { rows: 0, labelled: 0, waiting: 0, repeated: 0 },
  windows,
  estimatedDrop: false,
  realizedDrop: false,
});

it('leaves out windows of few rows and puts those of two versions in order', () => {
  const shown = shownWindows(performance([window(30, 'b'), window(20, 'a'), window(40, 'b', 10)]));
  expect(shown.map(({ toMs }) => toMs)).toEqual([20, 30]);
});

it('breaks the line where there is no label yet', () => {
  expect(bandedSeries([window(1, 'a', 100, 0.6), window(2, 'a')], ({ realized }) => realized)).toEqual({
    x: [1, 2],
    y: [0.6, null],
    band: { low: [0.5, null], high: [0.7, null] },
  });
});

it('gives each version the time it answered, without gaps', () => {
  const spans = versionSpans([window(20, 'a'), window(30, 'a'), window(50, 'b')], (digest) => digest.toUpperCase());
  expect(spans).toEqual([
    { from: 10, to: 30, label: 'A' },
    { from: 30, to: 50, label: 'B' },
  ]);
});
