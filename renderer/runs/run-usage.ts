import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';

/** Below this a graphics processor counts as idle, in percent. */
const idlePercent = 5;

export interface UsageRow {
  id: 'processor' | 'memory' | 'gpu' | 'gpuMemory';
  /** Shares of the run's time and of the row's height, 0 … 1. */
  points: { x: number; y: number }[];
  /** Percent of all cores or of the graphics processor; bytes for memory. */
  mean: number;
  most: number;
}

/** What a run used, for the time axis of its steps; rows without readings are left out. */
export function usageRows(samples: readonly ResourceSample[], startedMs: number, untilMs: number): UsageRow[] {
  const span = Math.max(1, untilMs - startedMs);
  const row = (id: UsageRow['id'], read: (sample: ResourceSample) => number | null, full?: number): UsageRow[] => {
    const readings = samples.flatMap((sample) => {
      const value = read(sample);
      return value === null ? [] : [{ timeMs: sample.timeMs, value }];
    });
    if (readings.length === 0) return [];
    const values = readings.map(({ value }) => value);
    const most = Math.max(...values);
    const height = full ?? Math.max(most, 1);
    return [
      {
        id,
        points: readings.map(({ timeMs, value }) => ({
          x: Math.max(0, Math.min(1, (timeMs - startedMs) / span)),
          y: Math.min(1, value / height),
        })),
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        most,
      },
    ];
  };
  return [
    ...row('processor', ({ cpuPercent }) => cpuPercent, 100),
    ...row('memory', ({ memoryBytes }) => memoryBytes),
    ...row('gpu', ({ gpuPercent }) => gpuPercent, 100),
    ...row('gpuMemory', ({ gpuMemoryBytes }) => gpuMemoryBytes),
  ];
}

/** Share of the run in which the graphics processor did nothing, 0 … 1; undefined where no driver told. */
export function gpuIdleShare(samples: readonly ResourceSample[]): number | undefined {
  const read = samples.flatMap(({ gpuPercent }) => (gpuPercent === null ? [] : [gpuPercent]));
  return read.length === 0 ? undefined : read.filter((percent) => percent < idlePercent).length / read.length;
}
