import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSlipway, startSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

type Nodes = Record<string, { kind: string; version: number; params: Record<string, unknown> }>;
const node = (kind: string, params: Record<string, unknown> = {}) => ({ kind, version: 1, params });
const edge = (from: string, to: string) => ({ from, to });

const nodes: Nodes = {
  orders: node('data.file', { path: 'orders.csv' }),
  returns: node('data.file', { path: 'returns.csv' }),
  seasons: node('data.file', { path: 'seasons.csv' }),
  customers: node('feature.view', {
    name: 'customers',
    keys: ['buyer'],
    eventTimestamp: 'at',
    createdTimestamp: 'known',
  }),
  season: node('feature.view', { name: 'season', eventTimestamp: 'day', ttlSeconds: 86_400 * 4000 }),
  service: node('feature.service', { name: 'buying', features: ['customers:rate', 'season:demand'], owner: 'shop' }),
  join: node('feature.join', { timestamp: 'ordered' }),
  split: node('data.split', { method: 'random', testShare: 0.25, seed: 1 }),
  impute: node('feature.impute', { columns: ['price', 'rate', 'demand'] }),
  share: node('train.linear', { label: 'share' }),
  judge: node('train.evaluate'),
  register: node('train.register', { name: 'share', alias: 'champion' }),
  endpoint: node('serve.endpoint'),
};
const edges = [
  edge('returns.table', 'customers.source'),
  edge('seasons.table', 'season.source'),
  edge('customers.view', 'service.views'),
  edge('season.view', 'service.views'),
  edge('orders.table', 'join.labels'),
  edge('service.service', 'join.views'),
  edge('join.table', 'split.input'),
  edge('split.train', 'impute.input'),
  edge('impute.features', 'share.features'),
  edge('share.model', 'judge.model'),
  edge('split.test', 'judge.table'),
  edge('share.model', 'register.model'),
  edge('judge.report', 'register.report'),
  edge('register.model', 'endpoint.model'),
];
/** What a second model on the same service needs: nothing but its trainer, its judge and its name. */
const secondNodes: Nodes = {
  profit: node('train.linear', { label: 'profit' }),
  judge2: node('train.evaluate'),
  register2: node('train.register', { name: 'profit' }),
};
const secondEdges = [
  edge('impute.features', 'profit.features'),
  edge('profit.model', 'judge2.model'),
  edge('split.test', 'judge2.table'),
  edge('profit.model', 'register2.model'),
  edge('judge2.report', 'register2.report'),
];

const day = (n: number) => new Date(Date.UTC(2020, 0, 1) + n * 86_400_000).toISOString();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-feature-service-'));
  const returns = [1, 2, 3, 4].map((c) => `${c},${day(1)},${day(1)},${c / 10},unused`);
  writeFileSync(join(folder, 'returns.csv'), ['buyer,at,known,rate,note', ...returns, ''].join('\n'));
  writeFileSync(
    join(folder, 'seasons.csv'),
    ['day,demand', ...[1, 40, 80].map((n, i) => `${day(n)},${i}`), ''].join('\n'),
  );
  const orders = Array.from({ length: 400 }, (_, i) => {
    const [buyer, at, price] = [(i % 4) + 1, 2 + (i % 100), (i * 7) % 13];
    const demand = at < 40 ? 0 : at < 80 ? 1 : 2;
    const share = (buyer / 10) * 3 + demand + price * 0.01;
    return `${buyer},${day(at)},${price},${share.toFixed(6)},${(demand - buyer).toFixed(1)}`;
  });
  writeFileSync(join(folder, 'orders.csv'), ['buyer,ordered,price,share,profit', ...orders, ''].join('\n'));
});
afterAll(async () => {
  await removeFolder(folder);
});

function write(
  name: string,
  change: { id?: string; nodes?: Nodes /** In place of all others. */; only?: Nodes; edges?: typeof edges } = {},
): string {
  const graph = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: change.id ?? 'shop',
    name: 'Shop',
    nodes: change.only ?? { ...nodes, ...change.nodes },
    edges: [...(change.only === undefined ? edges : []), ...(change.edges ?? [])],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
  const path = join(folder, name);
  writeFileSync(path, `${JSON.stringify(graph, null, 2)}\n`);
  return path;
}
const slipway = (...args: string[]) => runSlipway(args, join(folder, 'data'));
const withService = (params: Record<string, unknown>): Nodes => ({
  service: node('feature.service', { ...nodes['service']?.params, ...params }),
});

