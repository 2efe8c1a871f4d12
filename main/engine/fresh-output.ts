import type { Engine } from './engine.ts';
import { lastEvent } from './last-event.ts';

export interface OutputOfStep {
  document: unknown;
  baseDir: string;
  step: string;
  port: string;
  /** Named in the list of runs. */
  source: 'endpoint' | 'features' | 'labels';
  /** Nobody wants it any more: the run that was started for it is cancelled. */
  signal?: AbortSignal | undefined;
}

/**
 * Digest of what a step gives on its sources as they are now: known from an earlier run, else made by a run up to it.
 * `digest` is undefined where that run, `runId`, did not give it.
 */
export async function freshOutput(
  engine: Engine,
  { document, baseDir, step, port, source, signal }: OutputOfStep,
): Promise<{ digest: string } | { digest: undefined; runId: string; status: string }> {
  const { steps } = await engine.planStates(document, { baseDir, to: step });
  const state = steps.find(({ id }) => id === step);
  const known = state?.hit === true ? state.outputs[port]?.digest : undefined;
  if (known !== undefined) return { digest: known };
  signal?.throwIfAborted();
  const { runId } = await engine.startRun({ document, baseDir, to: step, source });
  const cancel = () => void engine.cancelRun(runId);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  const { status, outputs } = await lastEvent(engine, runId).finally(() =>
    signal?.removeEventListener('abort', cancel),
  );
  const digest = outputs[`${step}.${port}`]?.digest;
  return digest !== undefined && status === 'succeeded' ? { digest } : { digest: undefined, runId, status };
}
