import type { ErrorCode } from '../../shared/errors/codes.ts';
import type { InferJob } from './batcher.ts';
import type { InferRequest } from './infer-request.ts';
import type { FailureReason } from './model-statistics.ts';
import type { RequestTiming } from './request-timing.ts';
import type { ServedModel } from './served-model.ts';
import type { ServingContext } from './serving-context.ts';
import { mirror } from './shadow.ts';
import type { Tensor } from './tensor.ts';

/** What a front knows of a request besides its content. */
export interface InferenceOptions {
  signal?: AbortSignal | undefined;
  /** Sent by a load test, or tried by hand: neither logged nor watched, as it is no traffic of the model. */
  isTest?: boolean;
  /** `performance.now()` at which the request's bytes may have arrived; undefined: just now. */
  arrivedMs?: number | undefined;
  /** Requests with the same one keep to one replica where the endpoint says so. */
  session?: string | undefined;
  /** Gets the moments of the request. */
  timing?: RequestTiming | undefined;
}

/**
 * Runs a checked request, and a copy of it where the model has a shadow. Errors: `request.invalid` (extents that do not
 * fit together), those of `ServedModel.infer`.
 */
export async function runInference(
  { models }: ServingContext,
  model: ServedModel,
  request: InferRequest,
  { signal, isTest = false, arrivedMs, timing, session }: InferenceOptions,
): Promise<{ rows: number; outputs: Tensor[] }> {
  const rows = model.rowsOf(request.inputs);
  const job: InferJob = {
    inputs: request.inputs,
    outputs: request.outputs.map((output) => output.name),
    parameterKey: request.parameterKey,
    rows,
    arrivedMs,
    timeoutMs: request.timeoutMs,
    priority: request.priority,
    timing,
    signal,
  };
  if (timing !== undefined) timing.preparedMs = performance.now();
  const outputs = await model.infer(job, session);
  if (!isTest) models.predicted(model, outputs);
  const shadow = models.shadowOf(model);
  if (shadow !== undefined) void mirror(shadow, job, outputs);
  // For the log; what follows until it is sent is as good as nothing.
  if (timing !== undefined) timing.endedMs = performance.now();
  if (!isTest) model.record(request, outputs, rows, timing);
  return { rows, outputs };
}

export interface EndedInference {
  /** As of HTTP. */
  status: number;
  /** 0 for a request that failed. */
  rows: number;
  /** With its end. */
  timing: RequestTiming;
  /** Why it failed. */
  failure?: ErrorCode | undefined;
  isTest?: boolean;
  /** Of the trace that it belongs to; undefined: it is not traced. */
  traceId?: string | undefined;
}

/** Counts an answered request, and logs one that failed. */
export function recordRequest(
  context: ServingContext,
  model: ServedModel,
  { status, rows, timing, failure, isTest = false, traceId }: EndedInference,
): void {
  const durationMs = (timing.endedMs ?? timing.startedMs) - timing.startedMs;
  if (failure !== undefined && !isTest) model.recordFailure(status, failure, timing);
  model.requestsByCode.set(status, (model.requestsByCode.get(status) ?? 0) + 1);
  model.durationSeconds.observe(durationMs / 1000, traceId);
  model.responseMs.observe(durationMs);
  model.statistics.answered(durationMs, failureOf(status));
  context.activity.record(durationMs, rows, status !== 200, isTest, status >= 500 || status === 429);
  const rolledBack = context.models.observe(model, status >= 500 && status !== 503, durationMs);
  if (rolledBack === undefined) return;
  const { version, reason } = rolledBack;
  context.log(
    'warn',
    `Version ${version} of model ${model.name} gets no requests any more: its ${reason} was beyond its limits.`,
  );
  context.audit.write({
    action: 'canary.rolled-back',
    target: `${model.name}/${version}: ${reason}`,
    key: null,
    address: null,
  });
}

function failureOf(status: number): FailureReason | undefined {
  switch (status) {
    case 200:
      return undefined;
    case 503:
      return 'REJECTED';
    case 499:
      return 'CANCELED';
    case 500:
      return 'BACKEND';
    default:
      return 'OTHER';
  }
}
