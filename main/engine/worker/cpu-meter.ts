import type { CpuUse } from '../../store/step-history.ts';

const sampleMs = 1_000;

/**
 * Starts to measure the processor time of this process, all its threads. The returned function ends it. The peak is that of the
 * busiest second; where the event loop is held longer, of the time until it is free again.
 */
export function startCpuMeter(): () => CpuUse {
  const readMs = () => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1_000, wall: performance.now() };
  };
  const start = readMs();
  let last = start;
  let peakCores = 0;
  const timer = setInterval(() => {
    const now = readMs();
    peakCores = Math.max(peakCores, coresBetween(last, now));
    last = now;
  }, sampleMs).unref();
  return () => {
    clearInterval(timer);
    const meanCores = coresBetween(start, readMs());
    return { meanCores, peakCores: Math.max(meanCores, peakCores) };
  };
}

function coresBetween(from: { cpu: number; wall: number }, to: { cpu: number; wall: number }): number {
  return Math.max(0, to.cpu - from.cpu) / Math.max(1, to.wall - from.wall);
}
