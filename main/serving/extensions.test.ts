import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { isModelRepository, modelSourcesAt } from './model-source.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

/** y = x times a factor. */
function timesModel(factor: number): Uint8Array {
  const graph = createGraphBuilder('times');
  const x = graph.input('x', 'FP32', ['N', 2]);
  graph.output('y', graph.node('Mul', [x, graph.float(factor)]), 'FP32', ['N', 2]);
  return graph.toBytes();
}

/** probabilities = x: enough for labels. */
function classModel(): Uint8Array {
  const graph = createGraphBuilder('classes');
  graph.output('probabilities', graph.input('x', 'FP32', ['N', 2]), 'FP32', ['N', 2]);
  return graph.toBytes();
}

const manifest: ModelManifest = {
  task: 'binary',
  label: { column: 'late', type: 'bool' },
  classes: [false, true],
  inputs: [{ name: 'x', type: 'tensor', size: 2 }],
  features: [],
  trainer: { kind: 'train.trees', params: {} },
  training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'logLoss', train: [], valid: [] } },
  importance: [],
  example: { x: [0, 1] },
  choices: {},
};

let dir: string;
let root: string;
let host: EndpointHost;
let url: string;

async function addModel(name: string, version: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(root, name, version), { recursive: true });
  await writeFile(join(root, name, version, 'model.onnx'), bytes);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-extensions-'));
  root = join(dir, 'models');
  await addModel('twice', '1', timesModel(2));
  await addModel('many', '1', timesModel(1));
  await addModel('many', '2', timesModel(2));
  await addModel('many', '5', timesModel(5));
  const config = 'max_batch_size: 4\nversion_policy: { specific: { versions: [1, 5] } }\n';
  await writeFile(join(root, 'many', 'config.pbtxt'), config);
  await addModel('classes', '1', classModel());
  await writeFile(join(root, 'classes', '1', 'model.json'), JSON.stringify(manifest));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  expect(await isModelRepository(root)).toBe(true);
  const endpoint = await host.startModels({
    graphId: 'test',
    nodeId: 'repository',
    name: 'repository',
    http: { port: 0 },
    models: await modelSourcesAt(root),
    repositoryDir: root,
  });
  url = endpoint.http ?? '';
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function call(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(url + path, init);
  const text = await response.text();
  return { status: response.status, text, body: text === '' ? undefined : JSON.parse(text) };
}

async function infer(path: string, data: number[] = [1, 2]) {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [data.length / 2, 2], data }];
  const { status, body } = await call('POST', `/v2/models/${path}/infer`, { inputs });
  return status === 200 ? body.outputs[0].data : status;
}

const index = async (body?: unknown) =>
  Object.fromEntries(
    (await call('POST', '/v2/repository/index', body)).body.map(
      (entry: { name: string; version: string; state: string }) => [`${entry.name}/${entry.version}`, entry.state],
    ),
  );

