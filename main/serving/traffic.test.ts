import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { modelFolderSources, modelSourcesAt } from './model-source.ts';
import { Traffic } from './traffic.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

/** y = x times a factor. */
function timesModel(factor: number): Uint8Array {
  const graph = createGraphBuilder('times');
  const x = graph.input('x', 'FP32', ['N', 1]);
  graph.output('y', graph.node('Mul', [x, graph.float(factor)]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

let dir: string;
let host: EndpointHost;
let url: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-traffic-'));
  for (const [version, factor] of [
    ['1', 1],
    ['2', 2],
    ['3', 1],
  ] as const) {
    await mkdir(join(dir, 'times', version), { recursive: true });
    await writeFile(join(dir, 'times', version, 'model.onnx'), timesModel(factor));
  }
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const sources = await modelFolderSources(join(dir, 'times'), 'times', { version_policy: { all: {} } });
  const models = sources.toSorted((a, b) => Number(a.version) - Number(b.version));
  const endpoint = await host.startModels({ graphId: 't', nodeId: 'versions', name: 't', http: { port: 0 }, models });
  url = endpoint.http ?? '';
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/v1/models/times/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [5] }];

/** Version that answered, or the status of a refusal. */
async function infer(base: string, headers: Record<string, string> = {}): Promise<string | number> {
  const init = { method: 'POST', headers, body: JSON.stringify({ inputs }) };
  const response = await fetch(`${base}/v2/models/times/infer`, init);
  const body = (await response.json()) as { model_version: string };
  return response.status === 200 ? body.model_version : response.status;
}

describe('traffic', () => {
  beforeEach(async () => {
    expect((await call('POST', 'traffic', { stable: '1' })).status).toBe(200);
  });

  it('shares requests out by percent, and by header', async () => {
    expect(await infer(url)).toBe('1');
    const rule = { stable: '1', canary: { version: '2', percent: 20 } };
    expect((await call('POST', 'traffic', rule)).body).toEqual({
      model: 'times',
      versions: ['3', '2', '1'],
      ...rule,
      shadow: null,
    });
    const answered = await Promise.all(Array.from({ length: 50 }, () => infer(url)));
    expect(answered.filter((version) => version === '2')).toHaveLength(10);
    expect(answered.filter((version) => version === '1')).toHaveLength(40);
    expect(await infer(url, { 'x-slipway-track': 'canary' })).toBe('2');
    const stable = await Promise.all(Array.from({ length: 10 }, () => infer(url, { 'x-slipway-track': 'stable' })));
    expect(new Set(stable)).toEqual(new Set(['1']));
  });

  it('rolls back at once, and forth again', async () => {
    await call('POST', 'traffic', { stable: '2' });
    expect(await infer(url)).toBe('2');
    expect((await call('POST', 'rollback')).body).toMatchObject({ stable: '1' });
    expect(await infer(url)).toBe('1');
    await call('POST', 'rollback');
    expect(await infer(url)).toBe('2');
  });

  it('mirrors requests to a shadow and compares, never answering from it', async () => {
    const counts = async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const found = text.matchAll(/^pipeline_shadow_requests_total\{.*version="(\d)",result="(\w+)"\} (\d+)/gm);
      return Object.fromEntries(
        [...found].map(([, version, result, count]) => [`${version} ${result}`, Number(count)]),
      );
    };
    await call('POST', 'traffic', { stable: '1', shadow: '2' });
    for (let i = 0; i < 3; i++) expect(await infer(url)).toBe('1');
    await expect.poll(counts).toEqual({ '2 different': 3 });
    await call('POST', 'traffic', { stable: '1', shadow: '3' });
    expect(await infer(url)).toBe('1');
    await expect.poll(counts).toEqual({ '2 different': 3, '3 equal': 1 });
  });

  it.each([
    [{}, '"stable" is not one of the versions served: 3, 2, 1'],
    [{ stable: '9' }, '"stable"'],
    [{ stable: '1', canary: { version: '8', percent: 1 } }, '"canary.version"'],
    [{ stable: '1', canary: { version: '2', percent: 101 } }, '"canary.percent"'],
    [{ stable: '1', canary: true }, '"canary.percent"'],
    [{ stable: '1', shadow: '7' }, '"shadow"'],
    [[], 'JSON object'],
  ])('refuses %j', async (rule, message) => {
    expect(await call('POST', 'traffic', rule)).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining(message) },
    });
    expect((await call('GET', 'traffic')).body).toMatchObject({ stable: '1', canary: null });
  });

  it('has nothing to roll back to before the first change', () => {
    expect(new Traffic().rollback()).toBe(false);
    expect(new Traffic().next('canary')).toBeUndefined();
  });
});

it('replaces the models of an endpoint on its port without failing a request', async () => {
  const start = async (version: string, port: number) =>
    host.startModels({
      graphId: 't',
      nodeId: 'swap',
      name: 'times',
      http: { port },
      models: await modelFolderSources(join(dir, 'times'), 'times', {
        version_policy: { specific: { versions: [Number(version)] } },
      }),
    });
  const first = await start('1', 0);
  const base = first.http ?? '';
  const port = Number(new URL(base).port);
  let swapping = true;
  const seen = new Set<string | number>();
  const client = async () => {
    while (swapping) seen.add(await infer(base));
  };
  const clients = [client(), client(), client(), client()];
  for (const version of ['2', '3', '1', '2']) {
    const swapped = await start(version, port);
    expect(swapped).toMatchObject({ http: base, state: 'live', model: { version } });
    expect(await infer(base)).toBe(version);
  }
  swapping = false;
  await Promise.all(clients);
  expect([...seen].every((version) => ['1', '2', '3'].includes(String(version)))).toBe(true);
  expect(seen.size).toBe(3);
  await writeFile(join(dir, 'bad.onnx'), 'not an onnx file');
  const bad = await modelSourcesAt(join(dir, 'bad.onnx'), 'times');
  const refused = host.startModels({ graphId: 't', nodeId: 'swap', name: 'times', http: { port }, models: bad });
  await expect(refused).rejects.toMatchObject({ code: 'model.invalid' });
  expect(await infer(base)).toBe('2');
  await host.stop(first.id);
});
