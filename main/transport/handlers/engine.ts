import { availableParallelism, cpus } from 'node:os';
import type { DeviceReport } from '../../compute/devices/device-report.ts';
import { probeDevices } from '../../compute/devices/probe.ts';
import { workerNode } from '../../product/worker-node.ts';
import { rpc } from '../rpc-base.ts';

const readingIntervalMs = 2_000;

let devices: Promise<DeviceReport> | undefined;

/** Probes once; a probe that could not be made is tried again. */
function knownDevices(): Promise<DeviceReport> {
  devices ??= probeDevices({ node: workerNode() }).catch((error: unknown) => {
    devices = undefined;
    throw error;
  });
  return devices;
}

export const engineHandlers = {
  devices: rpc.engine.devices.handler(async () => {
    const { providers, graphics } = await knownDevices();
    const [first] = cpus();
    return { cpu: { name: first?.model.trim() ?? '', cores: availableParallelism() }, providers, graphics };
  }),
  info: rpc.engine.info.handler(({ context }) => context.engine.info()),
  watchDevices: rpc.engine.watchDevices.handler(async function* ({ signal }) {
    const si = await import('systeminformation');
    while (!signal?.aborted) {
      const [load, memory] = await Promise.all([si.currentLoad(), si.mem()]);
      yield {
        cpuPercent: load.currentLoad,
        memoryUsedBytes: memory.active,
        memoryTotalBytes: memory.total,
        gpuPercent: null,
      };
      await pause(readingIntervalMs, signal);
    }
  }),
};

/** Resolves after the time or at the abort, whichever comes first. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
