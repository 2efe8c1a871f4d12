import { AppError } from '../../../shared/errors/app-error.ts';
import type { ExecutionProvider } from '../onnx/session.ts';
import type { ProviderReport } from './device-report.ts';
import { listGraphics, possibleProviders, probeDevices } from './probe.ts';

/** Below so many multiplications per batch, starting a kernel on a device takes longer than the kernel. */
const smallWork = 3e7;

let probed: Promise<ProviderReport[]> | undefined;

/** Once per process: a probe starts a process for each provider. */
function probe(): Promise<ProviderReport[]> {
  const others = possibleProviders(process.platform).filter((provider) => provider !== 'cpu');
  probed ??= probeDevices({ node: process.execPath, providers: others }).then(({ providers }) => providers);
  return probed;
}

/**
 * Where a model or a training graph may run for what the node asks: `auto` gives the CPU and every device that works here, unless a
 * batch is too little work for a device; `gpu` any device but the CPU. Errors: `environment.missing` for a device that does not work, with the reason.
 */
export async function providersFor(
  device: string,
  workPerBatch: number,
): Promise<{ providers: ExecutionProvider[]; why: string }> {
  if (device === 'cpu') return { providers: ['cpu'], why: 'it was asked for.' };
  if (device === 'auto') {
    if (workPerBatch < smallWork) {
      return { providers: ['cpu'], why: 'its batches are little work; handing them to a device would take longer.' };
    }
    if ((await listGraphics()).length === 0) {
      return { providers: ['cpu'], why: 'the system lists no graphics processor.' };
    }
    const reports = await probe();
    const ready = reports.filter(({ state }) => state === 'ready').map(({ provider }) => provider);
    const reasons = reports.map(({ provider, reason }) => `${provider}: ${reason ?? 'ready'}`);
    return {
      providers: ['cpu', ...ready],
      why: ready.length > 0 ? '' : `no other device works here (${reasons.join(' ')}).`,
    };
  }
  if (device === 'gpu') {
    const reports = await probe();
    const ready = reports.filter(({ state }) => state === 'ready').map(({ provider }) => provider);
    if (ready.length > 0) return { providers: ready, why: 'a graphics processor was asked for.' };
    const reasons = reports.map(({ provider, reason }) => `${provider}: ${reason ?? ''}`).join(' ');
    throw unusable(device, reasons);
  }
  const known = possibleProviders(process.platform).find((provider) => provider === device);
  const report = known === undefined ? undefined : (await probe()).find(({ provider }) => provider === known);
  if (known !== undefined && report?.state === 'ready') return { providers: [known], why: 'it was asked for.' };
  throw unusable(device, report?.reason ?? 'this system cannot have it.');
}

function unusable(device: string, reason: string): AppError {
  return new AppError('environment.missing', `The device “${device}” cannot be used: ${reason}`, {
    fix: 'Set the device to auto or cpu; the Devices screen tells what works here.',
  });
}
