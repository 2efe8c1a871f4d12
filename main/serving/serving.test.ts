import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { attribute, createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import type { ElementType } from '../compute/onnx/proto.ts';
import { createEndpointHost, type EndpointHost, type StartedEndpoint } from './endpoint-host.ts';
import { type ModelSource, modelSourcesAt } from './model-source.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

/** y = 2 a + b, sum over a row's columns as `s`. */
function adderModel(): Uint8Array {
  const graph = createGraphBuilder('adder');
  const a = graph.input('a', 'FP32', ['N', 2]);
  const b = graph.input('b', 'FP32', ['N', 2]);
  const y = graph.node('Add', [graph.node('Mul', [a, graph.float(2)]), b]);
  graph.output('y', y, 'FP32', ['N', 2]);
  graph.output('s', graph.node('ReduceSum', [y, graph.int64([1])], { keepdims: attribute.int(1) }), 'FP32', ['N', 1]);
  return graph.toBytes();
}

const echoTypes = [
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
] as const satisfies readonly ElementType[];

/** One model per datatype that gives its input back. */
function echoModel(type: ElementType, width: number | 'M' = 'M'): Uint8Array {
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.input('x', type, ['N', width]), type, ['N', width]);
  return graph.toBytes();
}

/** Tens of milliseconds of matrix products whose result is x. */
function slowModel(): Uint8Array {
  const graph = createGraphBuilder('slow');
  const x = graph.input('x', 'FP32', ['N', 1]);
  const zero = graph.node('ReduceSum', [graph.node('Mul', [x, graph.float(0)])], { keepdims: attribute.int(0) });
  let matrix = graph.node('Add', [graph.node('Expand', [zero, graph.int64([500, 500])]), graph.float(1e-3)]);
  for (let i = 0; i < 12; i++) matrix = graph.node('MatMul', [matrix, matrix]);
  const nothing = graph.node('Mul', [
    graph.node('ReduceMin', [matrix], { keepdims: attribute.int(0) }),
    graph.float(0),
  ]);
  graph.output('y', graph.node('Add', [x, nothing]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

/** probabilities = [1 − p, p] with p = amount / 10 for rows of origin SFO, 0 else. */
function rowModel(): Uint8Array {
  const graph = createGraphBuilder('rows');
  const amount = graph.node('Cast', [graph.input('amount', 'FP64', ['N', 1])], { to: attribute.int(1) });
  const origin = graph.input('origin', 'BYTES', ['N', 1]);
  const isSfo = graph.node(
    'LabelEncoder',
    [origin],
    {
      keys_strings: attribute.strings(['SFO']),
      values_floats: attribute.floats([1]),
      default_float: attribute.float(0),
    },
    { domain: 'ai.onnx.ml' },
  );
  const p = graph.node('Mul', [graph.node('Mul', [amount, graph.float(0.1)]), isSfo]);
  const q = graph.node('Sub', [graph.float(1), p]);
  graph.output('probabilities', graph.node('Concat', [q, p], { axis: attribute.int(1) }), 'FP32', ['N', 2]);
  return graph.toBytes();
}

const rowManifest: ModelManifest = {
  task: 'binary',
  label: { column: 'late', type: 'bool' },
  classes: [false, true],
  inputs: [
    { name: 'amount', type: 'float64' },
    { name: 'origin', type: 'string' },
  ],
  features: [],
  trainer: { kind: 'train.trees', params: {} },
  training: { rows: 1, table: '0'.repeat(64), seconds: 0, curve: { metric: 'logLoss', train: [], valid: [] } },
  importance: [],
  example: { amount: 3, origin: 'SFO' },
  choices: { origin: ['SFO', 'LAX'] },
};

let dir: string;
let host: EndpointHost;
let endpoint: StartedEndpoint;
let url: string;
let rowModels: ModelSource[];

async function writeRepository(): Promise<void> {
  const models: Record<string, Uint8Array> = {
    adder: adderModel(),
    slow: slowModel(),
    rows: rowModel(),
    integers: echoModel('INT64', 1),
  };
  for (const type of echoTypes) models[`echo-${type}`] = echoModel(type);
  for (const [name, bytes] of Object.entries(models)) {
    await mkdir(join(dir, 'models', name, '1'), { recursive: true });
    await writeFile(join(dir, 'models', name, '1', 'model.onnx'), bytes);
  }
  await mkdir(join(dir, 'models', 'adder', '3'));
  await writeFile(join(dir, 'models', 'adder', '3', 'model.onnx'), adderModel());
  await writeFile(join(dir, 'models', 'rows', '1', 'model.json'), JSON.stringify(rowManifest));
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-serving-'));
  await writeRepository();
  rowModels = await modelSourcesAt(join(dir, 'models', 'rows'));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  endpoint = await host.startModels({
    graphId: 'test',
    nodeId: 'all',
    name: 'all',
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, 'models')),
    maxQueueRows: 3,
  });
  url = endpoint.http ?? '';
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function get(path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url + path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const payload = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return get(path, { method: 'POST', body: payload as BodyInit, headers });
}

const a = { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] };
const b = { name: 'b', datatype: 'FP32', shape: [1, 2], data: [10, 20] };
const inferPath = '/v2/models/adder/infer';

describe('health and metadata', () => {
  it('answers health, with and without a body', async () => {
    expect((await get('/v2/health/live')).body).toEqual({ live: true });
    expect((await get('/v2/health/ready')).body).toEqual({ ready: true });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/v2/health/live', { method: 'HEAD' })).status).toBe(200);
    expect((await get('/v2/health/live')).headers.get('connection')).toBe('keep-alive');
  });

  it('answers only requests meant for this machine', async () => {
    const { port } = new URL(url);
    const send = async (path: string, headers: Record<string, string>) => {
      const request = httpRequest({ host: '127.0.0.1', port, path, headers }).end();
      const [response] = await once(request, 'response');
      response.resume();
      return response.statusCode;
    };
    expect(await send('/v2', { host: 'rebound.example' })).toBe(403);
    expect(await send('/metrics', { host: 'localhost', origin: 'http://some.example' })).toBe(403);
    expect(await send('/v2', { host: `localhost:${port}`, origin: 'http://localhost:5173' })).toBe(200);
    expect(await send('/v2/health/live', { host: 'rebound.example' })).toBe(200);
  });

  it('describes server and models', async () => {
    expect((await get('/v2')).body).toMatchObject({
      name: 'slipway',
      extensions: expect.arrayContaining(['binary_tensor_data', 'statistics']),
    });
    const model = {
      name: 'adder',
      versions: ['3'],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [-1, 2] },
        { name: 'b', datatype: 'FP32', shape: [-1, 2] },
      ],
      outputs: [
        { name: 'y', datatype: 'FP32', shape: [-1, 2] },
        { name: 's', datatype: 'FP32', shape: [-1, 1] },
      ],
    };
    expect((await get('/v2/models/adder')).body).toEqual(model);
    expect((await get('/v2/models/adder/versions/3')).body).toEqual(model);
    expect((await get('/v2/models/adder/ready')).body).toEqual({ name: 'adder', ready: true });
    expect((await get('/v2/models/adder/versions/3/ready')).status).toBe(200);
  });

  it('tells unknown models, versions and paths apart', async () => {
    expect(await get('/v2/models/nope')).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('nope') },
    });
    expect((await get('/v2/models/adder/versions/9')).status).toBe(404);
    expect((await get('/v2/models/adder/versions/x')).status).toBe(400);
    expect((await get('/v2/nothing')).status).toBe(404);
    expect((await get('/v2/models/%zz')).status).toBe(404);
    expect((await post('/v2/models/nope/infer', { inputs: [] })).status).toBe(404);
  });

  it.each([
    ['POST', '/v2', 'GET, HEAD'],
    ['DELETE', '/v2/health/live', 'GET, HEAD'],
    ['PUT', '/v2/models/adder', 'GET, HEAD'],
    ['GET', inferPath, 'POST'],
    ['PATCH', '/v1/models/rows/predict', 'POST'],
    ['OPTIONS', '/metrics', 'GET, HEAD'],
  ])('refuses %s %s', async (method, path, allow) => {
    const reply = await get(path, { method });
    expect(reply.status).toBe(405);
    expect(reply.headers.get('allow')).toBe(allow);
  });

  it('counts requests for Prometheus', async () => {
    await post(inferPath, { inputs: [a, b] });
    await post(inferPath, { inputs: [a] });
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/pipeline_inference_requests_total\{model="adder",version="3",code="200"\} \d+/);
    expect(text).toMatch(/pipeline_inference_requests_total\{model="adder",version="3",code="400"\} \d+/);
    expect(text).toMatch(/pipeline_inference_duration_seconds_bucket\{model="adder",version="3",le="0.0005"\} \d+/);
    expect(text).toMatch(/pipeline_inference_batch_size_count\{model="adder",version="3"\} [1-9]/);
  });
});

