import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attribute, createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost, type StartModels } from '../endpoint-host.ts';
import { modelSourcesAt } from '../model-source.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

/** y = factor · x, from a file of about `mebibytes`, after some work. */
function model(factor: number, mebibytes: number, products = 0): Uint8Array {
  const graph = createGraphBuilder('scale');
  const x = graph.input('x', 'FP32', ['N', 1]);
  const ballast = graph.initializer('FP32', new Float32Array(mebibytes * 2 ** 18).fill(1), [mebibytes * 2 ** 18]);
  const zero = graph.node('Mul', [graph.node('ReduceMin', [ballast], { keepdims: attribute.int(0) }), graph.float(0)]);
  let matrix = graph.node('Expand', [
    graph.node('Add', [
      zero,
      graph.node('Mul', [graph.node('ReduceSum', [x], { keepdims: attribute.int(0) }), graph.float(0)]),
    ]),
    graph.int64([300, 300]),
  ]);
  for (let i = 0; i < products; i++) matrix = graph.node('MatMul', [matrix, matrix]);
  const nothing = graph.node('ReduceMin', [matrix], { keepdims: attribute.int(0) });
  graph.output('y', graph.node('Add', [graph.node('Mul', [x, graph.float(factor)]), nothing]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

let dir: string;
let host: EndpointHost;

async function start(name: string, options: Partial<StartModels>) {
  const endpoint = await host.startModels({
    graphId: 'replicas',
    nodeId: name,
    name,
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, name)),
    repositoryDir: join(dir, name),
    ...options,
  });
  return endpoint.http as string;
}

async function infer(url: string, name: string, value: number, headers: Record<string, string> = {}) {
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [value] }] });
  const response = await fetch(`${url}/v2/models/${name}/infer`, { method: 'POST', body, headers });
  const answer = (await response.json()) as { outputs?: { data: number[] }[]; error?: string };
  return { status: response.status, value: answer.outputs?.[0]?.data[0], error: answer.error };
}

interface Listed {
  name: string;
  state: string;
  replicas: number;
  loads: number;
  unloads: { idle: number; memory: number };
  cold_start_ms: number | null;
  memory_bytes: number;
}

async function list(url: string): Promise<Record<string, Listed>> {
  const { models } = (await (await fetch(`${url}/v1/models`)).json()) as { models: Listed[] };
  return Object.fromEntries(models.map((model) => [model.name, model]));
}

async function write(folder: string, models: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(models)) {
    await mkdir(join(dir, folder, name, '1'), { recursive: true });
    await writeFile(join(dir, folder, name, '1', 'model.onnx'), bytes);
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-replicas-'));
  await write('many', { a: model(1, 20), b: model(2, 20), c: model(3, 20), kept: model(4, 1) });
  await write('slow', { slow: model(2, 1, 60) });
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

describe('many models under a memory budget', () => {
  it('loads them by their first request, and lets the least recently used one make room', async () => {
    const url = await start('many', { loadOnDemand: true, memoryBudgetMiB: 150, pinnedModels: ['kept'] });
    const before = await list(url);
    expect(before['a']).toMatchObject({ state: 'on-demand', replicas: 0, loads: 0 });
    expect(before['kept']).toMatchObject({ state: 'ready', replicas: 1 });
    const index = (await (await fetch(`${url}/v2/repository/index`, { method: 'POST' })).json()) as object[];
    expect(index).toContainEqual({
      name: 'a',
      version: '1',
      state: 'READY',
      reason: 'not in memory; its next request loads it',
    });
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    for (const [name, factor] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const) {
      expect(await infer(url, name, 5)).toMatchObject({ status: 200, value: 5 * factor });
      // What a load took beyond its estimate is made up for after the answer.
      const usedBytes = async () =>
        Object.values(await list(url)).reduce((sum, { memory_bytes }) => sum + memory_bytes, 0);
      await expect.poll(usedBytes).toBeLessThanOrEqual(150 * 2 ** 20);
    }
    const after = await list(url);
    const unloaded = ['a', 'b', 'c'].reduce((sum, name) => sum + (after[name]?.unloads.memory ?? 0), 0);
    expect(unloaded).toBeGreaterThan(0);
    expect(after['kept']).toMatchObject({ replicas: 1, unloads: { memory: 0 } });
    expect(after['c']?.cold_start_ms).toBeGreaterThan(0);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/pipeline_model_unloads_total\{model="[abc]",version="1",reason="memory"\} [1-9]/);
    expect(metrics).toMatch(/pipeline_model_cold_start_seconds_count\{model="c",version="1"\} [12]/);
    expect(metrics).toContain(`pipeline_model_memory_budget_bytes ${150 * 2 ** 20}`);
  });

  it('answers all of many requests at once to models that do not fit together', async () => {
    const url = await start('many', { loadOnDemand: true, memoryBudgetMiB: 80 });
    const names = ['a', 'b', 'c'] as const;
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => infer(url, names[i % 3] as string, i)));
    expect(answers.map(({ value }) => value)).toEqual(answers.map((_, i) => i * ((i % 3) + 1)));
  });

  it('says so where a model is larger than the budget', async () => {
    const url = await start('many', { loadOnDemand: true, memoryBudgetMiB: 10 });
    const answer = await infer(url, 'a', 1);
    expect(answer).toMatchObject({ status: 503 });
    expect(answer.error).toContain('more than the memory budget of 10 MiB');
    expect(await infer(url, 'kept', 1)).toMatchObject({ status: 200 });
  });
});

describe('replicas', () => {
  it('come while requests wait, and every caller gets its own rows', async () => {
    const url = await start('slow', { maxBatchRows: 1, scaling: { maxReplicas: 2, targetQueueMs: 5 }, cores: 4 });
    let running = true;
    const wrong: unknown[] = [];
    const callers = Array.from({ length: 6 }, async (_, caller) => {
      for (let i = 0; running; i++) {
        const value = caller * 1000 + i;
        const answer = await infer(url, 'slow', value);
        if (answer.value !== 2 * value) wrong.push(answer);
      }
    });
    await expect.poll(async () => (await list(url))['slow']?.replicas, { interval: 100 }).toBe(2);
    running = false;
    await Promise.all(callers);
    expect(wrong).toEqual([]);
  });

  it('end when nobody asks, and the next request starts one', async () => {
    const url = await start('slow', { scaling: { minReplicas: 0, idleSeconds: 1 } });
    expect(await infer(url, 'slow', 3)).toMatchObject({ status: 200, value: 6 });
    // Memory counts until the worker has ended.
    await expect
      .poll(async () => (await list(url))['slow'], { interval: 100 })
      .toMatchObject({ state: 'on-demand', replicas: 0, unloads: { idle: 1 }, memory_bytes: 0 });
    expect((await fetch(`${url}/v2/models/slow/ready`)).status).toBe(200);
    expect(await infer(url, 'slow', 4)).toMatchObject({ status: 200, value: 8 });
    expect((await list(url))['slow']?.cold_start_ms).toBeGreaterThan(0);
  });

  it('says why a model cannot be loaded on demand', async () => {
    await write('broken', { good: model(2, 1) });
    const url = await start('broken', { loadOnDemand: true });
    await writeFile(join(dir, 'broken', 'good', '1', 'model.onnx'), 'no model any more');
    const answer = await infer(url, 'good', 1);
    expect(answer.status).toBe(503);
    expect(answer.error).toContain('could not be loaded');
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
  });
});
