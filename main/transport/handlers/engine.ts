import { availableParallelism, cpus } from 'node:os';
import type { DeviceReport } from '../../compute/devices/device-report.ts';
import { readDeviceUses } from '../../compute/devices/device-lease.ts';
import { readDeviceSharing, writeDeviceSharing } from '../../compute/devices/device-sharing.ts';
import { probeDevices } from '../../compute/devices/probe.ts';
import type { z } from 'zod';
import type { deviceListSchema } from '../../../shared/rpc/engine-contract.ts';
import { TrackingStore } from '../../tracking/tracking-store.ts';
import { installCuda } from '../../doctor/install-cuda.ts';
import { checkMachine } from '../../doctor/machine-checks.ts';
import { workerNode } from '../../product/worker-node.ts';
import { readGpu } from '../../compute/devices/read-gpu.ts';
import { rpc } from '../rpc-base.ts';

const readingIntervalMs = 2_000;
const shownTrainings = 12;

type DeviceList = z.infer<typeof deviceListSchema>;

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
  devices: rpc.engine.devices.handler(async ({ context }) => {
    const { providers, graphics } = await knownDevices();
    const [first] = cpus();
    return {
      cpu: { name: first?.model.trim() ?? '', cores: availableParallelism() },
      providers,
      graphics,
      trainings: lastTrainings(new TrackingStore(context.engine.database)),
    };
  }),
  info: rpc.engine.info.handler(({ context }) => context.engine.info()),
  checkMachine: rpc.engine.checkMachine.handler(async ({ context }) => {
    devices = undefined;
    return checkMachine({ dataDir: context.engine.dataDir, devices: await knownDevices(), port: undefined });
  }),
  installCuda: rpc.engine.installCuda.handler(async function* ({ signal }) {
    for await (const text of installCuda(signal)) yield { text };
    devices = undefined;
  }),
  shareDevices: rpc.engine.shareDevices.handler(({ input }) => writeDeviceSharing(input)),
  watchDevices: rpc.engine.watchDevices.handler(async function* ({ signal }) {
    const si = await import('systeminformation');
    while (!signal?.aborted) {
      const [load, memory, gpu] = await Promise.all([si.currentLoad(), si.mem(), readGpu()]);
      yield {
        cpuPercent: load.currentLoad,
        memoryUsedBytes: memory.active,
        memoryTotalBytes: memory.total,
        gpuPercent: gpu.gpuPercent,
        sharing: readDeviceSharing(),
        uses: readDeviceUses(),
      };
      await pause(readingIntervalMs, signal);
    }
  }),
};

function lastTrainings(tracking: TrackingStore): DeviceList['trainings'] {
  const experiments = tracking.experiments();
  const names = new Map(experiments.map(({ id, name }) => [id, name]));
  const { trainings } = tracking.query({
    experimentIds: [...names.keys()],
    limit: shownTrainings,
    columns: {
      params: [],
      metrics: ['seconds', 'energyJoules'],
      tags: ['machine.device', 'machine.deviceReason'],
    },
  });
  return trainings.map(({ id, name, experimentId, startMs, tags, metrics }) => ({
    id,
    name,
    graphId: names.get(experimentId) ?? '',
    startMs,
    device: tags['machine.device'] ?? 'cpu',
    why: tags['machine.deviceReason'] ?? null,
    seconds: metrics['seconds']?.value ?? null,
    energyJoules: metrics['energyJoules']?.value ?? null,
  }));
}

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
