import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../../serving/endpoint-host.ts';
import { modelSourcesAt } from '../../serving/model-source.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { benchEndpointCommand } from './bench-endpoint.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dir: string;
let host: EndpointHost;
let url: string;
const servers: Server[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-bench-endpoint-'));
  const graph = createGraphBuilder('double');
  const x = graph.input('x', 'FP32', ['N', 2]);
  graph.output('y', graph.node('Add', [x, x]), 'FP32', ['N', 2]);
  await mkdir(join(dir, 'models', 'double', '1'), { recursive: true });
  await writeFile(join(dir, 'models', 'double', '1', 'model.onnx'), graph.toBytes());
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const started = await host.startModels({
    graphId: 'bench',
    nodeId: 'double',
    name: 'double',
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, 'models')),
  });
  url = started.http ?? '';
});

afterAll(async () => {
  for (const server of servers) server.close();
  await host.close();
  await removeFolder(dir);
});

interface Figures {
  model: string | null;
  url: string;
  sustainedPerSecond?: number;
  breaksAtPerSecond?: number | null;
  limit?: string;
  steps: { offered: number; answered: number; failed: number; p99Ms: number | null }[];
}

async function bench(positional: string, options: Record<string, string>): Promise<Figures> {
  return (await runCommand(benchEndpointCommand, dir, [positional], options)) as Figures;
}

it('asks the only model of an endpoint with tensors made up from its metadata, and leaves no trace in its log', async () => {
  const figures = await bench(url, { rate: '200', seconds: '1', rows: '3' });
  expect(figures).toMatchObject({ model: 'double', url: `${url}/v2/models/double/infer` });
  const [step] = figures.steps;
  expect(step?.offered).toBeGreaterThan(100);
  expect(step).toMatchObject({ answered: step?.offered, failed: 0 });
  expect((await host.recentRows('bench/double', 10)).seen).toBe(0);
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('pipeline_inference_peak_requests_per_second 0\n');
});

it('finds where a server breaks that answers one request at a time', async () => {
  // 200 requests/s at most: whatever waits, waits behind 5 ms each.
  let freeAtMs = 0;
  const server = createServer((request, response) => {
    request.resume();
    const now = performance.now();
    freeAtMs = Math.max(now, freeAtMs) + 5;
    setTimeout(() => response.end('{}'), freeAtMs - now);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const body = join(dir, 'body.json');
  await writeFile(body, '{}');
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/score`;
  let figures = await bench(target, { body, seconds: '0.3', objective: '100' });
  // What this machine cannot send just now says nothing about the server.
  for (let look = 0; look < 10 && figures.limit === 'generator'; look++) {
    figures = await bench(target, { body, seconds: '0.3', objective: '100' });
  }
  expect(figures.limit).toMatch(/latency|throughput/);
  expect(figures.sustainedPerSecond).toBeLessThan(400);
  expect(figures.breaksAtPerSecond).toBeGreaterThan(figures.sustainedPerSecond ?? 0);
});

it('counts failures, and says what is wrong with an address', async () => {
  const server = createServer((_, response) => {
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const body = join(dir, 'empty.json');
  await writeFile(body, '{}');
  const broken = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await bench(broken, { body, seconds: '0.3' })).toMatchObject({ sustainedPerSecond: 0, limit: 'failures' });
  await expect(bench('http://127.0.0.1:1', {})).rejects.toMatchObject({ code: 'bench.unreachable' });
  await expect(bench('ftp://x', {})).rejects.toMatchObject({ code: 'cli.usage' });
  await expect(bench(url, { model: 'none' })).rejects.toMatchObject({ code: 'bench.unreachable' });
  await expect(bench(url, { rate: 'x' })).rejects.toMatchObject({ code: 'cli.usage' });
});
