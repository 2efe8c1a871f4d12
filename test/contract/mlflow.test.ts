import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { createEndpointFollowing } from '../../main/engine/endpoint-following.ts';
import { createGraphMonitors } from '../../main/engine/graph-monitors.ts';
import { createEndpointHost, type EndpointHost } from '../../main/serving/endpoint-host.ts';
import { LoadTests } from '../../main/serving/load-test/load-tests.ts';
import { createRowOrders } from '../../main/compute/duckdb/row-order.ts';
import { createProfileCache } from '../../main/transport/profile-cache.ts';
import { createGraphTrust } from '../../main/trust/graph-trust.ts';
import { startUiServer, type UiServer } from '../../main/transport/ui-server.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
let engine: Engine;
let endpoints: EndpointHost;
let server: UiServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-mlflow-'));
  engine = await createEngine({ dataDir: dir });
  endpoints = createEndpointHost({ dataDir: dir, log: () => undefined });
  server = await startUiServer({
    host: '127.0.0.1',
    port: 0,
    appDir: undefined,
    services: {
      engine,
      endpoints,
      monitors: createGraphMonitors({ engine, host: endpoints, log: () => undefined }),
      following: createEndpointFollowing({ engine, host: endpoints, log: () => undefined }),
      replays: new Map(),
      loadTests: new LoadTests(),
      profiles: createProfileCache(),
      rowOrders: createRowOrders(),
      trust: createGraphTrust({ dataDir: dir, ownFolders: [] }),
      graphsDir: dir,
    },
    log: () => undefined,
  });
});
afterAll(async () => {
  await server.close();
  await endpoints.close();
  await engine.close();
  await removeFolder(dir);
});

interface Answer {
  status: number;
  // Answers are read freely here, as a client of another language would.
  body: Record<string, never> & { error_code?: string; message?: string };
}

