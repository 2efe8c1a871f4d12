import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** Orders of four customers: how many are returned depends on how many they returned before, kept in a feature view. */
const graph = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'orders',
  name: 'Orders',
  nodes: {
    orders: { kind: 'data.file', version: 1, params: { path: 'orders.csv' } },
    returns: { kind: 'data.file', version: 1, params: { path: 'returns.csv' } },
    customers: {
      kind: 'feature.view',
      version: 1,
      params: { name: 'customers', keys: ['customer'], eventTimestamp: 'at', createdTimestamp: 'known', ttlSeconds: 0 },
    },
    join: { kind: 'feature.join', version: 1, params: { timestamp: 'ordered', keyColumns: { customer: 'buyer' } } },
    split: { kind: 'data.split', version: 1, params: { method: 'random', testShare: 0.25, seed: 1 } },
    impute: { kind: 'feature.impute', version: 1, params: { columns: ['price', 'rate'] } },
    linear: { kind: 'train.linear', version: 1, params: { label: 'share' } },
    evaluate: { kind: 'train.evaluate', version: 1, params: {} },
    register: { kind: 'train.register', version: 1, params: { name: 'orders', alias: 'champion' } },
    endpoint: { kind: 'serve.endpoint', version: 1, params: { requestLog: 'full', replayMinutes: 0.02 } },
  },
  edges: [
    { from: 'returns.table', to: 'customers.source' },
    { from: 'orders.table', to: 'join.labels' },
    { from: 'customers.view', to: 'join.views' },
    { from: 'join.table', to: 'split.input' },
    { from: 'split.train', to: 'impute.input' },
    { from: 'impute.features', to: 'linear.features' },
    { from: 'linear.model', to: 'evaluate.model' },
    { from: 'split.test', to: 'evaluate.table' },
    { from: 'linear.model', to: 'register.model' },
    { from: 'evaluate.report', to: 'register.report' },
    { from: 'register.model', to: 'endpoint.model' },
  ],
  parameters: {},
  groups: {},
  layout: { nodes: {}, frames: [] },
};

const day = (n: number) => new Date(Date.UTC(2020, 0, 1) + n * 86_400_000).toISOString();

let folder: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-feature-serving-'));
  // Customer c has the rate c / 10 from day 1 on, and twice as much from day 50 on, which is known on day 60.
  const returns = [1, 2, 3, 4].flatMap((c) => [
    `${c},${day(1)},${day(1)},${c / 10}`,
    `${c},${day(50)},${day(60)},${c / 5}`,
  ]);
  writeFileSync(join(folder, 'returns.csv'), ['customer,at,known,rate', ...returns, ''].join('\n'));
  const orders = Array.from({ length: 400 }, (_, i) => {
    const customer = (i % 4) + 1;
    const at = 2 + (i % 100);
    const rate = at < 60 ? customer / 10 : customer / 5;
    return `${customer},${day(at)},${(i * 7) % 13},${(rate * 3 + ((i * 7) % 13) * 0.01).toFixed(6)}`;
  });
  writeFileSync(join(folder, 'orders.csv'), ['buyer,ordered,price,share', ...orders, ''].join('\n'));
  writeFileSync(join(folder, 'orders.slipway.json'), `${JSON.stringify(graph, null, 2)}\n`);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await removeFolder(folder);
});

/** Starts `up` or `serve`; gives the address once it is ready. */
async function start(args: readonly string[]): Promise<{ http: string; stop(): Promise<void> }> {
  const command = join(repositoryRoot, 'main/cli/slipway.ts');
  const child = spawn(
    process.execPath,
    [command, ...args, '--http', '0', '--json', '--data-dir', join(folder, 'data')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const event = JSON.parse(line) as { type?: string; http?: string };
    if (event.type !== 'endpoint.ready') throw new Error(line);
    const stop = () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      });
    return { http: event.http ?? '', stop };
  }
  throw new Error('it ended without an endpoint');
}

async function predict(http: string, rows: unknown[]) {
  const response = await fetch(`${http}/v1/models/orders/predict`, { method: 'POST', body: JSON.stringify({ rows }) });
  const answer = (await response.json()) as { predictions?: { value: number }[]; error?: string };
  return {
    values: answer.predictions?.map(({ value }) => value),
    error: answer.error,
    header: response.headers.get('slipway-features'),
  };
}

it('trains on features joined as of the order, serves them by their key, and brings changes online', async () => {
  const path = join(folder, 'orders.slipway.json');
  const up = await start(['up', path]);
  // The key is no input of the model; what was known last counts now.
  const first = await predict(up.http, [{ buyer: 3, price: 2 }]);
  expect(first.values?.[0]).toBeCloseTo(0.6 * 3 + 0.02, 1);
  expect(first.header).toMatch(/^customers;version="[0-9a-f]{12}"$/);
  const same = await predict(up.http, [{ price: 2, rate: 0.6 }]);
  expect([same.values, same.header]).toEqual([first.values, null]);
  expect((await predict(up.http, [{ price: 2 }])).error).toMatch(/no column “buyer”/);
  const pushed = await fetch(`${up.http}/features/push`, {
    method: 'POST',
    body: JSON.stringify({ push_source_name: 'customers', df: { customer: [3], at: [day(200)], rate: [0.9] } }),
  });
  expect(await pushed.json()).toEqual({ rows: 1, stored: 1 });
  expect((await predict(up.http, [{ buyer: 3, price: 2 }])).values?.[0]).toBeCloseTo(0.9 * 3 + 0.02, 1);
  // Replayed while it serves: of the requests with a key one was answered by what was pushed.
  await expect
    .poll(async () => (await fetch(`${up.http}/metrics`)).text(), { interval: 500 })
    .toMatch(/pipeline_feature_skew_ratio\{model="orders",view="customers",feature="rate"\} 0\.5/);
  await up.stop();

  const served = await start(['serve', 'models:/orders@champion']);
  expect((await predict(served.http, [{ buyer: 4, price: 0 }])).values?.[0]).toBeCloseTo(0.8 * 3, 1);
  expect((await predict(served.http, [{ buyer: 3, price: 2 }])).values?.[0]).toBeCloseTo(0.9 * 3 + 0.02, 1);
  await served.stop();

  // A newer event in the source: only that customer is written.
  appendFileSync(join(folder, 'returns.csv'), `4,${day(300)},${day(300)},0.1\n`);
  const refreshed = await runSlipway(['features', 'refresh', path], join(folder, 'data'));
  expect(refreshed.last).toMatchObject({ views: [{ view: 'customers', mode: 'update', rowsWritten: 1 }] });
  const replayed = await runSlipway(['features', 'skew'], join(folder, 'data'));
  // Of the two requests with a key, one was answered by a row that was only pushed.
  expect(replayed.last).toMatchObject({
    type: 'features.skew',
    skew: [
      {
        view: 'customers',
        endpoint: 'orders/endpoint',
        model: { name: 'orders', version: 1 },
        features: [{ feature: 'rate', rows: 2, equal: 1 }],
      },
    ],
  });

  const { last } = await runSlipway(['features', 'show', 'customers'], join(folder, 'data'));
  expect(last).toMatchObject({ feature: { online: { upToDate: true, rows: 4 } } });
});
