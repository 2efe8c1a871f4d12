import { rawNumber } from '../../compute/duckdb/exact-json.ts';
import { headerValue } from '../header-value.ts';

/** A body as it came or went. */
export interface Payload {
  contentType: string;
  /** Text, or bytes of anything else. */
  body: string | Uint8Array;
  /** Of a binary tensor body: the length of its JSON part. */
  headerLength?: number | undefined;
}

/** One event of the payload log: a request or its answer, which have the same id. */
export interface PayloadEvent {
  kind: 'request' | 'response';
  id: string;
  timeMs: number;
  model: string;
  version: string;
  payload: Payload;
}

/** What the events of an endpoint have in common. */
export interface EventSource {
  /** URI reference of the endpoint. */
  source: string;
  service: string;
  namespace: string;
  /** Whether attributes are headers and the payload is the body, or all of it is one JSON object. */
  format: 'binary' | 'structured';
  /** Columns and tensors whose values are left out. */
  redacted: readonly string[];
}

export interface EncodedEvent {
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/**
 * A CloudEvent 1.0 over HTTP with the type and the extensions of KServe's payload logger. Undefined where columns are to be
 * left out of a payload that is not JSON: it is withheld.
 */
export function encodeEvent(event: PayloadEvent, about: EventSource): EncodedEvent | undefined {
  const payload = about.redacted.length === 0 ? event.payload : redacted(event.payload, new Set(about.redacted));
  if (payload === undefined) return undefined;
  const { contentType, body, headerLength } = payload;
  const attributes: Record<string, string> = {
    specversion: '1.0',
    id: event.id,
    type: `org.kubeflow.serving.inference.${event.kind}`,
    source: about.source,
    time: new Date(event.timeMs).toISOString(),
    inferenceservicename: about.service,
    namespace: about.namespace,
    component: 'predictor',
    endpoint: 'default',
    modelname: event.model,
    modelversion: event.version,
    ...(headerLength === undefined ? {} : { inferenceheadercontentlength: String(headerLength) }),
  };
  if (about.format === 'binary') {
    const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, headerValue(value)]);
    return { headers: { 'content-type': contentType, ...Object.fromEntries(headers) }, body };
  }
  const head = JSON.stringify({ ...attributes, datacontenttype: contentType }).slice(0, -1);
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const isJson = contentType === 'application/json' && isJsonText(text);
  const data = isJson ? `"data":${text}` : `"data_base64":"${Buffer.from(body).toString('base64')}"`;
  return { headers: { 'content-type': 'application/cloudevents+json' }, body: `${head},${data}}` };
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface NumberSource {
  source?: string;
}

function redacted(payload: Payload, names: ReadonlySet<string>): Payload | undefined {
  if (payload.contentType !== 'application/json') return undefined;
  const text = typeof payload.body === 'string' ? payload.body : Buffer.from(payload.body).toString('utf8');
  let value: unknown;
  try {
    // Numbers keep their digits: integers beyond 2^53 would lose some.
    const keepDigits = (_key: string, parsed: unknown, { source }: NumberSource = {}) =>
      typeof parsed === 'number' && source !== undefined ? rawNumber(source) : parsed;
    value = JSON.parse(text, keepDigits as (key: string, parsed: unknown) => unknown);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const body = value as Record<string, unknown>;
  for (const field of ['inputs', 'outputs']) {
    for (const tensor of listOf(body[field])) {
      if (typeof tensor['name'] === 'string' && names.has(tensor['name'])) delete tensor['data'];
    }
  }
  for (const row of listOf(body['rows'])) for (const name of names) delete row[name];
  return { ...payload, body: JSON.stringify(body) };
}

function listOf(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}
