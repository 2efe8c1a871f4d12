import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { OnlineStore } from '../features/online-store.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { modelSourcesAt } from './model-source.ts';

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
  await rm(dir, { recursive: true, force: true });
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