describe('model repository', () => {
  it('serves the versions that config.pbtxt chooses', async () => {
    expect(await index()).toEqual({
      'twice/1': 'READY',
      'many/1': 'READY',
      'many/2': 'UNAVAILABLE',
      'many/5': 'READY',
      'classes/1': 'READY',
    });
    expect(Object.keys(await index({ ready: true }))).not.toContain('many/2');
    expect(await infer('many')).toEqual([5, 10]);
    expect(await infer('many/versions/1')).toEqual([1, 2]);
    expect(await infer('many/versions/2')).toBe(404);
    expect((await call('GET', '/v2/models/many')).body.versions).toEqual(['5', '1']);
  });

  it('unloads, loads and replaces models while serving', async () => {
    expect(await call('POST', '/v2/repository/models/twice/unload')).toMatchObject({ status: 200, text: '' });
    expect(await infer('twice')).toBe(404);
    expect((await call('GET', '/v2/models/twice/ready')).status).toBe(404);
    expect((await index())['twice/1']).toBe('UNAVAILABLE');
    await addModel('twice', '2', timesModel(20));
    expect(await call('POST', '/v2/repository/models/twice/load')).toMatchObject({ status: 200, text: '' });
    expect(await infer('twice')).toEqual([20, 40]);
    await addModel('late', '1', timesModel(7));
    expect(await infer('late')).toBe(404);
    expect((await call('POST', '/v2/repository/models/late/load', {})).status).toBe(200);
    expect(await infer('late')).toEqual([7, 14]);
  });

  it('names what of its folder it does not serve, and why', async () => {
    const ensemble = 'only Triton puts an ensemble together; its models are served each by itself';
    const mixed = join(dir, 'mixed');
    const write = async (path: string, content: string | Uint8Array) => {
      await mkdir(dirname(join(mixed, path)), { recursive: true });
      await writeFile(join(mixed, path), content);
    };
    await write('part/1/model.onnx', timesModel(2));
    await write(
      'whole/config.pbtxt',
      'platform: "ensemble"\nensemble_scheduling { step [ { model_name: "part" } ] }\n',
    );
    await mkdir(join(mixed, 'whole', '3'));
    await write('engine/config.pbtxt', 'platform: "tensorrt_plan"\n');
    await write('copied/2/model.onnx.part', 'half');
    await write('notes/read.me', 'no model');
    const lines: string[] = [];
    const other = createEndpointHost({ dataDir: join(dir, 'mixed-data'), log: (_level, text) => lines.push(text) });
    try {
      const { http } = await other.startModels({
        graphId: 'ext',
        nodeId: 'mixed',
        name: 'mixed',
        http: { port: 0 },
        models: await modelSourcesAt(mixed),
        repositoryDir: mixed,
      });
      const entries = await (await fetch(`${http}/v2/repository/index`, { method: 'POST' })).json();
      expect(entries).toHaveLength(4);
      expect(entries).toEqual(
        expect.arrayContaining([
          { name: 'whole', version: '3', state: 'UNAVAILABLE', reason: ensemble },
          { name: 'engine', version: '', state: 'UNAVAILABLE', reason: expect.stringContaining('tensorrt_plan') },
          { name: 'copied', version: '2', state: 'UNAVAILABLE', reason: 'it has no VERSION/model.onnx' },
        ]),
      );
      expect(lines).toContain(`Model whole is not served: ${ensemble}.`);
      const load = await fetch(`${http}/v2/repository/models/whole/load`, { method: 'POST' });
      expect([load.status, await load.text()]).toEqual([400, expect.stringContaining(ensemble)]);
    } finally {
      await other.close();
    }
    await expect(modelSourcesAt(join(mixed, 'whole'))).rejects.toThrow(`Model "whole" is not served: ${ensemble}.`);
  });

  it('follows its folder where it is told to: new, changed, broken and gone models', async () => {
    const polled = join(dir, 'polled');
    const write = async (name: string, factor: number) => {
      await mkdir(join(polled, name, '1'), { recursive: true });
      await writeFile(join(polled, name, '1', 'model.onnx'), timesModel(factor));
    };
    await write('first', 2);
    const { http, id } = await host.startModels({
      graphId: 'ext',
      nodeId: 'polled',
      name: 'polled',
      http: { port: 0 },
      models: await modelSourcesAt(polled),
      repositoryDir: polled,
      repositoryPollMs: 50,
    });
    const ask = async (name: string) => {
      const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }] });
      const answer = await fetch(`${http}/v2/models/${name}/infer`, { method: 'POST', body });
      if (!answer.ok) return answer.status;
      return ((await answer.json()) as { outputs: [{ data: [number, number] }] }).outputs[0].data[0];
    };
    expect([await ask('first'), await ask('second')]).toEqual([2, 404]);
    await write('second', 5);
    await expect.poll(() => ask('second')).toBe(5);
    await write('first', 30);
    await expect.poll(() => ask('first')).toBe(30);
    // What cannot be loaded leaves the model that answers as it is.
    await writeFile(join(polled, 'second', '1', 'model.onnx'), 'no model');
    await rm(join(polled, 'first'), { recursive: true });
    await expect.poll(() => ask('first')).toBe(404);
    expect(await ask('second')).toBe(5);
    await host.stop(id);
  });

  it('takes a configuration and files in the request', async () => {
    const config = JSON.stringify({ max_batch_size: 3, version_policy: { all: {} } });
    const parameters = {
      config,
      'file:3/model.onnx': Buffer.from(timesModel(3)).toString('base64'),
      'file:4/model.onnx': Buffer.from(timesModel(4)).toString('base64'),
    };
    expect((await call('POST', '/v2/repository/models/sent/load', { parameters })).status).toBe(200);
    expect(await infer('sent')).toEqual([4, 8]);
    expect(await infer('sent/versions/3')).toEqual([3, 6]);
    expect((await call('GET', '/v2/models/sent/config')).body.max_batch_size).toBe(3);
    expect(
      (await call('POST', '/v2/repository/models/sent/unload', { parameters: { unload_dependents: true } })).status,
    ).toBe(200);
  });

  it('answers every request while its model is replaced', async () => {
    await addModel('swapped', '1', timesModel(1));
    await call('POST', '/v2/repository/models/swapped/load');
    let swapping = true;
    const seen = new Set<string>();
    const client = async () => {
      while (swapping) seen.add(JSON.stringify(await infer('swapped')));
    };
    const clients = [client(), client(), client()];
    for (let i = 2; i < 6; i++) {
      await addModel('swapped', String(i), timesModel(i));
      await call('POST', '/v2/repository/models/swapped/load');
      expect(await infer('swapped')).toEqual([i, 2 * i]);
    }
    swapping = false;
    await Promise.all(clients);
    const possible = Array.from({ length: 5 }, (_, i) => JSON.stringify([i + 1, 2 * (i + 1)]));
    expect(possible).toEqual(expect.arrayContaining([...seen]));
    expect(seen.size).toBeGreaterThan(1);
  });

  it('keeps what it serves when a load fails, and says why', async () => {
    await addModel('fragile', '1', timesModel(1));
    await call('POST', '/v2/repository/models/fragile/load');
    await writeFile(join(root, 'fragile', '1', 'model.onnx'), 'damaged');
    const reply = await call('POST', '/v2/repository/models/fragile/load');
    expect(reply).toMatchObject({ status: 400, body: { error: expect.stringContaining('fragile') } });
    expect(await infer('fragile')).toEqual([1, 2]);
    await rm(join(root, 'fragile'), { recursive: true });
  });

  it.each([
    ['/v2/repository/models/absent/load', undefined, 404],
    ['/v2/repository/models/absent/unload', undefined, 404],
    ['/v2/repository/models/..%2Fmodels/load', undefined, 404],
    ['/v2/repository/models/twice/load', { parameters: { 'file:../x': '' } }, 400],
    ['/v2/repository/models/twice/load', { parameters: { config: '{' } }, 400],
    ['/v2/repository/models/twice/load', { parameters: { config: '{"max_batch_size":-1}' } }, 400],
    ['/v2/repository/index', { ready: 'yes' }, 400],
    ['/v2/repository/models/twice', undefined, 404],
  ])('refuses %s with %j', async (path, body, status) => {
    expect((await call('POST', path, body)).status).toBe(status);
    expect((await call('GET', '/v2/health/ready')).status).toBe(200);
  });

  it('leaves the models of an endpoint alone that serves no folder', async () => {
    await copyFile(join(root, 'many', '1', 'model.onnx'), join(dir, 'single.onnx'));
    const models = await modelSourcesAt(join(dir, 'single.onnx'));
    const single = await host.startModels({ graphId: 'test', nodeId: 'single', name: 's', http: { port: 0 }, models });
    const reply = await fetch(`${single.http}/v2/repository/models/single/unload`, { method: 'POST' });
    expect(reply.status).toBe(501);
    const listed = await fetch(`${single.http}/v2/repository/index`, { method: 'POST' });
    expect(await listed.json()).toEqual([{ name: 'single', version: '1', state: 'READY', reason: '' }]);
    await host.stop(single.id);
  });
});

