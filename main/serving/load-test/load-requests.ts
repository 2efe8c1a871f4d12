import { AppError } from '../../../shared/errors/app-error.ts';
import { isRecord } from '../is-record.ts';
import { postBytes } from './http-connection.ts';
import { testRequestHeader } from '../../../shared/serving/test-request-header.ts';

export interface LoadRequests {
  url: URL;
  /** The model by name; null for a body that the person gave. */
  model: string | null;
  requests: Buffer[];
  /** Rows of each request; null for a body that the person gave. */
  rows: number | null;
}

export interface LoadRequestOptions {
  /** Server (`http://HOST:PORT`), or the address requests go to, ending in `/infer` or `/predict`. */
  url: URL;
  model: string | undefined;
  rows: number;
  key: string | undefined;
  /** Sent as it is, to exactly `url`. */
  body: { bytes: Buffer; contentType: string } | undefined;
}

/** Different requests that take turns, so that a response cache is not all that is measured. */
const variants = 64;
const fetchTimeoutMs = 10_000;
/** Extent in place of one that the model leaves open, the batch aside. */
const openExtent = 1;

/**
 * Requests for an endpoint: the given body, rows as its description has them (`/v1/models/NAME/predict`), or tensors of
 * random numbers by its metadata (any Open Inference Protocol server). Errors: `bench.unreachable`, `model.not-found`,
 * `request.invalid`.
 */
export async function loadRequests(options: LoadRequestOptions): Promise<LoadRequests> {
  const headers: Record<string, string> = { [testRequestHeader]: '1' };
  if (options.key !== undefined) headers['authorization'] = `Bearer ${options.key}`;
  if (options.body !== undefined) {
    const { bytes, contentType } = options.body;
    const request = postBytes(options.url, bytes, { ...headers, 'content-type': contentType });
    return { url: options.url, model: null, requests: [request], rows: null };
  }
  const named = /\/models\/([^/]+)(?:\/versions\/\d+)?\/(infer|predict)$/.exec(options.url.pathname);
  const model =
    options.model ?? (named?.[1] === undefined ? await onlyModel(options.url, headers) : decodeURIComponent(named[1]));
  const jsonHeaders = { ...headers, 'content-type': 'application/json' };
  const rows = named?.[2] === 'infer' ? undefined : await exampleRow(options.url, model, headers);
  if (rows !== undefined) {
    const url = new URL(`/v1/models/${encodeURIComponent(model)}/predict`, options.url);
    const body = Buffer.from(JSON.stringify({ rows: Array.from({ length: options.rows }, () => rows) }));
    return { url, model, requests: [postBytes(url, body, jsonHeaders)], rows: options.rows };
  }
  const url = new URL(
    named?.[2] === 'infer' ? options.url : `/v2/models/${encodeURIComponent(model)}/infer`,
    options.url,
  );
  const metadata = await getJson(new URL(`/v2/models/${encodeURIComponent(model)}`, options.url), headers);
  const inputs = isRecord(metadata) && Array.isArray(metadata['inputs']) ? (metadata['inputs'] as unknown[]) : [];
  const bodies = Array.from({ length: variants }, (_, i) => inferBody(inputs, options.rows, i));
  return { url, model, requests: bodies.map((body) => postBytes(url, body, jsonHeaders)), rows: options.rows };
}

async function onlyModel(url: URL, headers: Record<string, string>): Promise<string> {
  const listed = await getJson(new URL('/v1/models', url), headers);
  const models = isRecord(listed) && Array.isArray(listed['models']) ? (listed['models'] as unknown[]) : [];
  const names = [...new Set(models.map((model) => (isRecord(model) ? model['name'] : undefined)))];
  const [only, ...more] = names.filter((name) => typeof name === 'string');
  if (only !== undefined && more.length === 0) return only;
  throw new AppError(
    'model.not-found',
    `Say which model of ${url.origin} to ask: ${names.join(', ') || 'it lists none'}.`,
    {
      fix: 'Add --model NAME.',
    },
  );
}

/** The row of the endpoint's own description; undefined for a model without columns, and for other servers. */
async function exampleRow(url: URL, model: string, headers: Record<string, string>): Promise<unknown> {
  const description = await getJson(new URL('/v2/openapi.json', url), headers).catch(() => undefined);
  const path = `/v1/models/${encodeURIComponent(model)}/predict`;
  return firstExample(
    at(description, 'paths', path, 'post', 'requestBody', 'content', 'application/json', 'schema'),
    description,
  );
}

function firstExample(schema: unknown, document: unknown): unknown {
  const reference = at(schema, '$ref');
  const target = typeof reference === 'string' ? at(document, ...reference.replace(/^#\//, '').split('/')) : schema;
  const examples = at(target, 'examples');
  return Array.isArray(examples) ? at(examples[0], 'rows', '0') : undefined;
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isRecord(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}

function inferBody(inputs: readonly unknown[], rows: number, variant: number): Buffer {
  const tensors = inputs.map((input) => {
    const { name, datatype, shape } = isRecord(input) ? input : {};
    if (typeof name !== 'string' || typeof datatype !== 'string' || !Array.isArray(shape)) {
      throw new AppError('request.invalid', 'The metadata of the model does not describe its inputs.', {
        fix: 'Give the request with --body FILE.',
      });
    }
    const extents = shape.map((extent: unknown, axis) =>
      extent === -1 ? (axis === 0 ? rows : openExtent) : Number(extent),
    );
    const count = extents.reduce((product, extent) => product * extent, 1);
    return {
      name,
      datatype,
      shape: extents,
      data: Array.from({ length: count }, (_, i) => element(datatype, i * 31 + variant)),
    };
  });
  return Buffer.from(JSON.stringify({ inputs: tensors }));
}

/** A value that differs from element to element and request to request. */
function element(datatype: string, index: number): unknown {
  switch (datatype) {
    case 'BOOL':
      return index % 2 === 0;
    case 'BYTES':
      return `v${index % 100}`;
    case 'FP32':
    case 'FP64':
      return Number(Math.sin(index).toFixed(5));
    default:
      if (/^U?INT(8|16|32|64)$/.test(datatype)) return index % 100;
      throw new AppError('request.invalid', `Requests with ${datatype} cannot be made up: it has no JSON form.`, {
        fix: 'Give the request with --body FILE.',
      });
  }
}

async function getJson(url: URL, headers: Record<string, string>): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { headers, signal: AbortSignal.timeout(fetchTimeoutMs) });
  } catch (cause) {
    throw new AppError('bench.unreachable', `${url.origin} does not answer.`, { fix: 'Check the address.', cause });
  }
  if (response.ok) return response.json();
  throw new AppError('bench.unreachable', `${url.href} answered with status ${response.status}.`, {
    fix: response.status === 401 ? 'Give a key with --key.' : 'Check the address and the model.',
  });
}

/** Highest rate of the last 24 hours that the endpoint reports, and the CPU time of its process so far; null where it does not say. */
export async function serverReadings(
  url: URL,
  key: string | undefined,
): Promise<{ peakPerSecond: number | null; cpuSeconds: number | null }> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const text = await fetch(new URL('/metrics', url), { headers, signal: AbortSignal.timeout(fetchTimeoutMs) }).then(
    (response) => (response.ok ? response.text() : ''),
    () => '',
  );
  const read = (name: string) => {
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
    return value === undefined ? null : Number(value);
  };
  return {
    peakPerSecond: read('pipeline_inference_peak_requests_per_second'),
    cpuSeconds: read('process_cpu_seconds_total'),
  };
}
