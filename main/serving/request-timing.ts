/** Moments of one request as `performance.now()`; undefined where it has not come to that. */
export interface RequestTiming {
  /** The head was read. */
  readonly startedMs: number;
  /** The body was read and decompressed. */
  bodyMs?: number;
  /** Its rows or tensors were checked, and features looked up. */
  preparedMs?: number;
  /** The time of that which looking features up took. */
  featuresMs?: number;
  /** Its run began; absent for an answer from the cache. */
  runStartedMs?: number;
  runEndedMs?: number;
  /** Of the run, the time in the model itself. */
  inferMs?: number;
  /** Rows of the run, those of other requests included. */
  batchRows?: number;
  /** Of a model of several steps: those that ran, by the order they began in. */
  steps?: StepTiming[];
  endedMs?: number;
}

/** Moments of one step. */
export interface StepTiming extends RequestTiming {
  readonly name: string;
  /** Rows of this request that reached it. */
  readonly rows: number;
}

/** Header by which a request asks for `Server-Timing` in its answer. */
export const timingHeader = 'x-slipway-timing';

/** Value of `Server-Timing`: where the time of an answered request went, in ms. */
export function serverTiming(timing: RequestTiming, endedMs: number): string {
  const { startedMs, bodyMs, preparedMs, featuresMs, runStartedMs, runEndedMs, inferMs, batchRows } = timing;
  const parts: string[] = [];
  const add = (name: string, durationMs: number | undefined) => {
    if (durationMs !== undefined) parts.push(`${name};dur=${Math.max(0, durationMs).toFixed(3)}`);
  };
  add('body', bodyMs === undefined ? undefined : bodyMs - startedMs);
  if (bodyMs !== undefined && preparedMs !== undefined) add('prepare', preparedMs - bodyMs - (featuresMs ?? 0));
  add('features', featuresMs);
  if (preparedMs !== undefined && runStartedMs !== undefined) add('queue', runStartedMs - preparedMs);
  if (runStartedMs !== undefined && runEndedMs !== undefined) add('run', runEndedMs - runStartedMs);
  add('model', inferMs);
  add('total', endedMs - startedMs);
  if (batchRows !== undefined) parts.push(`batch;desc="${batchRows} rows"`);
  for (const step of timing.steps ?? []) {
    if (step.runStartedMs === undefined || step.runEndedMs === undefined) continue;
    const queueMs = Math.max(0, step.runStartedMs - step.startedMs).toFixed(3);
    const said = `queue ${queueMs} ms, ${step.rows} rows in a batch of ${step.batchRows ?? 0}`;
    parts.push(`step-${step.name};dur=${(step.runEndedMs - step.startedMs).toFixed(3)};desc="${said}"`);
  }
  return parts.join(', ');
}