describe('statistics and configuration', () => {
  it('counts requests, rows and runs', async () => {
    await addModel('counted', '1', timesModel(1));
    await call('POST', '/v2/repository/models/counted/load');
    await infer('counted');
    await infer('counted', [1, 2, 3, 4]);
    await call('POST', '/v2/models/counted/infer', { inputs: [] });
    const [stats] = (await call('GET', '/v2/models/counted/versions/1/stats')).body.model_stats;
    expect(stats).toMatchObject({ name: 'counted', version: '1', inference_count: 3, execution_count: 2 });
    expect(stats.last_inference).toBeGreaterThan(1e12);
    expect(stats.inference_stats.success.count).toBe(2);
    expect(stats.inference_stats.fail.count).toBe(1);
    expect(stats.inference_stats.success.ns).toBeGreaterThan(stats.inference_stats.compute_infer.ns);
    expect(stats.inference_stats.compute_infer.ns).toBeGreaterThan(0);
    expect(stats.batch_stats.map((batch: { batch_size: number }) => batch.batch_size)).toEqual([1, 2]);
    const all = (await call('GET', '/v2/models/stats')).body.model_stats;
    expect(all.map((entry: { name: string }) => entry.name)).toEqual(expect.arrayContaining(['counted', 'many']));
    expect((await call('GET', '/v2/models/absent/stats')).status).toBe(404);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('nv_inference_count{model="counted",version="1"} 3\n');
    expect(metrics).toContain('nv_inference_exec_count{model="counted",version="1"} 2\n');
    expect(metrics).toContain('nv_inference_request_failure{model="counted",version="1",reason="OTHER"} 1\n');
  });

  it('gives the configuration as completed from the model', async () => {
    expect((await call('GET', '/v2/models/many/config')).body).toMatchObject({
      name: 'many',
      platform: 'onnxruntime_onnx',
      max_batch_size: 4,
      input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [2] }],
      output: [{ name: 'y', data_type: 'TYPE_FP32', dims: [2] }],
      dynamic_batching: { max_queue_delay_microseconds: 0 },
    });
  });
});

