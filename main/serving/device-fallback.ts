import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { ChosenProvider } from '../compute/devices/fastest-provider.ts';
import type { ModelOnDevice } from './open-on-device.ts';

type Session = Pick<InferenceSession, 'run' | 'release'>;

export interface DeviceFallbackOptions {
  model: Omit<ModelOnDevice, 'session'> & { session: Session };
  openOnCpu: () => Promise<Session>;
  onMove: (ran: ChosenProvider) => void;
}

/** A model on its device, and on the CPU from the first run that the device fails and the CPU does not. */
export class DeviceFallback {
  readonly #options: DeviceFallbackOptions;
  #session: Session;
  #hasMoved = false;
  /** Opened when the device first fails and kept: whoever sends bad requests must not make it load the model each time. */
  #cpu: Promise<Session> | undefined;

  constructor(options: DeviceFallbackOptions) {
    this.#options = options;
    this.#session = options.model.session;
  }

  /** Waits where a training goes first on the device. */
  async turn(): Promise<void> {
    if (!this.#hasMoved) await this.#options.model.lease?.turn();
  }

  /** Errors: those of the CPU where both fail, so that the request is to blame; the model stays where it is then. */
  async run(feeds: Record<string, OrtTensor>, fetches: string[]): Promise<InferenceSession.OnnxValueMapType> {
    const { model } = this.#options;
    const session = this.#session;
    try {
      return await session.run(feeds, fetches);
    } catch (error) {
      if (model.ran.provider === 'cpu' || session !== model.session) throw error;
      const cpu = await this.#onCpu(error);
      const results = await cpu.run(feeds, fetches);
      await this.#move(cpu, error);
      return results;
    }
  }

  async #onCpu(failure: unknown): Promise<Session> {
    this.#cpu ??= this.#options.openOnCpu();
    try {
      return await this.#cpu;
    } catch {
      this.#cpu = undefined;
      throw failure;
    }
  }

  async #move(cpu: Session, failure: unknown): Promise<void> {
    if (this.#hasMoved) return;
    const { model, onMove } = this.#options;
    this.#hasMoved = true;
    this.#session = cpu;
    const reason = failure instanceof Error ? failure.message : String(failure);
    onMove({ provider: 'cpu', why: `${model.ran.provider} failed while serving (${reason}).` });
    // A device that has failed may fail here too.
    await model.session.release().catch(() => undefined);
    model.lease?.close();
  }
}
