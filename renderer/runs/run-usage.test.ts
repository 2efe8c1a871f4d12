import { expect, it } from 'vitest';
import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';
import { gpuIdleShare, usageRows } from './run-usage.ts';

const sample = (timeMs: number, cpuPercent: number, gpuPercent: number | null = null): ResourceSample => ({
  timeMs,
  cpuPercent,
  memoryBytes: 4 * timeMs,
  gpuPercent,
  gpuMemoryBytes: null,
});

it('puts readings on the axis of the steps, in their own unit', () => {
  const rows = usageRows([sample(1_500, 50), sample(2_000, 100)], 1_000, 3_000);
  expect(rows).toEqual([
    {
      id: 'processor',
      points: [
        { x: 0.25, y: 0.5 },
        { x: 0.5, y: 1 },
      ],
      mean: 75,
      most: 100,
    },
    {
      id: 'memory',
      points: [
        { x: 0.25, y: 0.75 },
        { x: 0.5, y: 1 },
      ],
      mean: 7_000,
      most: 8_000,
    },
  ]);
  expect(usageRows([], 0, 1)).toEqual([]);
});

it('tells how long a graphics processor was idle', () => {
  expect(gpuIdleShare([sample(1, 0, 0), sample(2, 0, 90), sample(3, 0, 4), sample(4, 0, 50)])).toBe(0.5);
  expect(gpuIdleShare([sample(1, 0)])).toBeUndefined();
});
