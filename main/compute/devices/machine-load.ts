import { cpus, freemem, totalmem } from 'node:os';
import type { ResourceSample } from '../../../shared/rpc/resource-schemas.ts';
import { type GpuReading, readGpu } from './read-gpu.ts';

/** How busy this machine has been since the last call, or since it was made. */
export function machineLoad(gpu: () => Promise<GpuReading> = readGpu): () => Promise<ResourceSample> {
  let before = processorTimes();
  return async () => {
    const now = processorTimes();
    const graphics = await gpu().catch(() => ({ gpuPercent: null, gpuMemoryBytes: null }));
    const all = now.all - before.all;
    const cpuPercent = all === 0 ? 0 : ((all - (now.idle - before.idle)) / all) * 100;
    before = now;
    return { timeMs: Date.now(), cpuPercent, memoryBytes: totalmem() - freemem(), ...graphics };
  };
}

function processorTimes(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
