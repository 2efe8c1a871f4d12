import { expect, it } from 'vitest';
import { startCpuMeter } from './cpu-meter.ts';

it('tells a busy time from one that waits', async () => {
  const idle = startCpuMeter();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const waited = idle();
  const stop = startCpuMeter();
  const before = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - before < 200_000) sum += Math.sqrt(sum + 1);
  const busy = stop();
  expect(sum).toBeGreaterThan(0);
  expect(busy.meanCores).toBeGreaterThan(waited.meanCores);
  for (const { meanCores, peakCores } of [waited, busy]) expect(peakCores).toBeGreaterThanOrEqual(meanCores);
});
