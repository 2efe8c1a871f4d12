import { deflateSync, gzipSync } from 'node:zlib';
import { identityName, softmaxModel } from '../../conformance/oip/fixture-models.ts';

/** One fuzzed exchange on a connection of its own. */
export interface FuzzCase {
  /** Written one after the other. */
  writes: Buffer[];
  /** `answer`: valid HTTP, so it must be answered. `any`: an answer or an end of the connection. `none`: cut off unread. */
  expects: 'answer' | 'any' | 'none';
}

/** A source of choices; equal seeds give equal cases. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e37_79b9) | 0 || 1;
  }

  /** In [0, 1); Marsaglia's xorshift32. */
  share(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.share() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  chance(share: number): boolean {
    return this.share() < share;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}

/** Models the cases ask. */
export const fuzzedModels = [
  identityName('FP32'),
  identityName('INT64'),
  identityName('BYTES'),
  identityName('BOOL'),
  softmaxModel,
  'rows',
];
const paths = [
  '/',
  '/v2',
  '/v2/health/live',
  '/v2/health/ready',
  '/healthz',
  '/readyz',
  '/metrics',
  '/v1/models',
  '/v1/feedback',
  '/v2/repository/index',
  '/v2/logging',
  '/v2/trace/setting',
  '/v2/models/stats',
  '/v2/openapi.json',
  '/features',
  '/v2/systemsharedmemory/status',
];
const modelPaths = [
  '',
  '/infer',
  '/ready',
  '/config',
  '/stats',
  '/versions/1',
  '/versions/1/infer',
  '/versions/0/infer',
  '/versions/99999999999999999999/ready',
  '/versions/x/infer',
  '/generate',
  '/trace/setting',
];
const verbs = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'];
const oddText = [
  '',
  ' ',
  '\u0000',
  '..',
  '%2e%2e%2f',
  '%',
  '%zz',
  '%00',
  '%ff',
  'ä',
  '\u{1F600}',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  '?',
  '#',
  '//',
  "'; drop table",
  '${x}',
  '-1',
  '1e999',
  'null',
];
const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '__proto__',
  'NaN',
  [],
  {},
  [[]],
  [null],
  { a: 1 },
  [1, 'x'],
  { length: 1e9 },
  'x'.repeat(2_000),
];
const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
  'fp32',
  'COMPLEX',
  '',
];
const headerNames = [
  'content-type',
  'accept',
  'accept-encoding',
  'authorization',
  'origin',
  'inference-header-content-length',
  'x-slipway-track',
  'content-encoding',
  'expect',
  'connection',
  'upgrade',
  'te',
  'cookie',
  'range',
  'forwarded',
  'traceparent',
  'ce-id',
  'transfer-encoding',
];
const headerValues = [
  '',
  'x',
  '*/*',
  'application/json',
  'text/csv',
  'application/x-ndjson',
  'gzip',
  'deflate, gzip;q=0',
  'br',
  'identity',
  '0',
  '-1',
  '999999999999',
  'nan',
  '1e3',
  'Bearer x',
  'http://evil.example',
  'null',
  'canary',
  '100-continue',
  'close',
  'keep-alive, upgrade',
  'websocket',
  'h2c',
  'trailers',
  'bytes=0-1',
  'a'.repeat(5_000),
];

/** The next case of the sequence. */
export function fuzzCase(choices: Choices): FuzzCase {
  const roll = choices.share();
  if (roll < 0.45) return inference(choices);
  if (roll < 0.6) return anyPath(choices);
  if (roll < 0.75) return commands(choices);
  if (roll < 0.85) return encodedBody(choices);
  if (roll < 0.95) return malformed(choices);
  return cutOff(choices);
}

