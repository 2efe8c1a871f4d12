import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { createDirectoryDriver } from '../../main/store/directory-driver.ts';
import { createStoreRegistry } from '../../main/store/store-registry.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { uniform } from '../support/golden-inputs.ts';
import { type RunningServer, runSlipway, startSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
let graph: string;
let store: string;
let sharedDir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-replicas-'));
  sharedDir = join(folder, 'shared');
  store = pathToFileURL(sharedDir).href;
  const rows = Array.from({ length: 3_000 }, (_, i) => rowOf(i, 1, 1));
  writeFileSync(
    join(folder, 'rows.csv'),
    `a,b,late\n${rows.map(({ row, label }) => `${row.a},${row.b},${label}`).join('\n')}\n`,
  );
  graph = join(folder, 'late.slipway.json');
  writeFileSync(graph, JSON.stringify(document()));
  // As the pods of a bundle do it.
  const { plan } = exportContextOf(readGraphText(JSON.stringify(document()), definitionOf));
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  for (const { id } of plan.steps) {
    const step = ['run', '--plan', planFile, '--step', id, '--store', store];
    const { code, stderr } = await runSlipway(step, join(folder, 'step'));
    expect(code, stderr).toBe(0);
  }
});
afterAll(async () => {
  await Promise.all(started.map((replica) => replica.stop()));
  await removeFolder(folder);
});

/** Late when `sign · (a − b)` is large; `i` and `seed` choose the row. */
function rowOf(i: number, seed: number, sign: number): { row: { a: number; b: number }; label: boolean } {
  const [a, b] = [uniform(i, seed), uniform(i, seed + 100)];
  const noise = 0.4 * (uniform(i, seed + 200) - 0.5);
  return { row: { a, b }, label: sign * (a - b) + noise > 0 };
}

function document() {
  const node = (kind: string, params: object = {}) => ({ kind, version: 1, params });
  const rows = { windowRows: 300 };
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'late',
    name: 'Late',
    nodes: {
      rows: node('data.file', { path: join(folder, 'rows.csv') }),
      split: node('data.split', {}),
      scale: node('feature.scale', { columns: ['a', 'b'] }),
      trees: node('train.trees', { label: 'late', trees: 20, leaves: 7 }),
      evaluate: node('train.evaluate'),
      register: node('train.register', { name: 'late', alias: 'champion' }),
      endpoint: node('serve.endpoint', { requestLog: 'full' }),
      drift: node('monitor.drift', rows),
      performance: node('monitor.performance', rows),
      retrain: node('monitor.retrain', {
        minimumRows: 400,
        holdoutRows: 200,
        windowRows: 4000,
        stageRows: 20,
        stageMinutes: 0,
        cooldownMinutes: 0,
      }),
    },
    edges: [
      ['rows.table', 'split.input'],
      ['split.train', 'scale.input'],
      ['scale.features', 'trees.features'],
      ['trees.model', 'evaluate.model'],
      ['split.test', 'evaluate.table'],
      ['trees.model', 'register.model'],
      ['evaluate.report', 'register.report'],
      ['register.model', 'endpoint.model'],
      ['endpoint.requests', 'drift.requests'],
      ['endpoint.requests', 'performance.requests'],
      ['evaluate.report', 'performance.report'],
      ['endpoint.requests', 'retrain.requests'],
    ].map(([from, to]) => ({ from, to })),
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}

const started: RunningServer[] = [];

async function startReplica(name: string): Promise<RunningServer> {
  const replica = await startSlipway(
    [
      'serve',
      'models:/late@champion',
      '--name',
      'late',
      '--monitored',
      '--settings',
      '{"requestLog":"full"}',
      '--http',
      '0',
    ],
    join(folder, name),
    { SLIPWAY_STORE: store, SLIPWAY_REPLICA_SECONDS: '1' },
  );
  started.push(replica);
  return replica;
}

let sent = 0;
/** Requests and what really happened, `sign` telling what the columns mean by now. */
async function ask(servers: readonly RunningServer[], requests: number, sign: number): Promise<void> {
  for (let i = 0; i < requests; i++) {
    const { url } = servers[i % servers.length] as RunningServer;
    const cases = Array.from({ length: 50 }, () => rowOf(sent++, 7, sign));
    const answer = await fetch(`${url}/v1/models/late/predict`, {
      method: 'POST',
      body: JSON.stringify({ rows: cases.map(({ row }) => row) }),
    });
    expect(answer.status).toBe(200);
    const { id } = (await answer.json()) as { id: string };
    const feedback = cases.map(({ label }, row) => ({ id: `${id}/${row}`, label }));
    const told = await fetch(`${url}/v1/feedback`, { method: 'POST', body: JSON.stringify({ feedback }) });
    expect(told.status).toBe(200);
  }
}

const monitor = () => runSlipway(['monitor', graph, '--store', store], join(folder, 'monitor'));

it('watches the replicas of an endpoint through a store, retrains, and lets all of them try the better model', {
  timeout: 300_000,
}, async () => {
  let replicas = await Promise.all([startReplica('one'), startReplica('two')]);
  await ask(replicas, 24, -1);
  // A file of the log is handed over when it is finished.
  await Promise.all(replicas.map((replica) => replica.stop()));
  const alarmed = await monitor();
  expect(alarmed.last, alarmed.stderr).toMatchObject({
    endpoint: 'late',
    model: 1,
    rows: 1200,
    labelled: 1200,
    retrain: ['realized-drop'],
    started: null,
  });

  replicas = await Promise.all([startReplica('one'), startReplica('two')]);
  const page = async ({ url }: RunningServer) => (await fetch(`${url}/metrics`)).text();
  await expect.poll(() => page(replicas[1] as RunningServer)).toMatch(/realized[^\n]*\} 1\n/);
  const retraining = runSlipway(
    ['retrain', graph, '--store', store, '--reason', 'realized-drop'],
    join(folder, 'retrain'),
  );
  let over = false;
  const done = retraining.finally(() => {
    over = true;
  });
  // The canary needs requests; none of them may fail.
  while (!over) await ask(replicas, 2, -1);
  const { last, stderr, code } = await done;
  expect(code, stderr).toBe(0);
  const events = (last['events'] as { type: string }[]).map(({ type }) => type);
  expect(events, stderr).toEqual([
    'triggered',
    'retraining',
    'trained',
    'compared',
    'shadowing',
    'canary',
    'canary',
    'promoted',
  ]);
  const registry = createStoreRegistry(createDirectoryDriver(sharedDir));
  expect(await registry.resolve('models:/late@champion')).toMatchObject({ version: 2 });
  const versionOf = async ({ url }: RunningServer) => {
    const answer = await fetch(`${url}/v1/models/late/predict`, { method: 'POST', body: '{"rows":[{"a":1,"b":0}]}' });
    return ((await answer.json()) as { model_version: string }).model_version;
  };
  for (const replica of replicas) await expect.poll(() => versionOf(replica)).toBe('2');
  await ask(replicas, 12, -1);
  await Promise.all(replicas.map((replica) => replica.stop()));

  // What is live is judged by its own requests, then confirmed.
  const probation = await monitor();
  expect(probation.last, probation.stderr).toMatchObject({ model: 2, retrain: ['probation'] });
  const confirmed = await runSlipway(
    ['retrain', graph, '--store', store, '--reason', 'probation'],
    join(folder, 'confirm'),
  );
  expect((confirmed.last['events'] as { type: string }[])[0], confirmed.stderr).toMatchObject({ type: 'confirmed' });
});
