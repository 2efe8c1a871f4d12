import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { uniformGenerator } from '../../main/compute/stats/random.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { lastEvent } from '../../main/engine/last-event.ts';
import { type RetrainLoop, startRetrainLoop } from '../../main/engine/retrain-loop.ts';
import type { EndpointObserver } from '../../main/monitoring/endpoint-observer.ts';
import { LabelledLog } from '../../main/monitoring/labelled-log.ts';
import type { PerformanceMonitor } from '../../main/monitoring/performance-monitor.ts';
import { artifactModelSource, type ModelSource } from '../../main/serving/model-source.ts';
import { createLoopRecords, type LoopRecords } from '../../main/store/loop-records.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { retrainNode } from '../../nodes/monitor/retrain/definition.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import type { LoopEvent, MonitorPerformance } from '../../shared/rpc/engine-contract.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
let engine: Engine;
let document: GraphDocument;
let champion: ModelSource;
let records: LoopRecords;

/** `y` follows `a`, or the opposite; `b` is noise. */
function rowsOf(count: number, seed: number, isOpposite = false) {
  const random = uniformGenerator(seed);
  return Array.from({ length: count }, () => {
    const a = random();
    const y = random() < (isOpposite ? 1 - a : a);
    return { a, b: random(), y };
  });
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-loop-'));
  const lines = rowsOf(1_500, 1).map(({ a, b, y }) => `${a},${b},${y}`);
  writeFileSync(join(dir, 'rows.csv'), `a,b,y\n${lines.join('\n')}\n`);
  const graph = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'loop',
    name: 'Loop',
    nodes: {
      rows: { kind: 'data.file', version: 1, params: { path: 'rows.csv' } },
      split: { kind: 'data.split', version: 1, params: { method: 'random', testShare: 0.25 } },
      scale: { kind: 'feature.scale', version: 1, params: { columns: ['a', 'b'] } },
      linear: { kind: 'train.linear', version: 1, params: { label: 'y' } },
      evaluate: { kind: 'train.evaluate', version: 1, params: {} },
      register: { kind: 'train.register', version: 1, params: { name: 'loop' } },
      endpoint: { kind: 'serve.endpoint', version: 1, params: {} },
    },
    edges: [
      { from: 'rows.table', to: 'split.input' },
      { from: 'split.train', to: 'scale.input' },
      { from: 'scale.features', to: 'linear.features' },
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
  const read = readGraphText(JSON.stringify(graph), definitionOf);
  expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  document = read.document as GraphDocument;
  engine = await createEngine({ dataDir: join(dir, 'data') });
  const { runId } = await engine.startRun({ document, baseDir: dir, source: 'test' });
  const digest = (await lastEvent(engine, runId)).outputs['register.model']?.digest as string;
  const artifact = await engine.store.open(digest);
  champion = await artifactModelSource({ name: 'loop', version: '1', digest, dir: artifact?.path('.') ?? '' });
  records = createLoopRecords(engine.database);
});
afterAll(async () => {
  await engine?.close();
  await removeFolder(dir);
});

let loop: RetrainLoop | undefined;
let node = 0;
beforeEach(() => node++);
afterEach(() => {
  loop?.close();
  engine.registry.setAlias('loop', 'champion', 1);
});

const dropped: MonitorPerformance = {
  metric: 'rocAuc',
  higherIsBetter: true,
  reference: 0.83,
  limit: 0.81,
  windowRows: 1_000,
  labels: { rows: 2_000, labelled: 2_000, waiting: 0, repeated: 0 },
  windows: [],
  estimatedDrop: true,
  realizedDrop: true,
};

/** A loop beside an endpoint that answered these rows and got these labels. */
function start(
  rows: readonly { a: number; b: number; y: boolean }[],
  options: { document?: GraphDocument; params?: Record<string, unknown>; isDrifting?: boolean; engine?: Engine } = {},
) {
  const log = new LabelledLog(champion.manifest as NonNullable<ModelSource['manifest']>, 100_000);
  log.add(
    {
      logId: 'log',
      logged: rows.length,
      seen: rows.length,
      unsampled: 0,
      rows: rows.length,
      ids: rows.map((_, i) => `r${i}`),
      timesMs: Float64Array.from(rows, (_, i) => i),
      columns: (['a', 'b'] as const).map((name) => ({
        name,
        kind: 'number',
        values: Float64Array.from(rows, (row) => row[name]),
      })),
      outputs: [{ name: 'probability', kind: 'number', values: Float64Array.from(rows, ({ a }) => a) }],
    },
    champion.digest,
  );
  rows.forEach(({ y }, i) => log.label(`r${i}`, y));
  const observer: EndpointObserver = { refresh: async () => undefined, log, source: () => champion };
  const performance = { latest: { performance: dropped }, droppedSince: 0 } as unknown as PerformanceMonitor;
  const events: LoopEvent[] = [];
  const swapped: string[] = [];
  const logged: string[] = [];
  loop = startRetrainLoop({
    graphId: 'loop',
    nodeId: `retrain-${node}`,
    document: options.document ?? document,
    baseDir: dir,
    endpointNodeId: 'endpoint',
    params: retrainNode.params.parse({
      minimumRows: 500,
      holdoutRows: 500,
      rollout: 'at-once',
      cooldownMinutes: 60,
      ...options.params,
    }),
    engine: options.engine ?? engine,
    records,
    host: { tryVersion: async () => undefined, versions: async () => [] },
    endpointId: 'loop/endpoint',
    observer,
    performance,
    isDrifting: () => options.isDrifting ?? false,
    once: true,
    swap: async (digest) => {
      swapped.push(digest);
    },
    onEvent: (event) => events.push(event),
    log: (text) => logged.push(text),
  });
  return { events, swapped, logged, looked: loop.looked };
}

