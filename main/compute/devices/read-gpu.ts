import { existsSync } from 'node:fs';

export interface GpuReading {
  /** 0 … 100; null where no driver tells. */
  gpuPercent: number | null;
  gpuMemoryBytes: number | null;
}

/** Drivers that tell: NVIDIA's on Linux, all on Windows. */
let gpuIsRead = process.platform === 'win32' || existsSync('/dev/nvidiactl');

/** Of the busiest graphics processor whose driver tells; asked no more once none did. */
export async function readGpu(): Promise<GpuReading> {
  if (!gpuIsRead) return { gpuPercent: null, gpuMemoryBytes: null };
  const { graphics } = await import('systeminformation');
  const { controllers } = await graphics();
  const used = controllers.flatMap(({ utilizationGpu }) =>
    typeof utilizationGpu === 'number' ? [utilizationGpu] : [],
  );
  gpuIsRead = used.length > 0;
  const memory = controllers.flatMap(({ memoryUsed }) => (typeof memoryUsed === 'number' ? [memoryUsed] : []));
  return {
    gpuPercent: used.length === 0 ? null : Math.max(...used),
    gpuMemoryBytes: memory.length === 0 ? null : Math.max(...memory) * 2 ** 20,
  };
}