async function call(method: string, path: string, fields: object = {}, token = server.token): Promise<Answer> {
  const url = new URL(`/api/2.0/mlflow/${path}`, server.url);
  const init: RequestInit = { method, headers: { Authorization: `Bearer ${token}` } };
  if (method === 'GET') for (const [key, value] of Object.entries(fields)) url.searchParams.append(key, String(value));
  else init.body = JSON.stringify(fields);
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

async function ok(method: string, path: string, fields: object = {}) {
  const { status, body } = await call(method, path, fields);
  expect({ status, message: body.message }).toEqual({ status: 200, message: undefined });
  // oxlint-disable-next-line typescript/no-explicit-any
  return body as Record<string, any>;
}

async function refused(method: string, path: string, fields: object = {}) {
  const { status, body } = await call(method, path, fields);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(body.message).toBeTruthy();
  return body.error_code;
}

const newRun = async (fields: object = {}): Promise<string> =>
  (await ok('POST', 'runs/create', { experiment_id: '0', ...fields }))['run'].info.run_id;
const runOf = async (id: string) => (await ok('GET', 'runs/get', { run_id: id }))['run'];

describe('access', () => {
  it('needs the token, and knows its own paths only', async () => {
    expect((await call('GET', 'experiments/get?experiment_id=0', {}, 'wrong')).status).toBe(401);
    expect(await refused('GET', 'nothing/here')).toBe('ENDPOINT_NOT_FOUND');
    expect(await refused('POST', 'experiments/get')).toBe('ENDPOINT_NOT_FOUND');
  });

  it('refuses other origins', async () => {
    const headers = { Authorization: `Bearer ${server.token}`, Origin: 'http://evil.example' };
    const response = await fetch(new URL('/api/2.0/mlflow/experiments/search', server.url), { headers });
    expect(response.status).toBe(403);
  });
});

describe('experiments', () => {
  it('are created, found, tagged, renamed, deleted and restored', async () => {
    const { experiment_id: id } = await ok('POST', 'experiments/create', {
      name: 'e1',
      tags: [{ key: 'a', value: '1' }],
    });
    expect(await refused('POST', 'experiments/create', { name: 'e1' })).toBe('RESOURCE_ALREADY_EXISTS');
    await ok('POST', 'experiments/set-experiment-tag', { experiment_id: id, key: 'b', value: '2' });
    await ok('POST', 'experiments/delete-experiment-tag', { experiment_id: id, key: 'a' });
    await ok('POST', 'experiments/update', { experiment_id: id, new_name: 'e2' });
    const { experiment } = await ok('GET', 'experiments/get-by-name', { experiment_name: 'e2' });
    expect(experiment).toMatchObject({
      experiment_id: id,
      lifecycle_stage: 'active',
      tags: [{ key: 'b', value: '2' }],
    });
    await ok('POST', 'experiments/delete', { experiment_id: id });
    const names = async (view: string) =>
      (await ok('POST', 'experiments/search', { view_type: view }))['experiments'].map((e: { name: string }) => e.name);
    expect(await names('ACTIVE_ONLY')).not.toContain('e2');
    expect(await names('DELETED_ONLY')).toEqual(['e2']);
    expect(await refused('POST', 'runs/create', { experiment_id: id })).toBe('INVALID_PARAMETER_VALUE');
    await ok('POST', 'experiments/restore', { experiment_id: id });
    expect(await names('ALL')).toEqual(expect.arrayContaining(['e2', 'Default']));
    expect(await refused('GET', 'experiments/get', { experiment_id: '999' })).toBe('RESOURCE_DOES_NOT_EXIST');
  });
});

describe('runs', () => {
  it('live from creation to the end', async () => {
    const id = await newRun({ run_name: 'first', start_time: '1700000000000', user_id: 'me' });
    await ok('POST', 'runs/update', { run_id: id, status: 'FINISHED', end_time: 1700000001000 });
    expect((await runOf(id)).info).toMatchObject({
      run_name: 'first',
      status: 'FINISHED',
      start_time: 1700000000000,
      end_time: 1700000001000,
      user_id: 'me',
      lifecycle_stage: 'active',
    });
    await ok('POST', 'runs/delete', { run_id: id });
    expect(await refused('POST', 'runs/log-parameter', { run_id: id, key: 'a', value: '1' })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    await ok('POST', 'runs/restore', { run_id: id });
    await ok('POST', 'runs/log-parameter', { run_id: id, key: 'a', value: '1' });
    expect(await refused('GET', 'runs/get', { run_id: 'f'.repeat(32) })).toBe('RESOURCE_DOES_NOT_EXIST');
    expect(await refused('GET', 'runs/get')).toBe('INVALID_PARAMETER_VALUE');
  });

  it('append metrics, overwrite tags, and never change a param', async () => {
    const id = await newRun();
    const log = (value: unknown, timestamp: number, step: number) =>
      ok('POST', 'runs/log-metric', { run_id: id, key: 'm', value, timestamp, step });
    await log(1, 10, 0);
    await log(3, 20, 1);
    await log(2, 20, 2);
    await log(9, 5, 3);
    const latest = async () => (await runOf(id)).data.metrics;
    // Latest timestamp; the larger value of equal ones.
    expect(await latest()).toEqual([{ key: 'm', value: 3, timestamp: 20, step: 1 }]);
    await log('NaN', 30, 4);
    expect((await latest())[0].value).toBe('NaN');
    const first = await ok('GET', 'metrics/get-history', { run_id: id, metric_key: 'm', max_results: 3 });
    const rest = await ok('GET', 'metrics/get-history', {
      run_id: id,
      metric_key: 'm',
      max_results: 3,
      page_token: first['next_page_token'],
    });
    expect([...first['metrics'], ...rest['metrics']].map((point: { value: unknown }) => point.value)).toEqual([
      1,
      3,
      2,
      9,
      'NaN',
    ]);
    expect(rest['next_page_token']).toBeUndefined();
    const bulk = await ok('GET', 'metrics/get-history-bulk-interval', { run_ids: id, metric_key: 'm', end_step: 2 });
    expect(bulk['metrics'].map((point: { step: number }) => point.step)).toEqual([0, 1, 2]);

    await ok('POST', 'runs/log-parameter', { run_id: id, key: 'p', value: '1' });
    await ok('POST', 'runs/log-parameter', { run_id: id, key: 'p', value: '1' });
    expect(await refused('POST', 'runs/log-parameter', { run_id: id, key: 'p', value: '2' })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    await ok('POST', 'runs/set-tag', { run_id: id, key: 't', value: '1' });
    await ok('POST', 'runs/set-tag', { run_id: id, key: 't', value: '2' });
    const { data } = await runOf(id);
    expect(data.params).toEqual([{ key: 'p', value: '1' }]);
    expect(data.tags).toContainEqual({ key: 't', value: '2' });
    await ok('POST', 'runs/delete-tag', { run_id: id, key: 't' });
    expect(await refused('POST', 'runs/delete-tag', { run_id: id, key: 't' })).toBe('RESOURCE_DOES_NOT_EXIST');
  });

  it('take a batch up to its limits, whole or not at all', async () => {
    const id = await newRun();
    const metrics = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `m${i % 10}`, value: i, timestamp: i, step: i }));
    const texts = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v' }));
    await ok('POST', 'runs/log-batch', { run_id: id, metrics: metrics(1000) });
    await ok('POST', 'runs/log-batch', { run_id: id, metrics: metrics(800), params: texts(100), tags: texts(100) });
    const cases: object[] = [
      { metrics: metrics(1001) },
      { params: texts(101) },
      { tags: texts(101) },
      { metrics: metrics(901), params: texts(50), tags: texts(50) },
      { params: [{ key: 'x'.repeat(251), value: '1' }] },
      {
        params: [
          { key: 'two', value: '1' },
          { key: 'two', value: '2' },
        ],
      },
      { metrics: [{ key: 'new', value: 1, timestamp: 1, step: 0 }], params: [{ key: 'k0', value: 'other' }] },
      { metrics: [{ key: 'new', value: 'many', timestamp: 1, step: 0 }] },
    ];
    for (const fields of cases) {
      expect(await refused('POST', 'runs/log-batch', { run_id: id, ...fields })).toBe('INVALID_PARAMETER_VALUE');
    }
    const { data } = await runOf(id);
    expect(data.metrics.map((entry: { key: string }) => entry.key)).not.toContain('new');
    expect(data.params).toHaveLength(100);
    await ok('POST', 'runs/log-batch', { run_id: id, tags: [{ key: 'x'.repeat(250), value: '1' }] });
    const large = { run_id: id, tags: texts(100).map(({ key }) => ({ key, value: 'v'.repeat(11_000) })) };
    expect(await refused('POST', 'runs/log-batch', large)).toBe('REQUEST_LIMIT_EXCEEDED');
  });

  it('are searched by filter, order and pages', async () => {
    const { experiment_id: experiment } = await ok('POST', 'experiments/create', { name: 'searched' });
    for (let i = 0; i < 5; i++) {
      const id = await newRun({ experiment_id: experiment, start_time: i, run_name: `r${i}` });
      await ok('POST', 'runs/log-batch', {
        run_id: id,
        metrics: [{ key: 'rmse', value: 5 - i, timestamp: 1, step: 0 }],
        params: [{ key: 'model', value: i % 2 === 0 ? 'a' : 'b' }],
      });
    }
    const search = async (fields: object) => ok('POST', 'runs/search', { experiment_ids: [experiment], ...fields });
    const names = (answer: Record<string, { info: { run_name: string } }[]>) =>
      answer['runs']?.map(({ info }) => info.run_name);
    expect(names(await search({ filter: "metrics.rmse <= 3 and params.model = 'a'" }))).toEqual(['r4', 'r2']);
    const first = await search({ order_by: ['metrics.rmse DESC'], max_results: 2 });
    expect(names(first)).toEqual(['r0', 'r1']);
    const second = await search({
      order_by: ['metrics.rmse DESC'],
      max_results: 2,
      page_token: first['next_page_token'],
    });
    expect(names(second)).toEqual(['r2', 'r3']);
    expect(await refused('POST', 'runs/search', { experiment_ids: [experiment], filter: 'bad <> filter' })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    expect(await refused('POST', 'runs/search', { experiment_ids: [experiment], max_results: 60_000 })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
  });
});

describe('registered models', () => {
  beforeAll(() => {
    for (const digest of ['a', 'b']) {
      engine.registry.register({
        name: 'ours',
        alias: 'champion',
        digest: digest.repeat(64),
        runId: null,
        graphId: 'g',
        metrics: { rocAuc: 0.7 },
        parity: null,
      });
    }
  });

  it('show what graphs registered, and move aliases both ways', async () => {
    const { registered_model: model } = await ok('GET', 'registered-models/get', { name: 'ours' });
    expect(model).toMatchObject({ name: 'ours', aliases: [{ alias: 'champion', version: '2' }] });
    expect(model.latest_versions[0]).toMatchObject({ version: '2', status: 'READY', current_stage: 'None' });
    await ok('POST', 'registered-models/alias', { name: 'ours', alias: 'champion', version: '1' });
    expect(engine.registry.resolve('models:/ours@champion').version).toBe(1);
    const found = await ok('GET', 'registered-models/alias', { name: 'ours', alias: 'champion' });
    expect(found['model_version']).toMatchObject({ version: '1', aliases: ['champion'] });
    await ok('DELETE', 'registered-models/alias', { name: 'ours', alias: 'champion' });
    expect(await refused('GET', 'registered-models/alias', { name: 'ours', alias: 'champion' })).toBe(
      'RESOURCE_DOES_NOT_EXIST',
    );
    expect(await refused('POST', 'registered-models/alias', { name: 'ours', alias: 'x', version: '9' })).toBe(
      'RESOURCE_DOES_NOT_EXIST',
    );
    expect(await refused('POST', 'registered-models/alias', { name: 'ours', alias: 'v1', version: '1' })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
  });

  it('are created, described, tagged, filled with versions, renamed and deleted', async () => {
    await ok('POST', 'registered-models/create', { name: 'mine', description: 'd', tags: [{ key: 'k', value: 'v' }] });
    expect(await refused('POST', 'registered-models/create', { name: 'mine' })).toBe('RESOURCE_ALREADY_EXISTS');
    expect(await refused('POST', 'registered-models/create', { name: 'Mine!' })).toBe('INVALID_PARAMETER_VALUE');
    const { model_version: version } = await ok('POST', 'model-versions/create', {
      name: 'mine',
      source: 'models:/ours/2',
      tags: [{ key: 'from', value: 'ours' }],
    });
    expect(version).toMatchObject({ name: 'mine', version: '1', tags: [{ key: 'from', value: 'ours' }] });
    expect(engine.registry.resolve('models:/mine/1').digest).toBe('b'.repeat(64));
    expect(await refused('POST', 'model-versions/create', { name: 'mine', source: 's3://elsewhere' })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    await ok('PATCH', 'model-versions/update', { name: 'mine', version: '1', description: 'better' });
    expect((await ok('GET', 'model-versions/get', { name: 'mine', version: '1' }))['model_version'].description).toBe(
      'better',
    );
    await ok('PATCH', 'registered-models/update', { name: 'mine', description: 'e' });
    await ok('POST', 'registered-models/rename', { name: 'mine', new_name: 'yours' });
    const { registered_model: model } = await ok('GET', 'registered-models/get', { name: 'yours' });
    expect(model).toMatchObject({ description: 'e', tags: [{ key: 'k', value: 'v' }] });
    const search = await ok('GET', 'registered-models/search', { filter: "name LIKE '%our%'", max_results: 1 });
    expect(search['registered_models'].map((entry: { name: string }) => entry.name)).toEqual(['ours']);
    expect(search['next_page_token']).toBeDefined();
    expect((await ok('GET', 'model-versions/search', { filter: "name = 'yours'" }))['model_versions']).toHaveLength(1);
    expect(await ok('POST', 'registered-models/get-latest-versions', { name: 'yours' })).toMatchObject({
      model_versions: [{ version: '1' }],
    });
    await ok('DELETE', 'model-versions/delete', { name: 'yours', version: '1' });
    await ok('DELETE', 'registered-models/delete', { name: 'yours' });
    expect(await refused('GET', 'registered-models/get', { name: 'yours' })).toBe('RESOURCE_DOES_NOT_EXIST');
  });
});

it('answers anything with an error it can name', async () => {
  const url = new URL('/api/2.0/mlflow/runs/log-batch', server.url);
  const headers = { Authorization: `Bearer ${server.token}` };
  for (const body of ['', '[]', 'null', '{', '"x"', '{"run_id": 3}', '{"run_id":"x","metrics":{}}']) {
    const response = await fetch(url, { method: 'POST', headers, body });
    expect([400, 404]).toContain(response.status);
    expect(await response.json()).toHaveProperty('error_code');
  }
});
