import type { LoggedTiming } from '../../shared/rpc/engine-contract.ts';

/** What is known of one request: moments as `performance.now()`; undefined where it has not come to that. */
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
  /** The id that it gave itself or got. */
  id?: string;
  /** Feature views that were looked up for it, with their versions, as in the header of its answer. */
  features?: string;
}

/** Moments of one step. */
export interface StepTiming extends RequestTiming {
  readonly name: string;
  /** Rows of this request that reached it. */
  readonly rows: number;
}

/** Header by which a request asks for `Server-Timing` in its answer. */
export const timingHeader = 'x-slipway-timing';

/** Parts of the time of a request, in their order; `run` holds `model`, and `total` all others. */
export const timingParts = ['body', 'prepare', 'features', 'queue', 'run', 'model', 'total'] as const;

/** The parts in ms, as `timingParts` orders them; undefined where the request did not come to that. */
export function partsOf(timing: RequestTiming): (number | undefined)[] {
  const { startedMs, bodyMs, preparedMs, featuresMs, runStartedMs, runEndedMs, inferMs, endedMs } = timing;
  const since = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? undefined : Math.max(0, to - from);
  return [
    since(startedMs, bodyMs),
    since(bodyMs, preparedMs === undefined ? undefined : preparedMs - (featuresMs ?? 0)),
    featuresMs,
    since(preparedMs, runStartedMs),
    since(runStartedMs, runEndedMs),
    inferMs,
    since(startedMs, endedMs),
  ];
}

/** Parts by name, in ms. */
export function loggedTiming(ms: (name: (typeof timingParts)[number], i: number) => number | null): LoggedTiming {
  const [body, prepare, features, queue, run, model, total] = timingParts.map(ms);
  return {
    body: body ?? null,
    prepare: prepare ?? null,
    features: features ?? null,
    queue: queue ?? null,
    run: run ?? null,
    model: model ?? null,
    total: total ?? null,
  };
}

/** The same by name, null where unknown. */
export function timingJson(timing: RequestTiming): LoggedTiming {
  const parts = partsOf(timing);
  const named = loggedTiming((_name, i) => parts[i] ?? null);
  const steps = (timing.steps ?? []).flatMap(({ name, rows, startedMs, runStartedMs, runEndedMs, batchRows = 0 }) =>
    runStartedMs === undefined || runEndedMs === undefined
      ? []
      : [{ name, rows, queue: Math.max(0, runStartedMs - startedMs), run: runEndedMs - runStartedMs, batchRows }],
  );
  return steps.length === 0 ? named : { ...named, steps };
}

/** Value of `Server-Timing`: where the time of an answered request went, in ms. */
export function serverTiming(timing: RequestTiming): string {
  const durations = partsOf(timing);
  const parts = timingParts.flatMap((name, i) => {
    const durationMs = durations[i];
    return durationMs === undefined ? [] : [`${name};dur=${durationMs.toFixed(3)}`];
  });
  if (timing.batchRows !== undefined) parts.push(`batch;desc="${timing.batchRows} rows"`);
  for (const step of timing.steps ?? []) {
    if (step.runStartedMs === undefined || step.runEndedMs === undefined) continue;
    const queueMs = Math.max(0, step.runStartedMs - step.startedMs).toFixed(3);
    const said = `queue ${queueMs} ms, ${step.rows} rows in a batch of ${step.batchRows ?? 0}`;
    parts.push(`step-${step.name};dur=${(step.runEndedMs - step.startedMs).toFixed(3)};desc="${said}"`);
  }
  return parts.join(', ');
}
