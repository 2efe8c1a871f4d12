import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

function table(name: string, prefix: string, shift: number): string {
  const path = join(app.dataDir, name);
  const rows = Array.from({ length: 400 }, (_, i) => `${((i * 7919) % 1000) / 100 + shift},${prefix}${'ABC'[i % 3]}`);
  writeFileSync(path, ['amount,city', ...rows].join('\n'));
  return path;
}

it('compares two files and says how they differ', async () => {
  const { report, words, effects } = await rpc.client.monitor.compare({
    reference: table('reference.csv', '', 0),
    current: table('current.csv', 'K', 0),
    method: 'two-sample',
  });
  expect(report).toMatchObject({ drifted: true, referenceRows: 400, currentRows: 400 });
  expect(report.columns.map(({ column, drifted }) => [column, drifted])).toEqual([
    ['amount', false],
    ['city', true],
  ]);
  expect(words['city']).toContain('3 new values (KA, KB, KC) make up 100 %');
  expect(effects['city']).toBe(1);
});

it('names a file that is missing, and goes on', async () => {
  const reference = table('reference.csv', '', 0);
  const missing = rpc.client.monitor.compare({ reference, current: '/no/such.csv', method: 'two-sample' });
  await expect(missing).rejects.toMatchObject({ data: { code: 'data.not-found' } });
});

it('refuses decisions and replays that nothing waits for', async () => {
  const decision = rpc.client.loop.decide({ graphId: 'g', nodeId: 'retrain', attempt: 'a', approve: true });
  await expect(decision).rejects.toMatchObject({ data: { code: 'serve.not-ready' } });
  await expect(rpc.client.replay.stop({ endpointId: 'g/e' })).rejects.toMatchObject({
    data: { code: 'serve.not-ready' },
  });
  expect(await rpc.client.replay.state({ endpointId: 'g/e' })).toBeNull();
});
