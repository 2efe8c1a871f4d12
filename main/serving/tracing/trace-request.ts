import type { RequestTiming } from '../request-timing.ts';
import type { TraceContext } from './otlp-spans.ts';
import type { Tracer } from './tracer.ts';

export interface EndedRequest {
  /** What was asked for: `infer`, `predict`. */
  kind: string;
  protocol: 'http' | 'grpc';
  model: { name: string; version: string } | undefined;
  /** As of HTTP. */
  status: number;
  rows: number;
}

/** Hands the spans of an answered inference to the tracer. */
export function traceRequest(
  tracer: Tracer | undefined,
  context: TraceContext,
  timing: RequestTiming,
  { kind, protocol, model, status, rows }: EndedRequest,
): void {
  const call: Record<string, string> =
    protocol === 'http' ? { 'http.request.method': 'POST' } : { 'rpc.system': 'grpc', 'rpc.method': 'ModelInfer' };
  const known = model === undefined ? {} : { 'slipway.model.name': model.name, 'slipway.model.version': model.version };
  tracer?.end({
    context,
    name: `${kind} ${model?.name ?? ''}`.trimEnd(),
    startedEpochMs: performance.timeOrigin + timing.startedMs,
    timing,
    attributes: { ...call, ...known, 'slipway.rows': rows },
    status,
  });
}
