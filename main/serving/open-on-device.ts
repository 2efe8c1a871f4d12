import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { type DeviceLease, openDeviceLease } from '../compute/devices/device-lease.ts';
import { type ChosenProvider, fastestProvider } from '../compute/devices/fastest-provider.ts';
import { providersFor } from '../compute/devices/providers-for.ts';
import { type ExecutionProvider, openSession } from '../compute/onnx/session.ts';

export interface ModelOnDevice {
  session: InferenceSession;
  ran: ChosenProvider;
  /** Of the device; undefined on the CPU. */
  lease: DeviceLease | undefined;
}

export interface OpenOnDevice {
  /** `auto`, `gpu` or an execution provider. */
  device: string;
  bytes: Uint8Array;
  label: string;
  threads: number;
  /** The model on the CPU; released where a device takes its place. */
  cpu: InferenceSession;
  /** A batch to try devices with; undefined where the model leaves its extents open. */
  trial: Record<string, OrtTensor> | undefined;
  trialRows: number;
}

/** A device may add up in another order and with fewer digits; a greater difference, relative to values above 1, is an error. */
const tolerance = 1e-3;

/**
 * Where a model is served: the fastest on a trial batch of what `device` allows, among those that give the CPU's numbers.
 * Errors: `environment.missing` for a device that does not work, has no room or gives other numbers.
 */
export async function openOnDevice(options: OpenOnDevice): Promise<ModelOnDevice> {
  const { device, bytes, cpu, trial, trialRows, label, threads } = options;
  // A weight is used about once per row; most of a model's bytes are weights.
  const { providers, why } = await providersFor(device, (bytes.length / 4) * trialRows);
  const others = providers.filter((provider) => provider !== 'cpu');
  if (others.length === 0) return { session: cpu, ran: { provider: 'cpu', why }, lease: undefined };
  if (trial === undefined && providers.includes('cpu')) {
    const open = 'the model leaves extents open, so that devices cannot be tried.';
    return { session: cpu, ran: { provider: 'cpu', why: open }, lease: undefined };
  }
  const leases = new Map<ExecutionProvider, DeviceLease>();
  const right = trial === undefined ? undefined : await cpu.run(trial);
  const open = (provider: ExecutionProvider): Promise<InferenceSession> => {
    if (provider === 'cpu') return Promise.resolve(cpu);
    leases.set(provider, openDeviceLease({ role: 'serving', what: label, provider, bytes: 2 * bytes.length }));
    return openSession(bytes, { threads, provider, label, silent: true });
  };
  const run = async (session: InferenceSession) => {
    if (trial !== undefined && right !== undefined) requireSame(await session.run(trial), right);
  };
  try {
    const { session, ran } = await fastestProvider(providers, open, run);
    // A single one is opened without a trial.
    if (providers.length === 1) await run(session);
    for (const [provider, lease] of leases) if (provider !== ran.provider) lease.close();
    if (ran.provider !== 'cpu' && !providers.includes('cpu')) await cpu.release();
    return {
      session,
      ran: { provider: ran.provider, why: ran.why === '' ? why : ran.why },
      lease: leases.get(ran.provider),
    };
  } catch (error) {
    for (const lease of leases.values()) lease.close();
    const { code, message, fix } = toAppError(error);
    throw code === 'environment.missing'
      ? error
      : new AppError('environment.missing', `The ${label} cannot be served on ${device}: ${message}`, {
          fix: fix ?? 'Set the device of the endpoint to auto or cpu.',
          cause: error,
        });
  }
}

function requireSame(results: InferenceSession.OnnxValueMapType, right: InferenceSession.OnnxValueMapType): void {
  for (const [name, value] of Object.entries(right)) {
    const [got, expected] = [results[name] as OrtTensor | undefined, value as OrtTensor];
    // Labels follow from scores; where two of those are equal, either is right.
    if (expected.type !== 'float32') continue;
    const [values, wanted] = [got?.data as Float32Array, expected.data as Float32Array];
    for (const [at, want] of wanted.entries()) {
      const value_ = values[at] ?? Number.NaN;
      if (Object.is(value_, want) || Math.abs(value_ - want) <= tolerance * Math.max(1, Math.abs(want))) continue;
      throw new AppError('environment.missing', `it computed ${value_} for “${name}” where the CPU gives ${want}.`, {
        fix: 'Set the device to cpu, or renew the driver of the graphics processor.',
      });
    }
  }
}
