import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { modelSourcesAt } from './model-source.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let host: EndpointHost;
let url: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-cached-'));
  for (const name of ['cached', 'plain']) {
    const graph = createGraphBuilder(name);
    const x = graph.input('x', 'FP32', ['N', 1]);
    graph.output('y', graph.node('Add', [x, x]), 'FP32', ['N', 1]);
    await mkdir(join(dir, 'models', name, '1'), { recursive: true });
    await writeFile(join(dir, 'models', name, '1', 'model.onnx'), graph.toBytes());
  }
  await writeFile(join(dir, 'models', 'plain', 'config.pbtxt'), 'response_cache { enable: false }\n');
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const models = await modelSourcesAt(join(dir, 'models'));
  const start = { graphId: 'g', nodeId: 'n', name: 'n', http: { port: 0 }, models, responseCacheMiB: 1 };
  url = (await host.startModels(start)).http ?? '';
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function infer(model: string, value: number): Promise<unknown> {
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [value] }] });
  const answer = await fetch(`${url}/v2/models/${model}/infer`, { method: 'POST', body });
  return ((await answer.json()) as { outputs: { data: unknown }[] }).outputs[0]?.data;
}

async function statistics(model: string) {
  const answer = await fetch(`${url}/v2/models/${model}/stats`);
  const { model_stats: all } = (await answer.json()) as {
    model_stats: { execution_count: number; inference_stats: Record<string, { count: number }> }[];
  };
  const { execution_count: runs, inference_stats: counts } = all[0] ?? { execution_count: -1, inference_stats: {} };
  return { runs, hits: counts['cache_hit']?.count, misses: counts['cache_miss']?.count };
}

it('answers equal requests from the cache, and shows how often', async () => {
  for (const value of [1, 2, 1, 1]) expect(await infer('cached', value)).toEqual([2 * value]);
  expect(await statistics('cached')).toEqual({ runs: 2, hits: 2, misses: 2 });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('nv_cache_num_hits_per_model{model="cached",version="1"} 2\n');
  expect(metrics).not.toContain('nv_cache_num_hits_per_model{model="plain"');
});

it('keeps nothing for a model whose configuration says so', async () => {
  for (const value of [1, 1]) expect(await infer('plain', value)).toEqual([2]);
  expect(await statistics('plain')).toEqual({ runs: 2, hits: 0, misses: 0 });
});
