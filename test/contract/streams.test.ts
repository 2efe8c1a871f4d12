import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { type RunningApp, startApp } from '../e2e/app.ts';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';

let app: RunningApp;
let rpc: RpcConnection;
beforeAll(async () => {
  app = await startApp();
  rpc = await connectRpc(app.url);
});
afterAll(async () => {
  rpc.close();
  await app.stop();
});

const document = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'readings',
  name: 'Readings',
  nodes: {
    windows: {
      kind: 'data.stream',
      version: 1,
      params: {
        name: 'readings',
        fields: { id: 'string', at: 'timestamp', celsius: 'float64' },
        eventTime: 'at',
        dedupeKey: 'id',
        windowSeconds: 60,
        aggregates: [{ function: 'mean', field: 'celsius', name: 'celsius' }],
      },
    },
  },
  edges: [],
  parameters: {},
  groups: {},
  layout: { nodes: {}, frames: [] },
};

async function post(events: object[], headers: Record<string, string> = {}): Promise<Response> {
  const token = new URL(app.url).hash.replace('#token=', '');
  return fetch(new URL('/streams/readings/events', app.url), {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson', ...headers },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
}

async function run(): Promise<{ status: string | undefined; rows: unknown[] }> {
  const { runId } = await rpc.client.run.start({ document });
  let last: RunEvent | undefined;
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) last = event;
  if (last?.type !== 'run.finished') throw new Error('The run has no end.');
  const digest = last.outputs['windows.table']?.digest ?? '';
  const { rows } = await rpc.client.artifact.page({ digest, offset: 0, limit: 10 });
  return { status: last.steps[0]?.status, rows };
}

const reading = (id: string, second: number, celsius: number) => ({
  id,
  at: new Date(Date.UTC(2024, 0, 1, 0, 0, second)).toISOString(),
  celsius,
});

it('events sent over HTTP become a table of windows', async () => {
  expect((await post([reading('a', 0, 10)], { Authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await post([reading('a', 0, 10)], { Origin: 'http://evil.example' })).status).toBe(403);
  const answer = await post([reading('a', 0, 10), reading('b', 30, 20), reading('a', 0, 10), reading('c', 90, 40)]);
  expect([answer.status, await answer.json()]).toEqual([200, { firstOffset: 0, count: 4 }]);

  const first = [['2024-01-01T00:00:00Z', '2024-01-01T00:01:00Z', 15]];
  expect(await run()).toEqual({ status: 'executed', rows: first });
  expect(await run()).toEqual({ status: 'cached', rows: first });
  await post([reading('d', 150, 0)]);
  expect(await run()).toEqual({
    status: 'executed',
    rows: [...first, ['2024-01-01T00:01:00Z', '2024-01-01T00:02:00Z', 40]],
  });
});