function request(
  choices: Choices,
  verb: string,
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
): FuzzCase {
  const all: Record<string, string> = { host: '127.0.0.1', ...headers };
  let framed = body;
  if (choices.chance(0.2)) {
    all['transfer-encoding'] = 'chunked';
    framed = chunked(choices, body);
  } else if (body.length > 0 || verb === 'POST') {
    all['content-length'] = String(body.length);
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.concat([Buffer.from(`${verb} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), framed]);
  return { writes: pieces(choices, bytes), expects: 'answer' };
}

function chunked(choices: Choices, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + choices.below(1_000));
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

function pieces(choices: Choices, bytes: Buffer): Buffer[] {
  if (choices.chance(0.9)) return [bytes];
  const at = choices.below(bytes.length);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Headers that leave how the body is framed alone. */
function oddHeaders(choices: Choices): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = choices.below(4); i > 0; i--) {
    const name = choices.of(headerNames);
    if (name === 'transfer-encoding' || name === 'expect' || name === 'upgrade' || name === 'connection') continue;
    headers[name] = choices.of(headerValues);
  }
  return headers;
}

function anyPath(choices: Choices): FuzzCase {
  let path = choices.chance(0.5)
    ? choices.of(paths)
    : `/v2/models/${encodeURI(choices.of([...fuzzedModels, ...oddText])).replaceAll(/[?#]/g, '')}${choices.of(modelPaths)}`;
  if (choices.chance(0.3)) path += `/${encodeURI(choices.of(oddText)).replaceAll(/[?#]/g, '')}`;
  if (choices.chance(0.2)) path += `?${encodeURI(choices.of(oddText)).replaceAll('#', '')}=1`;
  if (choices.chance(0.1)) path = path.replaceAll('/', '//');
  const body = choices.chance(0.5) ? Buffer.alloc(0) : Buffer.from(JSON.stringify(choices.of(oddValues)) ?? '');
  return request(choices, choices.of(verbs), path, body, oddHeaders(choices));
}

/** A tensor that fits the model, more often than not. */
function tensor(choices: Choices, model: string): Record<string, unknown> {
  const rows = choices.of([1, 1, 2, 3, 7]);
  const datatype = datatypes.find((name) => identityName(name as 'FP32') === model) ?? 'FP32';
  const values: readonly unknown[] =
    datatype === 'BYTES' ? ['a', '', 'ä'] : datatype === 'BOOL' ? [true, false] : [0, 1, -1, 3, 1e10];
  const data = Array.from({ length: rows * 4 }, () => choices.of(values));
  return mutate(choices, { name: 'x', datatype, shape: [rows, 4], data });
}

/** Changes, drops or adds fields with some chance, at any depth. */
function mutate(choices: Choices, value: Record<string, unknown>): Record<string, unknown> {
  if (choices.chance(0.75)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const roll = choices.share();
    if (roll < 0.1) continue;
    if (roll < 0.3) {
      result[key] =
        key === 'datatype'
          ? choices.of(datatypes)
          : key === 'shape'
            ? Array.from({ length: choices.below(5) }, () =>
                choices.of([0, 1, 2, 4, -1, 2 ** 31, 2 ** 53, 1.5, 2 ** 60 + 2]),
              )
            : choices.of(oddValues);
    } else {
      result[key] = entry;
    }
  }
  if (choices.chance(0.2))
    result[choices.of(['parameters', 'id', 'outputs', 'extra', '__proto__'])] = choices.of(oddValues);
  return result;
}

function inferBody(choices: Choices, model: string): Buffer {
  const body = mutate(choices, {
    id: choices.of(['1', 'x'.repeat(200), '\u{1F600}']),
    parameters: mutate(choices, { binary_data_output: true, timeout: choices.of([0, 1, 1e9]), priority: 1 }),
    inputs: Array.from({ length: choices.of([0, 1, 1, 1, 1, 1, 1, 2]) }, () => tensor(choices, model)),
    outputs: choices.chance(0.2) ? [{ name: 'y' }] : [],
  });
  const text = JSON.stringify(body);
  const roll = choices.share();
  if (roll < 0.05) return Buffer.from(text.slice(0, choices.below(text.length)));
  if (roll < 0.08) return Buffer.from(`{"inputs":${'['.repeat(choices.below(100_000))}`);
  if (roll < 0.1)
    return Buffer.from(text.replaceAll('1', choices.of(['NaN', '-Infinity', '9007199254740993', '1e400', '-0'])));
  if (roll < 0.12) return choices.bytes(choices.below(2_000));
  return Buffer.from(text);
}

function inference(choices: Choices): FuzzCase {
  const model = choices.of(fuzzedModels);
  if (choices.chance(0.2)) return predict(choices);
  const path = `/v2/models/${model}/infer`;
  if (choices.chance(0.5)) return request(choices, 'POST', path, inferBody(choices, model), oddHeaders(choices));
  const bytes = choices.bytes(choices.of([0, 1, 4, 16, 16, 16, 16, 64, 1_000]));
  const size = choices.chance(0.7) ? bytes.length : choices.of([-1, 0, 1, 1e9, 2 ** 53, 1.5]);
  const input = mutate(choices, {
    name: 'x',
    datatype: choices.chance(0.5) ? 'FP32' : choices.of(datatypes),
    shape: [1, choices.of([1, 4, 4, 16])],
    parameters: { binary_data_size: size },
  });
  const head = Buffer.from(JSON.stringify(mutate(choices, { inputs: [input] })));
  const length = choices.chance(0.8)
    ? String(head.length)
    : choices.of(['0', '-1', '5', '1e3', String(2 ** 53), 'x', '']);
  return request(choices, 'POST', path, Buffer.concat([head, bytes]), {
    ...oddHeaders(choices),
    'inference-header-content-length': length,
  });
}

function predict(choices: Choices): FuzzCase {
  const row = () => mutate(choices, { amount: choices.of([1, 2.5, -3, 1e300]), origin: choices.of(['SFO', '', 'ä']) });
  const rows = Array.from({ length: choices.of([0, 1, 1, 2, 50]) }, row);
  const formats = {
    'application/json': () => JSON.stringify(mutate(choices, { rows, id: 'a' })),
    'text/csv': () => `amount,origin\n${rows.map((r) => `${String(r['amount'])},${String(r['origin'])}`).join('\n')}`,
    'application/x-ndjson': () => rows.map((r) => JSON.stringify(r)).join('\n'),
  };
  const type = choices.of(Object.keys(formats) as (keyof typeof formats)[]);
  let text = formats[type]();
  if (choices.chance(0.2))
    text = text.replace(choices.of([',', '"', '\n', '{']), choices.of(['"', '\r', ',,', '\u0000']));
  return request(
    choices,
    'POST',
    `/v1/models/${choices.of(['rows', 'rows', ...fuzzedModels])}/predict`,
    Buffer.from(text),
    {
      ...oddHeaders(choices),
      'content-type': type,
    },
  );
}

function commands(choices: Choices): FuzzCase {
  const versions = ['1', '2', 1, -1, null, '__proto__'];
  const bodies: Record<string, () => unknown> = {
    '/v1/feedback': () =>
      mutate(choices, {
        model: 'rows',
        id: choices.of(['a', '', '\u0000', 'x'.repeat(5_000)]),
        label: choices.of(oddValues),
      }),
    '/v1/models/rows/traffic': () =>
      mutate(choices, {
        stable: choices.of(versions),
        canary: mutate(choices, { version: '1', percent: choices.of([0, 50, 100, 101, -1]) }),
        shadow: choices.of(versions),
      }),
    '/v1/models/rows/rollback': () => ({}),
    '/v2/logging': () =>
      mutate(choices, { log_verbose_level: choices.of([0, 1, -1]), log_info: choices.of([true, 'x']) }),
    '/v2/trace/setting': () => mutate(choices, { trace_level: choices.of([['OFF'], ['TIMESTAMPS'], 'x', null]) }),
    '/v2/repository/index': () => ({ ready: choices.of(oddValues) }),
    '/v2/repository/models/none/load': () => ({ parameters: choices.of(oddValues) }),
    '/v2/repository/models/none/unload': () => ({ parameters: mutate(choices, { unload_dependents: true }) }),
    '/v2/repository/models/..%2F..%2Fetc/load': () => ({
      parameters: { config: choices.of(['{}', 'x', '{"max_batch_size":-1}']) },
    }),
    [`/v2/repository/models/${softmaxModel}/load`]: () => ({
      parameters: { config: choices.of(['x', '[]', '{"max_batch_size":"x"}']), 'file:1/model.onnx': 'AAAA' },
    }),
  };
  const path = choices.of(Object.keys(bodies));
  return request(choices, 'POST', path, Buffer.from(JSON.stringify(bodies[path]?.())), oddHeaders(choices));
}

function encodedBody(choices: Choices): FuzzCase {
  const model = choices.of(fuzzedModels);
  const plain = choices.chance(0.1) ? Buffer.alloc(choices.below(2_000_000)) : inferBody(choices, model);
  const encoding = choices.of(['gzip', 'gzip', 'deflate', 'deflate', 'br', 'zstd', 'gzip, deflate', '__proto__', '']);
  let body = encoding === 'deflate' ? deflateSync(plain) : gzipSync(plain);
  if (choices.chance(0.3)) body = body.subarray(0, choices.below(body.length));
  if (choices.chance(0.2)) body = Buffer.concat([body, choices.bytes(20)]);
  const headers = {
    'content-encoding': encoding,
    'accept-encoding': choices.of(['gzip', 'deflate', 'br', '*', 'gzip;q=0', '']),
  };
  return request(choices, 'POST', `/v2/models/${model}/infer`, body, headers);
}

function malformed(choices: Choices): FuzzCase {
  const texts = [
    () => `${choices.bytes(choices.below(500)).toString('latin1')}\r\n\r\n`,
    () => `GET ${choices.of(oddText)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    () => 'GET /v2 HTTP/9.9\r\nhost: x\r\n\r\n',
    () => 'GET /v2 HTTP/1.1\r\n\r\n',
    () =>
      `POST /v2/models/x/infer HTTP/1.1\r\nhost: x\r\ncontent-length: ${choices.of(['-1', 'x', '1e3', '99999999999999999999', '5, 6'])}\r\n\r\n{}`,
    () => 'POST /v2 HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    () =>
      `POST /v2/models/${softmaxModel}/infer HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${choices.of(['zz', '-1', 'ffffffffffffffff', '5'])}\r\nab\r\n0\r\n\r\n`,
    () => `GET /v2 HTTP/1.1\r\nhost: x\r\n${choices.of(headerNames)}: ${choices.bytes(50).toString('latin1')}\r\n\r\n`,
    () => `GET /v2 HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(choices.below(40_000))}\r\n\r\n`,
    () => `GET /v2 HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(choices.below(3_000))}\r\n`,
    () => `GET ${'/a'.repeat(choices.below(20_000))} HTTP/1.1\r\nhost: x\r\n\r\n`,
    () =>
      `GET /v2 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ${choices.of(['websocket', 'h2c', 'x'])}\r\n\r\n`,
    () => 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: x\r\n\r\n',
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    () => 'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n',
    () => 'GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1 + choices.below(20)),
    () =>
      `POST /v2/models/${softmaxModel}/infer HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}`,
    () => `\u0016\u0003\u0001${choices.bytes(100).toString('latin1')}`,
  ];
  return { writes: pieces(choices, Buffer.from(choices.of(texts)(), 'latin1')), expects: 'any' };
}

/** Valid, but the client goes away in the middle or before the answer. */
function cutOff(choices: Choices): FuzzCase {
  const { writes } = inference(choices);
  const bytes = Buffer.concat(writes);
  return { writes: [bytes.subarray(0, 1 + choices.below(bytes.length))], expects: 'none' };
}