const aliasOf = (name: string) =>
  engine.registry.list().find(({ name: model, aliases }) => model === 'loop' && aliases.includes(name))?.digest;
const types = (events: readonly LoopEvent[]) => events.map(({ type }) => type);

it('promotes the better model, once for two triggers at a time, and rests before the next', async () => {
  const rows = rowsOf(2_000, 2, true);
  const first = start(rows, { isDrifting: true });
  await first.looked;
  expect(types(first.events)).toEqual(['triggered', 'retraining', 'trained', 'compared', 'promoted']);
  expect(first.events[0]?.evidence['reasons']).toEqual(['realized-drop', 'drift-and-estimated-drop']);
  expect(first.swapped).toHaveLength(1);
  expect(aliasOf('champion')).toBe(first.swapped[0]);
  const again = start(rows, { isDrifting: true });
  await again.looked;
  expect(types(again.events)).toEqual([]);
});

it('keeps the champion where the challenger is worse', async () => {
  // Labels to train on are turned round, those of the newest rows are not.
  const { events, swapped, looked } = start([...rowsOf(1_000, 3, true), ...rowsOf(500, 4)]);
  await looked;
  expect(types(events)).toEqual(['triggered', 'retraining', 'trained', 'compared', 'rejected']);
  expect(events.at(-2)?.evidence['difference']).toBeLessThan(-0.3);
  expect(events.at(-2)?.evidence['slices']).toEqual(expect.arrayContaining([expect.objectContaining({ worse: true })]));
  expect(swapped).toEqual([]);
  expect(aliasOf('champion')).toBe(champion.digest);
});

/** Lets it train a better model that a person has to approve, and decides on that on the command line. */
async function decided(verdict: 'approve' | 'reject', seed: number) {
  const rows = rowsOf(2_000, seed, true);
  const params = { approval: true };
  const waiting = start(rows, { params });
  await waiting.looked;
  expect(types(waiting.events)).toEqual(['triggered', 'retraining', 'trained', 'compared', 'awaiting-approval']);
  const again = start(rows, { params });
  await again.looked;
  expect(types(again.events)).toEqual([]);
  expect([...waiting.swapped, ...again.swapped]).toEqual([]);
  expect(aliasOf('champion')).toBe(champion.digest);
  const challenger = waiting.events.at(-1)?.evidence['challenger'] as string;
  const version = engine.registry.list('loop').find(({ digest }) => digest === challenger);
  expect(version?.approval?.state).toBe('waiting');
  const words = ['models', verdict, 'loop', String(version?.version), '--by', 'ann', '--note', 'looked at it'];
  const { code, stderr } = await runSlipway(words, join(dir, 'data'));
  expect(code, stderr).toBe(0);
  const after = start(rows, { params });
  await after.looked;
  return { rows, challenger, ...after };
}

it('goes on with the challenger once a person approves it on the command line', async () => {
  const { challenger, events, swapped } = await decided('approve', 21);
  expect(types(events)).toEqual(['approved', 'promoted']);
  expect(events[0]?.evidence).toMatchObject({ person: 'ann', note: 'looked at it' });
  expect(swapped).toEqual([challenger]);
  expect(aliasOf('champion')).toBe(challenger);
});

it('keeps the champion where a person rejects the challenger, also when the same one comes again', async () => {
  const { rows, events, swapped } = await decided('reject', 22);
  expect(types(events)).toEqual(['rejected']);
  expect(events[0]?.evidence).toMatchObject({ person: 'ann' });
  const again = start(rows, { params: { approval: true, cooldownMinutes: 0 } });
  await again.looked;
  expect(types(again.events)).toEqual(['triggered', 'retraining', 'trained', 'compared', 'rejected']);
  expect(again.events.at(-1)?.text).toContain('ann rejected');
  expect([...swapped, ...again.swapped]).toEqual([]);
  expect(aliasOf('champion')).toBe(champion.digest);
});

it('keeps the champion where training fails or diverges, and names the step', async () => {
  const broken = structuredClone(document);
  const params = broken.nodes['linear']?.params ?? {};
  broken.nodes['linear'] = { kind: 'train.linear', version: 1, params: { ...params, label: 'no-such-column' } };
  const { events, swapped, looked } = start(rowsOf(2_000, 5, true), { document: broken });
  await looked;
  expect(types(events).at(-1)).toBe('failed');
  expect(events.at(-1)?.text).toContain('The champion stays.');
  expect(swapped).toEqual([]);
  expect(aliasOf('champion')).toBe(champion.digest);
});

it('keeps the champion where the disk is full', async () => {
  // A file stands where the folder of the loop should be made.
  writeFileSync(join(dir, 'full'), '');
  const full = new Proxy(engine, { get: (of, key) => (key === 'dataDir' ? join(dir, 'full') : Reflect.get(of, key)) });
  const { events, swapped, looked } = start(rowsOf(2_000, 6, true), { engine: full });
  await looked;
  expect(types(events)).toEqual(['triggered', 'failed']);
  expect(swapped).toEqual([]);
});

it('does not train on rows that nothing can be learned from', async () => {
  const { events, looked } = start(rowsOf(2_000, 7).map((row) => ({ ...row, y: true })));
  await looked;
  expect(types(events)).toEqual(['triggered', 'gate-refused']);
});

it('waits while there are too few labelled rows', async () => {
  const { events, looked } = start(rowsOf(900, 8));
  await looked;
  expect(events).toEqual([]);
});
