import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FoundRequests } from '../../../shared/rpc/engine-contract.ts';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../../serving/endpoint-host.ts';
import { modelSourcesAt } from '../../serving/model-source.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { requestsCommand } from './requests.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dir: string;
let host: EndpointHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-requests-command-'));
  const graph = createGraphBuilder('double');
  const x = graph.input('x', 'FP32', ['N', 1]);
  graph.output('y', graph.node('Add', [x, x]), 'FP32', ['N', 1]);
  await mkdir(join(dir, 'models', 'double', '1'), { recursive: true });
  await writeFile(join(dir, 'models', 'double', '1', 'model.onnx'), graph.toBytes());
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const { http } = await host.startModels({
    graphId: 'shop',
    nodeId: 'double',
    name: 'double',
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, 'models')),
    predictionLog: { mode: 'full', redactColumns: [], retentionDays: 1 },
  });
  const infer = (id: string, shape: number[], data: number[]) =>
    fetch(`${http}/v2/models/double/infer`, {
      method: 'POST',
      body: JSON.stringify({ id, inputs: [{ name: 'x', datatype: 'FP32', shape, data }] }),
    });
  expect((await infer('one', [1, 1], [3])).status).toBe(200);
  expect((await infer('both', [2, 1], [4, 5])).status).toBe(200);
  expect((await infer('bad', [2, 1], [4])).status).toBe(400);
  const label = { method: 'POST', body: JSON.stringify({ id: 'one', label: 6.5, model: 'double' }) };
  expect((await fetch(`${http}/v1/feedback`, label)).status).toBe(200);
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

function requests(options: Record<string, string> = {}, positionals: string[] = []): Promise<unknown> {
  return runCommand(requestsCommand, dir, positionals, options);
}

it('lists what a running endpoint was asked, by what it was, became and took', async () => {
  const all = async () => (await requests()) as FoundRequests;
  await expect.poll(async () => (await all()).matched).toBe(4);
  const ids = async (options: Record<string, string>) =>
    ((await requests(options)) as FoundRequests).rows.map(({ id, status, inputs, outputs, label }) => [
      id,
      status,
      inputs[0],
      outputs[0],
      label,
    ]);
  expect(await ids({ where: 'x > 4' })).toEqual([['both/1', 200, 5, 10, null]]);
  expect(await ids({ where: 'y = 6' })).toEqual([['one', 200, 3, 6, '6.5']]);
  expect(await ids({ label: 'with', since: '1h' })).toEqual([['one', 200, 3, 6, '6.5']]);
  // Its shape was read, its values were not: nothing of them is kept.
  expect((await ids({ status: 'failed' })).map(([, status, input]) => [status, input])).toEqual([[400, null]]);
  expect(await ids({ to: '2020-01-01' })).toEqual([]);
  const [timed] = (await all()).rows.filter(({ status }) => status === 200);
  expect(timed?.timing?.total).toBeGreaterThan(timed?.timing?.model ?? Number.POSITIVE_INFINITY);
});

it('writes them to a file', async () => {
  const out = join(dir, 'requests.ndjson');
  expect(await requests({ out, status: 'answered' }, ['shop/double'])).toEqual({ rows: 3, out });
  const rows = (await readFile(out, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string });
  expect(rows.map(({ id }) => id)).toEqual(['one', 'both/0', 'both/1']);
});

it.each([
  [{}, ['shop/nothing'], 'Those that have: shop/double.'],
  [{ where: 'x' }, [], 'For example'],
  [{ since: '1 year' }, [], '30s, 15m'],
  [{ limit: '0' }, [], undefined],
  [{ label: 'some' }, [], undefined],
])('refuses %j %j and says what fits', async (options, positionals, fix) => {
  await expect(requests(options as Record<string, string>, positionals)).rejects.toMatchObject({
    code: 'cli.usage',
    ...(fix === undefined ? {} : { fix: expect.stringContaining(fix) as string }),
  });
});
