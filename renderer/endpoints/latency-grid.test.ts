import { expect, it } from 'vitest';
import { latencyGrid } from './latency-grid.ts';

const point = (timeMs: number, latencies: number[]) => ({
  timeMs,
  requests: 0,
  failed: 0,
  p50: null,
  p99: null,
  latencies,
});

it('keeps the rows that have requests', () => {
  const grid = latencyGrid([point(1_000, [0, 0, 3]), point(2_000, []), point(3_000, [0, 0, 0, 0, 1])]);
  expect(grid.times).toEqual([1_000, 2_000, 3_000]);
  expect(grid.bounds).toEqual([0.08, 0.16, 0.32]);
  expect(grid.counts).toEqual([
    [3, 0, 0],
    [0, 0, 0],
    [0, 0, 1],
  ]);
});

it('adds up what does not fit side by side, and takes nothing for nothing', () => {
  const grid = latencyGrid(Array.from({ length: 900 }, (_, i) => point(i * 1_000, [1])));
  expect(grid.times).toHaveLength(90);
  expect(grid.counts.every(([count]) => count === 10)).toBe(true);
  expect(latencyGrid([])).toEqual({ times: [], bounds: [], counts: [] });
});
