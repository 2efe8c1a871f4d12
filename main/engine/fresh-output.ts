import type { Engine } from './engine.ts';
import { lastEvent } from './graph-endpoints.ts';

export interface OutputOfStep {
  document: unknown;
  baseDir: string;
  step: string;
  port: string;
  /** Named in the list of runs. */
  source: 'features' | 'labels';
}

/**
 * Digest of what a step gives on its sources as they are now: known from an earlier run, else made by a run up to it.
 * `digest` is undefined where that run, `runId`, did not give it.
 */
export async function freshOutput(
  engine: Engine,
  { document, baseDir, step, port, source }: OutputOfStep,
): Promise<{ digest: string } | { digest: undefined; runId: string; status: string }> {
  const { steps } = await engine.planStates(document, { baseDir, to: step });
  const state = steps.find(({ id }) => id === step);
  const known = state?.hit === true ? state.outputs[port]?.digest : undefined;
  if (known !== undefined) return { digest: known };
  const { runId } = await engine.startRun({ document, baseDir, to: step, source });
  const { status, outputs } = await lastEvent(engine, runId);
  const digest = outputs[`${step}.${port}`]?.digest;
  return digest !== undefined && status === 'succeeded' ? { digest } : { digest: undefined, runId, status };
}
