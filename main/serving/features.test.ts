import { Client, credentials } from '@grpc/grpc-js';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { attribute, createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import type { MissingFeatures } from '../features/enrichment.ts';
import { OnlineStore } from '../features/online-store.ts';
import { pushRows } from '../features/push-rows.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { type GrpcMessage, loadGrpcService } from './grpc/grpc-service.ts';
import { type ModelSource, modelSourcesAt } from './model-source.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const airports: FeatureView = {
  name: 'airports',
  keys: [{ name: 'origin', type: 'string' }],
  eventTimestamp: 'day',
  createdTimestamp: null,
  ttlSeconds: 0,
  features: [{ name: 'delay', type: 'float64' }],
  description: '',
  owner: '',
};

let dir: string;
let host: EndpointHost;
let url: string;
let headers: Record<string, string>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-serving-features-'));
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.input('x', 'FP32', ['N', 1]), 'FP32', ['N', 1]);
  await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
  const store = OnlineStore.open(dir);
  store.create(airports);
  store.close();
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const models = await modelSourcesAt(join(dir, 'echo.onnx'));
  const http = { port: 0 };
  const started = await host.startModels({
    graphId: 'g',
    nodeId: 'n',
    name: 'echo',
    http,
    models,
    keys: 'required',
  });
  url = started.http ?? '';
  headers = { authorization: `Bearer ${started.newKey}` };
});
afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