it('models are trained on a version of a service, served with it, and keep it', async () => {
  const first = await slipway('run', write('shop.slipway.json'));
  expect(first.last).toMatchObject({ status: 'succeeded' });

  // A second model on the service: three nodes, and only their steps run.
  const second = await slipway('run', write('two.slipway.json', { nodes: secondNodes, edges: secondEdges }));
  expect(second.last).toMatchObject({ status: 'succeeded' });
  const { steps } = second.last as { steps: { id: string; status: string }[] };
  expect(steps.flatMap(({ id, status }) => (status === 'executed' ? [id] : [])).toSorted()).toEqual(
    Object.keys(secondNodes).toSorted(),
  );

  const listed = await slipway('features', 'services', 'buying');
  expect(listed.last).toMatchObject({
    services: [
      {
        name: 'buying',
        version: 1,
        owner: 'shop',
        features: ['customers:rate', 'season:demand'],
        models: [
          { name: 'profit', version: 1 },
          { name: 'share', version: 1 },
        ],
      },
    ],
  });

  // What two models rely on cannot be changed under its number, but under another one.
  const changed = withService({ features: ['customers:rate', 'customers:note', 'season:demand'] });
  const refused = await slipway('run', write('changed.slipway.json', { nodes: changed }));
  expect([refused.code, refused.last]).toMatchObject([1, { status: 'failed' }]);
  const { steps: after } = refused.last as { steps: { id: string; status: string; reason?: string }[] };
  expect(after.find(({ id }) => id === 'service')).toMatchObject({
    status: 'failed',
    reason: 'buying@1 is used by a registered model and promises other features: now with customers:note.',
  });
  const next = withService({ version: 2, features: ['customers:rate', 'customers:note', 'season:demand'] });
  const path = write('next.slipway.json', { nodes: next });
  expect((await slipway('run', path)).last).toMatchObject({ status: 'succeeded' });

  const { url: up, stop } = await startSlipway(['up', path, '--http', '0'], join(folder, 'data'));
  const predicted = await fetch(`${up}/v1/models/shop/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows: [{ buyer: 3, price: 2 }] }),
  });
  const { predictions, error: answerError } = (await predicted.json()) as {
    predictions: { value: number }[];
    error?: string;
  };
  expect(answerError).toBeUndefined();
  expect(predictions[0]?.value).toBeCloseTo(0.9 + 2 + 0.02, 1);
  expect(predicted.headers.get('slipway-features')).toMatch(
    /^customers;version="[0-9a-f]{12}";service="buying@2", season;version="[0-9a-f]{12}";service="buying@2"$/,
  );
  const ask = async (service: string) => {
    const response = await fetch(`${up}/features/get-online-features`, {
      method: 'POST',
      body: JSON.stringify({ feature_service: service, entities: { buyer: [3, 9] } }),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  expect(await ask('buying')).toMatchObject({
    metadata: { feature_names: ['buyer', 'rate', 'note', 'demand'] },
    results: [
      { values: [3, 9] },
      { values: [0.3, null], statuses: ['PRESENT', 'NOT_FOUND'] },
      { values: ['unused', null] },
      { values: [2, 2], statuses: ['PRESENT', 'PRESENT'] },
    ],
  });
  expect(await ask('buying@1')).toMatchObject({ metadata: { feature_names: ['buyer', 'rate', 'demand'] } });
  expect(await ask('buying@7')).toMatchObject({
    error: expect.stringMatching(/no feature service “buying@7”/) as string,
  });
  await stop();

  await otherGraph();
});

/** A graph that has only labels takes the service by name; it follows the graph that makes it. */
async function otherGraph(): Promise<void> {
  const shared = (service: string) =>
    write('profit.slipway.json', {
      id: 'profits',
      only: {
        buying: node('feature.shared-service', { service }),
        orders: node('data.file', { path: 'orders.csv' }),
        join: node('feature.join', { timestamp: 'ordered' }),
        impute: node('feature.impute', { columns: ['price', 'rate', 'demand'] }),
        profit: node('train.linear', { label: 'profit' }),
        split: node('data.split', { method: 'random', testShare: 0.25, seed: 1 }),
        judge: node('train.evaluate'),
        register: node('train.register', { name: 'profit', alias: 'champion' }),
        endpoint: node('serve.endpoint'),
      },
      edges: [
        edge('orders.table', 'join.labels'),
        edge('buying.service', 'join.views'),
        edge('join.table', 'split.input'),
        edge('split.train', 'impute.input'),
        edge('profit.model', 'judge.model'),
        edge('split.test', 'judge.table'),
        edge('judge.report', 'register.report'),
        edge('impute.features', 'profit.features'),
        edge('profit.model', 'register.model'),
        edge('register.model', 'endpoint.model'),
      ],
    });
  const pinned = shared('buying@1');
  expect((await slipway('validate', pinned)).last).toMatchObject({ ok: true, diagnostics: [] });
  expect((await slipway('run', pinned)).last).toMatchObject({ status: 'succeeded' });
  expect((await slipway('features', 'services', 'buying')).last).toMatchObject({
    services: [
      { version: 2, graph: 'shop' },
      {
        version: 1,
        graph: 'shop',
        node: 'service',
        // The same rows by the other way: the very model that was trained beside the service.
        models: [{ name: 'profit', version: 1, aliases: ['champion'] }, { name: 'share' }],
      },
    ],
  });
  const planOf = async (path: string) =>
    (await slipway('plan', path)).last as { steps: { id: string; hit: boolean }[] };
  const missed = async (path: string) => (await planOf(path)).steps.flatMap(({ id, hit }) => (hit ? [] : [id]));
  expect(await missed(pinned)).toEqual([]);

  // Newer rows of the other graph's view: what is joined from them runs again, the labels stay.
  writeFileSync(join(folder, 'seasons.csv'), ['day,demand', `${day(1)},5`, ''].join('\n'));
  expect((await slipway('run', write('shop.slipway.json'))).last).toMatchObject({ status: 'succeeded' });
  expect(await missed(pinned)).toEqual(['buying', 'join', 'split', 'impute', 'profit', 'judge', 'register']);
  expect((await slipway('run', pinned)).last).toMatchObject({ status: 'succeeded' });

  const lineage = await slipway('artifacts', 'lineage', 'models:/profit@champion');
  expect(JSON.stringify(lineage.last)).toMatch(/seasons\.csv/);

  const unknown = await slipway('run', shared('bying'));
  expect(unknown.code).toBe(1);
  expect(JSON.stringify(unknown.last)).toMatch(/There is no feature service “bying”/);
  const exported = await slipway('export', pinned, '--target', 'kubernetes', '--out', join(folder, 'bundle'));
  expect([exported.code, exported.last]).toMatchObject([
    2,
    { error: { code: 'export.unsupported', nodeId: 'buying' } },
  ]);
}
