import { readGpuStates } from './nvidia-smi.ts';

export interface GpuReading {
  /** 0 … 100; null where no driver tells. */
  gpuPercent: number | null;
  gpuMemoryBytes: number | null;
}

/** Of the busiest graphics processor whose driver tells. */
export async function readGpu(): Promise<GpuReading> {
  const states = await readGpuStates();
  const most = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const share = most(states.map(({ busyShare }) => busyShare));
  return {
    gpuPercent: share === null ? null : share * 100,
    gpuMemoryBytes: most(states.map(({ memoryUsedBytes }) => memoryUsedBytes)),
  };
}