const post = (path: string, body: unknown, more = headers) =>
  fetch(`${url}/features/${path}`, {
    method: 'POST',
    headers: more,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

it('takes pushed rows and gives them back, with status and time', async () => {
  const pushed = await post('push', {
    push_source_name: 'airports',
    df: { origin: ['SFO'], day: ['2026-01-01T10:00:00Z'], delay: [12.5] },
  });
  expect([pushed.status, await pushed.json()]).toEqual([200, { rows: 1, stored: 1 }]);
  const asked = { features: ['airports:delay'], entities: { origin: ['SFO', 'LAX'] } };
  expect(await (await post('get-online-features', asked)).json()).toEqual({
    metadata: { feature_names: ['origin', 'delay'] },
    results: [
      {
        values: ['SFO', 'LAX'],
        statuses: ['PRESENT', 'PRESENT'],
        event_timestamps: ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
      },
      {
        values: [12.5, null],
        statuses: ['PRESENT', 'NOT_FOUND'],
        event_timestamps: ['2026-01-01T10:00:00Z', '1970-01-01T00:00:00Z'],
      },
    ],
  });
  const { views } = (await (await fetch(`${url}/features`, { headers })).json()) as { views: unknown[] };
  expect(views).toMatchObject([{ name: 'airports', rows: 1, newest_event: '2026-01-01T10:00:00Z', version: null }]);
  const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
  expect(metrics).toMatch(/pipeline_feature_freshness_seconds\{feature_view="airports"\} \d+/);
});

it('asks for a key, a known path and method, and a body it can read', async () => {
  expect((await post('push', {}, {})).status).toBe(401);
  expect((await fetch(`${url}/features`)).status).toBe(401);
  expect((await post('other', {})).status).toBe(404);
  const got = await fetch(`${url}/features/push`, { headers });
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  const answers = await Promise.all([
    post('push', ''),
    post('push', '[['.repeat(200)),
    post('push', { push_source_name: 'nowhere', df: { a: [1] } }),
    post('get-online-features', { features: ['airports:dealy'], entities: { origin: ['SFO'] } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 404, 400]);
  expect(await answers[3]?.json()).toEqual({
    error: 'The view airports has no feature “dealy”. Did you mean delay?',
  });
});

describe('an endpoint whose model was trained on joined features', () => {
  const joined: JoinedView = {
    view: airports,
    digest: 'b'.repeat(64),
    keyColumns: { origin: 'from' },
    columns: { delay: 'delay' },
  };
  const manifest: ModelManifest = {
    task: 'regression',
    label: { column: 'late', type: 'float64' },
    classes: [],
    inputs: [
      { name: 'distance', type: 'float64' },
      { name: 'delay', type: 'float64' },
    ],
    features: [],
    trainer: { kind: 'train.linear', params: {} },
    training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'rmse', train: [], valid: [] } },
    importance: [],
    example: { distance: 3, delay: 4, from: 'SFO' },
    choices: { from: ['LAX', 'SFO'] },
    joined: [joined],
  };
  let models: ModelSource[];

  beforeAll(async () => {
    const graph = createGraphBuilder('sum');
    const sum = graph.node('Add', [graph.input('distance', 'FP64', ['N', 1]), graph.input('delay', 'FP64', ['N', 1])]);
    graph.output('prediction', graph.node('Cast', [sum], { to: attribute.int(1) }), 'FP32', ['N', 1]);
    const folder = join(dir, 'sum', '1');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'model.onnx'), graph.toBytes());
    await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
    models = await modelSourcesAt(join(dir, 'sum'));
    const store = OnlineStore.open(dir);
    const row = { origin: 'SFO', day: '2026-01-01T10:00:00Z', delay: 12.5 };
    pushRows(store, 'airports', [row], BigInt(Date.UTC(2026, 0, 2)) * 1000n);
    store.close();
  });

  const start = (nodeId: string, missingFeatures?: MissingFeatures) =>
    host.startModels({ graphId: 'g', nodeId, name: 'sum', http: { port: 0 }, models, missingFeatures, grpcPort: 0 });
  const rowsTo = (http: string | null, rows: unknown[]) =>
    fetch(`${http}/v1/models/sum/predict`, { method: 'POST', body: JSON.stringify({ rows }) });
  const numbers = (text: unknown) =>
    (text as { predictions: { value: number }[] }).predictions.map(({ value }) => value);

  it('takes the key in place of the features, and says which version it used', async () => {
    const { http } = await start('null', { policy: 'default', defaults: { delay: 100 } });
    const answer = await rowsTo(http, [
      { distance: 1, from: 'SFO' },
      { distance: 1, from: 'XXX' },
      { distance: 1, delay: 7 },
    ]);
    expect(answer.headers.get('slipway-features')).toBe('airports;version="pushed";missing=1');
    expect(numbers(await answer.json())).toEqual([13.5, 101, 8]);
    const given = await rowsTo(http, [{ distance: 1, delay: 7 }]);
    expect(given.headers.get('slipway-features')).toBeNull();
    const absent = await rowsTo(http, [{ distance: 1 }]);
    expect([absent.status, await absent.json()]).toEqual([
      400,
      {
        error:
          'Row 0 has no column “from”, by which the features of “airports” are looked up. Send “from”, or the features themselves.',
      },
    ]);
    const metrics = await (await fetch(`${http}/metrics`)).text();
    expect(metrics).toContain('pipeline_feature_lookups_total{model="sum",feature_view="airports",result="found"} 1');
    expect(metrics).toContain(
      'pipeline_feature_lookups_total{model="sum",feature_view="airports",result="not_found"} 1',
    );
  });

  it('refuses where the policy says so', async () => {
    const { http } = await start('fail', { policy: 'fail', defaults: {} });
    expect((await rowsTo(http, [{ distance: 1, from: 'SFO' }])).status).toBe(200);
    expect((await rowsTo(http, [{ distance: 1, from: 'XXX' }])).status).toBe(404);
  });

  it('shows and takes tensors in the same way', async () => {
    const { http, grpc } = await start('tensors');
    const shown = (await (await fetch(`${http}/v2/models/sum`)).json()) as { inputs: unknown };
    expect(shown.inputs).toEqual([
      { name: 'distance', datatype: 'FP64', shape: [-1, 1] },
      { name: 'from', datatype: 'BYTES', shape: [-1, 1] },
    ]);
    const distance = { name: 'distance', datatype: 'FP64', shape: [2, 1], data: [1, 2] };
    const from = { name: 'from', datatype: 'BYTES', shape: [2, 1], data: ['SFO', 'XXX'] };
    const delay = { name: 'delay', datatype: 'FP64', shape: [2, 1], data: [5, 6] };
    const infer = (...inputs: unknown[]) =>
      fetch(`${http}/v2/models/sum/infer`, { method: 'POST', body: JSON.stringify({ inputs }) });
    const answer = await infer(distance, from);
    expect(answer.headers.get('slipway-features')).toBe('airports;version="pushed";missing=1');
    expect(await answer.json()).toMatchObject({ outputs: [{ name: 'prediction', data: [13.5, 'NaN'] }] });
    for (const inputs of [
      [distance, delay],
      [distance, from, delay],
    ]) {
      const given = await infer(...inputs);
      expect(given.headers.get('slipway-features')).toBeNull();
      expect(await given.json()).toMatchObject({ outputs: [{ data: [6, 8] }] });
    }
    expect((await infer(from)).status).toBe(400);
    expect((await infer(distance)).status).toBe(400);
    const method = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService')['ModelInfer'];
    const client = new Client(grpc ?? '', credentials.createInsecure());
    const column = (name: string, datatype: string, contents: GrpcMessage) => ({
      name,
      datatype,
      shape: [1, 1],
      contents,
    });
    const message = {
      model_name: 'sum',
      inputs: [
        column('distance', 'FP64', { fp64_contents: [1] }),
        column('from', 'BYTES', { bytes_contents: [Buffer.from('SFO')] }),
      ],
    };
    const response = await new Promise<GrpcMessage>((resolve, reject) => {
      if (method === undefined) throw new Error('there is no ModelInfer');
      const { path, requestSerialize, responseDeserialize } = method;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, (error, value) => {
        if (error === null) resolve(value as GrpcMessage);
        else reject(error);
      });
    });
    client.close();
    expect(response['outputs']).toMatchObject([{ contents: { fp32_contents: [13.5] } }]);
    expect(response['parameters']).toMatchObject({ 'slipway-features': { string_param: 'airports;version="pushed"' } });
  });

  it('describes the columns of a request, not those it reads itself', async () => {
    const { http } = await start('openapi');
    const { paths } = (await (await fetch(`${http}/v2/openapi.json`)).json()) as Record<string, Record<string, never>>;
    expect(JSON.stringify(paths?.['/v1/models/sum/predict'])).toContain(
      '"examples":[{"rows":[{"distance":3,"from":"SFO"}]}]',
    );
  });
});