describe('settings', () => {
  it('shows and changes log settings', async () => {
    expect((await call('GET', '/v2/logging')).body).toMatchObject({ log_info: true, log_verbose_level: 0 });
    expect((await call('POST', '/v2/logging', { log_info: false })).body).toMatchObject({ log_info: false });
    expect((await call('POST', '/v2/logging', { log_info: true, log_what: 1 })).status).toBe(400);
    expect((await call('GET', '/v2/logging')).body).toMatchObject({ log_info: false, log_warning: true });
    expect((await call('PUT', '/v2/logging')).status).toBe(405);
  });

  it('shows trace settings and refuses to write traces', async () => {
    expect((await call('GET', '/v2/models/many/trace/setting')).body.trace_level).toEqual(['OFF']);
    expect((await call('POST', '/v2/trace/setting', { trace_level: ['TIMESTAMPS'] })).status).toBe(501);
    expect((await call('POST', '/v2/trace/setting', { trace_level: ['OFF'] })).status).toBe(200);
    expect((await call('GET', '/v2/models/absent/trace/setting')).status).toBe(404);
  });
});

describe('compression', () => {
  async function inferCompressed(acceptEncoding: string, rows: number) {
    const data = Array.from({ length: 2 * rows }, (_, i) => i);
    const response = await fetch(`${url}/v2/models/twice/infer`, {
      method: 'POST',
      headers: { 'accept-encoding': acceptEncoding },
      body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 2], data }] }),
    });
    const body = (await response.json()) as { outputs: { data: number[] }[] };
    expect(body.outputs[0]?.data).toEqual(data.map((value) => value * 20));
    return response.headers.get('content-encoding');
  }

  it('compresses what the client asks for', async () => {
    expect(await inferCompressed('gzip', 1)).toBe('gzip');
    expect(await inferCompressed('deflate', 1)).toBe('deflate');
    expect(await inferCompressed('identity', 1000)).toBeNull();
    expect(await inferCompressed('gzip, deflate', 1)).toBeNull();
    expect(await inferCompressed('deflate;q=0.5, gzip', 1000)).toBe('gzip');
    expect(await inferCompressed('gzip;q=0, br', 1000)).toBeNull();
  });
});

describe('OpenAPI', () => {
  it('describes every path, and the columns of row models', async () => {
    const { body } = await call('GET', '/v2/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/v2', '/v2/models/{model}/infer', '/v1/models/classes/predict', '/v1/feedback']),
    );
    const rows = body.paths['/v1/models/classes/predict'].post.requestBody.content['application/json'].schema;
    expect(rows.properties.rows.items.properties).toHaveProperty('x');
    const refs = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining([...new Set(refs)]));
  });
});

describe('feedback', () => {
  it('stores labels by request id', async () => {
    const send = (body: unknown) => call('POST', '/v1/feedback', body);
    expect(await send({ id: 'r-1', label: true, model: 'classes' })).toMatchObject({
      status: 200,
      body: { stored: 1 },
    });
    const feedback = [
      { id: 'r-2', label: false, model: 'classes' },
      { id: 'r-3', label: 1.5, model: 'many' },
    ];
    expect((await send({ feedback })).body).toEqual({ stored: 2 });
    const lines = (await readFile(join(dir, 'serving', 'test', 'repository', 'feedback.ndjson'), 'utf8'))
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { id: 'r-1', label: true, model: 'classes', receivedMs: expect.any(Number) },
      ...feedback,
    ]);
  });

  it.each([
    [{ id: 'r', label: 'late', model: 'classes' }, 400, 'no class of the model'],
    [{ id: 'r', label: true, model: 'absent' }, 404, 'absent'],
    [{ id: 'r', label: true }, 400, 'Say which'],
    [{ label: true, model: 'classes' }, 400, '"id"'],
    [{ id: 'r', model: 'classes' }, 400, '"label"'],
    [{ feedback: [] }, 400, '1 to'],
    [[], 400, 'JSON object'],
  ])('refuses %j', async (body, status, message) => {
    expect(await call('POST', '/v1/feedback', body)).toMatchObject({
      status,
      body: { error: expect.stringContaining(message) },
    });
  });
});
