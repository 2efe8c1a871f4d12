import { randomBytes } from 'node:crypto';
import type { RequestTiming } from '../request-timing.ts';

/** Where a span hangs: W3C trace context. */
export interface TraceContext {
  traceId: string;
  /** Of the caller; empty for the first span of a trace. */
  parentSpanId: string;
}

export interface TracedRequest {
  context: TraceContext;
  name: string;
  /** Milliseconds since the epoch. */
  startedEpochMs: number;
  timing: RequestTiming;
  attributes: Record<string, string | number>;
  status: number;
}

/** A span in the JSON form of OTLP. */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: 1 | 2;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue: string } | { intValue: string } | { doubleValue: number } }[];
  status: { code: 0 | 2 };
}

/** `traceparent` of W3C trace context, version 00; undefined for another or a malformed one. */
export function readTraceparent(header: string | undefined): (TraceContext & { sampled: boolean }) | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '');
  const [, traceId = '', parentSpanId = '', flags = ''] = match ?? [];
  if (match === null || /^0+$/.test(traceId) || /^0+$/.test(parentSpanId)) return undefined;
  return { traceId, parentSpanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

const serverKind = 2;
const internalKind = 1;
const errorStatus = 2;
const unsetStatus = 0;

/** The request's own span, and below it those of its parts that took place: features, queue, run. */
export function spansOf({ context, name, startedEpochMs, timing, attributes, status }: TracedRequest): OtlpSpan[] {
  const spanId = randomBytes(8).toString('hex');
  const at = (momentMs: number) => String(BigInt(Math.round((startedEpochMs + momentMs - timing.startedMs) * 1e6)));
  const child = (part: string, fromMs: number, toMs: number, more: Record<string, string | number> = {}): OtlpSpan => ({
    traceId: context.traceId,
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: spanId,
    name: part,
    kind: internalKind,
    startTimeUnixNano: at(fromMs),
    endTimeUnixNano: at(Math.max(fromMs, toMs)),
    attributes: attributesOf(more),
    status: { code: unsetStatus },
  });
  const { startedMs, preparedMs, featuresMs, runStartedMs, runEndedMs, inferMs, batchRows } = timing;
  const spans: OtlpSpan[] = [
    {
      traceId: context.traceId,
      spanId,
      ...(context.parentSpanId === '' ? {} : { parentSpanId: context.parentSpanId }),
      name,
      kind: serverKind,
      startTimeUnixNano: at(startedMs),
      endTimeUnixNano: at(timing.endedMs ?? startedMs),
      attributes: attributesOf({ ...attributes, 'http.response.status_code': status }),
      status: { code: status >= 500 ? errorStatus : unsetStatus },
    },
  ];
  if (preparedMs !== undefined && featuresMs !== undefined) {
    spans.push(child('features', preparedMs - featuresMs, preparedMs));
  }
  if (preparedMs !== undefined && runStartedMs !== undefined) spans.push(child('queue', preparedMs, runStartedMs));
  if (runStartedMs !== undefined && runEndedMs !== undefined) {
    const more = { 'slipway.batch.rows': batchRows ?? 0, 'slipway.model.ms': inferMs ?? 0 };
    spans.push(child('run', runStartedMs, runEndedMs, more));
  }
  for (const step of timing.steps ?? []) {
    const more = {
      'slipway.rows': step.rows,
      'slipway.batch.rows': step.batchRows ?? 0,
      'slipway.model.ms': step.inferMs ?? 0,
    };
    const endMs = step.runEndedMs ?? timing.endedMs ?? step.startedMs;
    if (step.runStartedMs !== undefined)
      spans.push(child(`step ${step.name} queue`, step.startedMs, step.runStartedMs));
    spans.push(child(`step ${step.name}`, step.runStartedMs ?? step.startedMs, endMs, more));
  }
  return spans;
}

export function attributesOf(values: Record<string, string | number>): OtlpSpan['attributes'] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === 'string') return { key, value: { stringValue: value } };
    return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } };
  });
}
