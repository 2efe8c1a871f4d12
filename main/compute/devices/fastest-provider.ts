import type { InferenceSession } from 'onnxruntime-node';
import { toAppError } from '../../../shared/errors/app-error.ts';
import type { ExecutionProvider } from '../onnx/session.ts';

export interface ChosenProvider {
  provider: ExecutionProvider;
  /** Empty where there was no choice. */
  why: string;
}

interface Measured {
  provider: ExecutionProvider;
  session: InferenceSession;
  runMs: number;
}

/**
 * Opens a session on each provider, times `run` after a first one that warms it up, and keeps the fastest. One that fails
 * is left out; the last failure is thrown when none is left.
 */
export async function fastestProvider(
  providers: readonly ExecutionProvider[],
  open: (provider: ExecutionProvider) => Promise<InferenceSession>,
  run: (session: InferenceSession) => Promise<void>,
): Promise<{ session: InferenceSession; ran: ChosenProvider }> {
  const [only] = providers;
  if (providers.length === 1 && only !== undefined)
    return { session: await open(only), ran: { provider: only, why: '' } };
  const measured: Measured[] = [];
  const failed: string[] = [];
  let failure: unknown;
  for (const provider of providers) {
    let session: InferenceSession | undefined;
    try {
      session = await open(provider);
      await run(session);
      const started = performance.now();
      await run(session);
      measured.push({ provider, session, runMs: performance.now() - started });
    } catch (error) {
      // It may hold memory of the device; one that has failed may fail here too.
      await session?.release().catch(() => undefined);
      failure = error;
      failed.push(`${provider} failed (${toAppError(error).message})`);
    }
  }
  measured.sort((a, b) => a.runMs - b.runMs);
  const [best, ...others] = measured;
  if (best === undefined) throw failure;
  for (const { session } of others) await session.release();
  const times = measured.map(({ provider, runMs }) => `${provider} ${runMs.toPrecision(2)} ms`);
  return {
    session: best.session,
    ran: { provider: best.provider, why: [`the first batches took ${times.join(', ')}.`, ...failed].join(' ') },
  };
}