describe('infer', () => {
  it('computes, echoes the id and gives all outputs', async () => {
    const reply = await post('/v2/models/adder/versions/3/infer', { id: 'x-1', inputs: [a, b] });
    expect(reply.body).toEqual({
      model_name: 'adder',
      model_version: '3',
      id: 'x-1',
      outputs: [
        { name: 'y', datatype: 'FP32', shape: [1, 2], data: [12, 24] },
        { name: 's', datatype: 'FP32', shape: [1, 1], data: [36] },
      ],
    });
  });

  it('takes nested data, inputs in any order and an output filter', async () => {
    const nested = {
      ...a,
      shape: [2, 2],
      data: [
        [1, 2],
        [3, 4],
      ],
    };
    const flat = { ...b, shape: [2, 2], data: [0, 0, 1, 1] };
    const reply = await post(inferPath, { inputs: [flat, nested], outputs: [{ name: 's' }] });
    expect(reply.body).toMatchObject({ outputs: [{ name: 's', shape: [2, 1], data: [6, 16] }] });
  });

  it('gives concurrent callers their own rows and outputs', async () => {
    const replies = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        // At most 3 rows wait here: a refused request is sent again.
        for (;;) {
          const reply = await post(inferPath, {
            id: String(i),
            inputs: [{ ...a, data: [i, 0] }, b],
            outputs: i % 2 === 0 ? [{ name: 'y' }] : [{ name: 's' }],
          });
          if (reply.status !== 503) return reply;
        }
      }),
    );
    replies.forEach((reply, i) => {
      const data = i % 2 === 0 ? [2 * i + 10, 20] : [2 * i + 30];
      expect(reply.body).toMatchObject({ id: String(i), outputs: [{ data }] });
    });
  });

  it('keeps 64-bit integers exact both ways', async () => {
    const send = (type: string, data: string) =>
      fetch(`${url}/v2/models/echo-${type}/infer`, {
        method: 'POST',
        body: `{"inputs":[{"name":"x","datatype":"${type}","shape":[1,3],"data":[${data}]}]}`,
      }).then((response) => response.text());
    const signed = '9007199254740993,-9223372036854775808,9223372036854775807';
    expect(await send('INT64', signed)).toContain(`"data":[${signed}]`);
    const unsigned = '18446744073709551615,0,9007199254740993';
    expect(await send('UINT64', unsigned)).toContain(`"data":[${unsigned}]`);
    expect(await send('INT64', '9223372036854775808,0,0')).toContain('9223372036854775808 is not a value of INT64');
    expect(await send('UINT64', '-1,0,0')).toContain('-1 is not a value of UINT64');
  });

  it('carries NaN and infinities as text', async () => {
    for (const datatype of ['FP32', 'FP64']) {
      const inputs = [{ name: 'x', datatype, shape: [1, 4], data: ['NaN', 'Infinity', '-Infinity', null] }];
      const reply = await post(`/v2/models/echo-${datatype}/infer`, { inputs });
      expect(reply.body).toMatchObject({ outputs: [{ data: ['NaN', 'Infinity', '-Infinity', 'NaN'] }] });
    }
  });

  it('carries text and booleans', async () => {
    const text = [{ name: 'x', datatype: 'BYTES', shape: [2, 1], data: ['Zürich', '🚢'] }];
    expect((await post('/v2/models/echo-BYTES/infer', { inputs: text })).body).toMatchObject({
      outputs: [{ data: ['Zürich', '🚢'] }],
    });
    const flags = [{ name: 'x', datatype: 'BOOL', shape: [1, 3], data: [true, false, 1] }];
    expect((await post('/v2/models/echo-BOOL/infer', { inputs: flags })).body).toMatchObject({
      outputs: [{ data: [true, false, true] }],
    });
  });

  it.each([
    ['inputs missing', {}, '"inputs" is missing'],
    ['one input missing', { inputs: [a] }, 'Missing input "b" of model "adder"'],
    ['unknown input', { inputs: [a, { ...b, name: 'c' }] }, 'has no input "c"; its inputs are "a", "b"'],
    ['input twice', { inputs: [a, a, b] }, 'Input "a" is given twice'],
    ['wrong datatype', { inputs: [{ ...a, datatype: 'FP64' }, b] }, 'Input "a": expected datatype FP32, got FP64'],
    ['unknown datatype', { inputs: [{ ...a, datatype: 'float' }, b] }, 'datatype is "float"; expected "FP32"'],
    ['wrong rank', { inputs: [{ ...a, shape: [2] }, b] }, 'Input "a": expected shape [-1,2], got [2]'],
    ['wrong extent', { inputs: [{ ...a, shape: [1, 3] }, b] }, 'Input "a": expected shape [-1,2], got [1,3]'],
    ['negative extent', { inputs: [{ ...a, shape: [-1, 2] }, b] }, 'Input "a": -1 is no extent'],
    ['zero extent', { inputs: [{ ...a, shape: [0, 2], data: [] }, b] }, 'Input "a": 0 is no extent'],
    ['too few elements', { inputs: [{ ...a, data: [1] }, b] }, 'shape [1,2] needs 2 elements, got 1'],
    ['too many elements', { inputs: [{ ...a, data: [1, 2, 3] }, b] }, 'shape [1,2] needs 2 elements, got 3'],
    ['wrong element', { inputs: [{ ...a, data: [1, 'x'] }, b] }, 'Input "a": "x" is not a value of FP32'],
    ['number beyond FP32', { inputs: [{ ...a, data: [1, 1e300] }, b] }, 'Input "a": 1e+300 is beyond FP32'],
    [
      'rows that differ',
      { inputs: [{ ...a, shape: [2, 2], data: [1, 2, 3, 4] }, b] },
      '"a" has 2 rows and input "b" has 1',
    ],
    ['unknown output', { inputs: [a, b], outputs: [{ name: 'q' }] }, 'has no output "q"; its outputs are "y", "s"'],
    ['output twice', { inputs: [a, b], outputs: [{ name: 'y' }, { name: 'y' }] }, 'Output "y" is asked for twice'],
    ['id that is no text', { id: 7, inputs: [a, b] }, '"id" is 7'],
    ['parameter that is a list', { inputs: [a, b], parameters: { p: [] } }, 'Parameter "p" of the request'],
    ['a list', [1, 2], 'not a JSON object'],
    ['no JSON', '{"inputs": [', 'not valid JSON'],
    ['bare NaN', '{"inputs": [NaN]}', 'send "NaN"'],
    ['nothing', '', 'body is empty'],
  ])('refuses: %s', async (_name, body, message) => {
    const reply = await post(inferPath, body);
    expect(reply.status).toBe(400);
    expect(reply.body['error']).toContain(message);
    expect((await get('/v2/health/ready')).status).toBe(200);
  });

  it('refuses a shape whose product overflows', async () => {
    const body = '{"inputs":[{"name":"x","datatype":"INT64","shape":[16,1152921504606846978],"data":[]}]}';
    const reply = await post('/v2/models/echo-INT64/infer', body);
    expect(reply).toMatchObject({ status: 400, body: { error: expect.stringContaining('1152921504606846978') } });
    const large = '{"inputs":[{"name":"x","datatype":"INT64","shape":[4294967296,4294967296],"data":[]}]}';
    expect((await post('/v2/models/echo-INT64/infer', large)).status).toBe(400);
    expect((await get('/v2/health/ready')).status).toBe(200);
  });

  it('refuses deep nesting before parsing it', async () => {
    const body = `{"inputs":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const reply = await post(inferPath, body);
    expect(reply).toMatchObject({ status: 400, body: { error: expect.stringContaining('64 levels') } });
    const text = `{"inputs":"${'['.repeat(200)}\\"["}`;
    expect((await post(inferPath, text)).body['error']).toContain('"inputs"');
    expect((await get('/v2/health/ready')).status).toBe(200);
  });

  it('refuses a body beyond 64 MiB, declared or chunked', async () => {
    const piece = Buffer.alloc(2 ** 20, 32);
    for (const headers of [{ 'content-length': String(65 * 2 ** 20) }, { 'transfer-encoding': 'chunked' }]) {
      const request = httpRequest(url + inferPath, { method: 'POST', headers });
      const answered = once(request, 'response');
      for (let i = 0; i < 65; i++) if (!request.write(piece)) await Promise.race([once(request, 'drain'), answered]);
      request.end();
      const [response] = await answered;
      expect(response.statusCode).toBe(413);
      response.resume();
    }
    expect((await get('/v2/health/ready')).status).toBe(200);
  });

  it('takes gzip, deflate and chunked bodies, and refuses bad ones', async () => {
    const body = JSON.stringify({ inputs: [a, b] });
    expect((await post(inferPath, gzipSync(body), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await post(inferPath, deflateSync(body), { 'content-encoding': 'deflate' })).status).toBe(200);
    expect((await post(inferPath, body, { 'content-encoding': 'br' })).status).toBe(415);
    expect((await post(inferPath, body, { 'content-encoding': 'gzip' })).status).toBe(400);
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20));
    expect((await post(inferPath, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    const chunked = await fetch(url + inferPath, {
      method: 'POST',
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(200);
  });

  it('answers 503 with Retry-After when the queue is full, and recovers', async () => {
    const body = { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [5] }] };
    const replies = await Promise.all(Array.from({ length: 12 }, () => post('/v2/models/slow/infer', body)));
    const refused = replies.filter((reply) => reply.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    for (const reply of replies) {
      if (reply.status === 200) expect(reply.body).toMatchObject({ outputs: [{ data: [5] }] });
      else expect(reply.status).toBe(503);
    }
    expect((await post('/v2/models/slow/infer', body)).status).toBe(200);
  });
});

describe('binary tensor data', () => {
  function binaryBody(json: unknown, ...parts: Uint8Array[]): { body: Uint8Array; headers: Record<string, string> } {
    const head = Buffer.from(JSON.stringify(json));
    return {
      body: Buffer.concat([head, ...parts]),
      headers: { 'inference-header-content-length': String(head.length) },
    };
  }

  async function postBinary(path: string, body: Uint8Array, headers: Record<string, string>) {
    const response = await fetch(url + path, { method: 'POST', body: body as BodyInit, headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get('inference-header-content-length') ?? bytes.length);
    return {
      status: response.status,
      json: JSON.parse(bytes.subarray(0, length).toString()),
      rest: bytes.subarray(length),
    };
  }

  const samples: Record<(typeof echoTypes)[number], Buffer> = {
    BOOL: Buffer.from([0, 1]),
    UINT8: Buffer.from([0, 255]),
    UINT16: Buffer.from(Uint16Array.of(1, 65_535).buffer),
    UINT32: Buffer.from(Uint32Array.of(1, 4_294_967_295).buffer),
    UINT64: Buffer.from(BigUint64Array.of(1n, 2n ** 64n - 1n).buffer),
    INT8: Buffer.from(Int8Array.of(-128, 127).buffer),
    INT16: Buffer.from(Int16Array.of(-32_768, 32_767).buffer),
    INT32: Buffer.from(Int32Array.of(-1, 2_147_483_647).buffer),
    INT64: Buffer.from(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n).buffer),
    FP16: Buffer.from(Uint16Array.of(0x3c00, 0xfbff).buffer),
    BF16: Buffer.from(Uint16Array.of(0x3f80, 0xff7f).buffer),
    FP32: Buffer.from(Float32Array.of(1.5, Number.NaN).buffer),
    FP64: Buffer.from(Float64Array.of(Math.PI, Number.NEGATIVE_INFINITY).buffer),
    BYTES: Buffer.concat([Buffer.from([3, 0, 0, 0]), Buffer.from('Zü'), Buffer.from([0, 0, 0, 0])]),
  };

  it.each(echoTypes)('gives %s back bit by bit', async (type) => {
    const bytes = samples[type];
    const input = { name: 'x', datatype: type, shape: [1, 2], parameters: { binary_data_size: bytes.length } };
    const { body, headers } = binaryBody({ inputs: [input], parameters: { binary_data_output: true } }, bytes);
    const reply = await postBinary(`/v2/models/echo-${type}/infer`, body, headers);
    expect(reply.json.outputs).toEqual([
      { name: 'y', datatype: type, shape: [1, 2], parameters: { binary_data_size: bytes.length } },
    ]);
    expect(reply.rest).toEqual(bytes);
  });

  it('mixes JSON and binary tensors; an output says more than the request', async () => {
    const bytes = Buffer.from(Float32Array.of(1, 2).buffer);
    const { data: _, ...binaryA } = { ...a, parameters: { binary_data_size: 8 } };
    const outputs = [{ name: 'y', parameters: { binary_data: false } }, { name: 's' }];
    const { body, headers } = binaryBody(
      { inputs: [binaryA, b], outputs, parameters: { binary_data_output: true } },
      bytes,
    );
    const reply = await postBinary(inferPath, body, headers);
    expect(reply.json.outputs).toEqual([
      { name: 'y', datatype: 'FP32', shape: [1, 2], data: [12, 24] },
      { name: 's', datatype: 'FP32', shape: [1, 1], parameters: { binary_data_size: 4 } },
    ]);
    expect(reply.rest.readFloatLE(0)).toBe(36);
  });

  it('takes a raw request of one input', async () => {
    const bytes = Buffer.from(Float32Array.of(1, 2, 3).buffer);
    const reply = await postBinary('/v2/models/echo-FP32/infer', bytes, { 'inference-header-content-length': '0' });
    expect(reply.json.outputs[0]).toMatchObject({ shape: [1, 3] });
    expect(reply.rest).toEqual(bytes);
    const refused = await postBinary(inferPath, bytes, { 'inference-header-content-length': '0' });
    expect(refused).toMatchObject({ status: 400, json: { error: expect.stringContaining('exactly 1 input') } });
  });

  it.each(['99999', '-1', 'abc', '1e3', '99999999999999999999'])('refuses a header length of %s', async (length) => {
    const body = Buffer.from(JSON.stringify({ inputs: [a, b] }));
    const reply = await postBinary(inferPath, body, { 'inference-header-content-length': length });
    expect(reply).toMatchObject({
      status: 400,
      json: { error: expect.stringContaining('Inference-Header-Content-Length') },
    });
  });

  it.each([
    ['wrong size', { binary_data_size: 4 }, Buffer.alloc(4), 'needs 8 bytes, got 4'],
    ['more than is left', { binary_data_size: 80 }, Buffer.alloc(8), '8 bytes are left'],
    ['size that is no number', { binary_data_size: 'x' }, Buffer.alloc(8), 'binary_data_size is "x"'],
    ['bytes left over', { binary_data_size: 8 }, Buffer.alloc(12), '4 bytes after the JSON part'],
  ])('refuses: %s', async (_name, parameters, bytes, message) => {
    const { data: _, ...binaryA } = { ...a, parameters };
    const { body, headers } = binaryBody({ inputs: [binaryA, b] }, bytes);
    const reply = await postBinary(inferPath, body, headers);
    expect(reply.status).toBe(400);
    expect(reply.json.error).toContain(message);
  });

  it('refuses BYTES whose lengths do not fit, and FP16 as JSON', async () => {
    const bytes = Buffer.from([200, 0, 0, 0, 65]);
    const input = { name: 'x', datatype: 'BYTES', shape: [1, 1], parameters: { binary_data_size: 5 } };
    const { body, headers } = binaryBody({ inputs: [input] }, bytes);
    const reply = await postBinary('/v2/models/echo-BYTES/infer', body, headers);
    expect(reply.json.error).toContain('reaches beyond the 5 bytes');
    const half = [{ name: 'x', datatype: 'FP16', shape: [1, 1], data: [1] }];
    expect((await post('/v2/models/echo-FP16/infer', { inputs: half })).body['error']).toContain('no JSON form');
  });
});

describe('rows', () => {
  it('predicts from column values', async () => {
    const rows = [
      { amount: 9, origin: 'SFO' },
      { amount: 9, origin: 'LAX' },
    ];
    const reply = await post('/v1/models/rows/predict', { id: 'r', rows });
    expect(reply.body).toMatchObject({
      model_name: 'rows',
      model_version: '1',
      id: 'r',
      predictions: [
        { label: true },
        {
          label: false,
          scores: [
            { label: false, score: 1 },
            { label: true, score: 0 },
          ],
        },
      ],
    });
  });

  it.each([
    [{}, 'no list "rows"'],
    [{ rows: [] }, 'no rows'],
    [{ rows: [{ amount: 'x', origin: 'SFO' }] }, 'Row 0, column “amount”: expected a number'],
    [{ rows: [{ amount: 1, orgin: 'SFO' }] }, 'Rename “orgin” to “origin”'],
  ])('refuses %j', async (body, message) => {
    const reply = await post('/v1/models/rows/predict', body);
    expect(reply.status).toBe(400);
    expect(reply.body['error']).toContain(message);
  });

  it('names a request beside rows that have no place for its id, whatever characters it has', async () => {
    const body = JSON.stringify({ id: 'a b\r\nc: €\ud83d', rows: [{ amount: 9, origin: 'SFO' }] });
    const headers = { accept: 'text/csv' };
    const answer = await fetch(`${url}/v1/models/rows/predict`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-slipway-request-id')).toBe('a%20b%0D%0Ac:%20%E2%82%AC%EF%BF%BD');
    expect(await answer.text()).toContain('true');
  });

  it('says that a model without known columns takes tensors', async () => {
    const reply = await post('/v1/models/adder/predict', { rows: [{}] });
    expect(reply).toMatchObject({ status: 400, body: { error: expect.stringContaining('/v2/models/adder/infer') } });
  });
});

describe('endpoint host', () => {
  async function startRows(nodeId: string, options: { port?: number; keys?: 'none' | 'required'; host?: string } = {}) {
    return host.startModels({
      graphId: 'test',
      nodeId,
      name: 'rows',
      http: { port: options.port ?? 0, ...(options.host === undefined ? {} : { host: options.host }) },
      keys: options.keys,
      models: rowModels,
    });
  }

  /** Also gives the serving process. */
  async function startSpied(nodeId: string) {
    const children: ChildProcess[] = [];
    const remember = (message: unknown) => children.push((message as { process: ChildProcess }).process);
    subscribe('child_process', remember);
    const started = await startRows(nodeId);
    unsubscribe('child_process', remember);
    const [child] = children as [ChildProcess];
    return { started, child };
  }

  it('predicts, keeps recent rows and reports statistics', async () => {
    const { started, child } = await startSpied('log');
    const { predictions } = await host.predict(started.id, [{ amount: 10, origin: 'SFO' }, { amount: null }]);
    expect(predictions.map((prediction) => prediction.label)).toEqual([true, false]);
    await expect(host.predict(started.id, [{ amount: 'x' }])).rejects.toMatchObject({ code: 'request.invalid' });
    const recent = await host.recentRows(started.id, 10);
    expect(recent).toMatchObject({ seen: 2, unsampled: 0, rows: 2 });
    expect(recent.columns).toEqual([
      { name: 'amount', kind: 'number', values: Float64Array.of(10, Number.NaN) },
      { name: 'origin', kind: 'string', values: ['SFO', '\u2400'] },
    ]);
    expect(recent.outputs[0]).toMatchObject({ name: 'probability' });
    expect(host.signature(started.id).inputs).toEqual(rowManifest.inputs);
    for await (const stats of host.watch(started.id, AbortSignal.timeout(120_000))) {
      if (stats.requests < 2) continue;
      expect(stats).toMatchObject({ requests: 2, rows: 2, failed: 1 });
      expect(stats.series.reduce((sum, point) => sum + point.requests, 0)).toBe(2);
      expect(stats.latencyMs.p50).toBeGreaterThan(0);
      break;
    }
    expect((await host.predict(started.id, [{ amount: 3, origin: 'SFO' }], { isTest: true })).predictions).toHaveLength(
      1,
    );
    expect(await host.recentRows(started.id, 10)).toMatchObject({ seen: 2, rows: 2 });
    expect((await host.stop(started.id)).state).toBe('stopped');
    await expect(host.predict(started.id, [{ amount: 1 }])).rejects.toMatchObject({ code: 'serve.not-ready' });
    expect(child.exitCode).toBe(0);
  });

  it('tells integers from times in its recent rows', async () => {
    const input = { name: 'x', datatype: 'INT64', shape: [2, 1], data: [7, -8] };
    const started = await host.startModels({
      graphId: 'test',
      nodeId: 'integers',
      name: 'integers',
      http: { port: 0 },
      models: await modelSourcesAt(join(dir, 'models', 'integers')),
    });
    const body = JSON.stringify({ inputs: [input] });
    expect((await fetch(`${started.http}/v2/models/integers/infer`, { method: 'POST', body })).status).toBe(200);
    expect((await host.recentRows(started.id, 10)).columns).toEqual([
      { name: 'x', kind: 'number', values: Float64Array.of(7, -8) },
    ]);
    await host.stop(started.id);
  });

  it('replaces an endpoint that is started again', async () => {
    const [first, second] = await Promise.all([startRows('twice'), startRows('twice')]);
    expect(host.list().find((entry) => entry.id === first.id)?.http).toBe(second.http);
    expect((await fetch(`${second.http}/readyz`)).status).toBe(200);
    const { port } = new URL(second.http ?? '');
    const third = await startRows('twice', { port: Number(port) });
    expect(third.http).toBe(second.http);
    expect(host.list().filter((entry) => entry.nodeId === 'twice')).toHaveLength(1);
    await host.stop(third.id);
  });

  it('starts a serving process that was killed again, at the same address', async () => {
    const { started, child } = await startSpied('killed');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(async () => (await fetch(`${started.http}/readyz`)).status).toBe(200);
    await expect.poll(() => host.list().find((entry) => entry.id === started.id)?.state).toBe('live');
    expect((await host.predict(started.id, [{ amount: 1 }])).predictions).toHaveLength(1);
    await host.stop(started.id);
  });

  it('names a port that is in use, and the way out', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startRows('busy', { port })).rejects.toMatchObject({
      code: 'port.in-use',
      message: expect.stringContaining(String(port)),
      fix: expect.stringContaining('0 for any free one'),
    });
    other.close();
  });

  it('needs a word about keys beyond loopback', async () => {
    await expect(startRows('open', { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'serve.host-needs-keys' });
  });

  it('lets nobody in without the key, health aside', async () => {
    const started = await startRows('keys', { keys: 'required' });
    expect(started.newKey).toMatch(/^sk-/);
    const body = JSON.stringify({ rows: [{ amount: 1, origin: 'SFO' }] });
    const send = (headers: Record<string, string>) =>
      fetch(`${started.http}/v1/models/rows/predict`, { method: 'POST', body, headers });
    expect((await send({})).status).toBe(401);
    expect((await send({ authorization: 'Bearer sk-wrong' })).status).toBe(401);
    expect((await send({ authorization: `Bearer ${started.newKey}` })).status).toBe(200);
    expect((await fetch(`${started.http}/v2`)).status).toBe(401);
    expect((await fetch(`${started.http}/v2/health/live`)).status).toBe(200);
    expect((await host.predict(started.id, [{ amount: 1 }])).predictions).toHaveLength(1);
    await host.stop(started.id);
    const again = await startRows('keys', { keys: 'required' });
    expect(again.newKey).toBeUndefined();
    await host.stop(again.id);
  });

  it('refuses files that are no model', async () => {
    await writeFile(join(dir, 'broken.onnx'), 'not an onnx file');
    const start = async (path: string) =>
      host.startModels({
        graphId: 'test',
        nodeId: 'broken',
        name: 'broken',
        http: { port: 0 },
        models: await modelSourcesAt(path),
      });
    await expect(start(join(dir, 'broken.onnx'))).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('broken'),
    });
    await expect(start(join(dir, 'absent.onnx'))).rejects.toMatchObject({ code: 'model.not-found' });
    await mkdir(join(dir, 'empty'));
    await expect(start(join(dir, 'empty'))).rejects.toMatchObject({ code: 'model.not-found' });
  });

  it('survives clients that go away in the middle of a request', async () => {
    const { hostname, port } = new URL(url);
    const slow = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [5] }] });
    for (const [path, sent] of [
      ['/v2/models/slow/infer', slow],
      [inferPath, slow.slice(0, 20)],
    ] as const) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${slow.length}\r\n\r\n${sent}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    expect((await get('/v2/health/ready')).status).toBe(200);
    expect((await post(inferPath, { inputs: [a, b] })).status).toBe(200);
  });
});
