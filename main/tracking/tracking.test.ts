import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../engine/engine.ts';
import { openDatabase, type StoreDatabase } from '../store/database.ts';
import { modelCard } from './model-card.ts';
import { ModelCatalog } from './model-catalog.ts';
import { compareModels } from './model-diff.ts';
import { readModelFacts } from './model-facts.ts';
import { parseRunFilter, parseRunOrder } from './run-filter.ts';
import { type Training, TrackingStore } from './tracking-store.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let database: StoreDatabase;
let tracking: TrackingStore;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-tracking-'));
  database = openDatabase(dir);
  tracking = new TrackingStore(database);
});
afterEach(async () => {
  database.close();
  await removeFolder(dir);
});

const training = (name: string, startMs = 1) => tracking.createTraining({ experimentId: 0, name, user: 'me', startMs });
const metric = (key: string, value: number, timestampMs: number, step = 0) => ({ key, value, timestampMs, step });

describe('metrics, params and tags', () => {
  it('keeps the value with the latest timestamp, of equal ones the largest, and all of the history', () => {
    const id = training('a');
    tracking.log(id, { metrics: [metric('loss', 3, 10, 1), metric('loss', 1, 30, 3), metric('loss', 2, 20, 2)] });
    expect(tracking.training(id).metrics['loss']).toEqual(metric('loss', 1, 30, 3));
    tracking.log(id, {
      metrics: [metric('loss', 5, 30, 4), metric('loss', 4, 30, 5), metric('loss', Number.NaN, 30, 6)],
    });
    expect(tracking.training(id).metrics['loss']).toEqual(metric('loss', 5, 30, 4));
    expect(tracking.history(id, 'loss').map(({ value }) => value)).toEqual([3, 2, 1, 5, 4, Number.NaN]);
    expect(tracking.history(id, 'loss', { offset: 1, limit: 2 }).map(({ step }) => step)).toEqual([2, 3]);
    tracking.log(id, { metrics: [metric('only', Number.NaN, 1)] });
    expect(tracking.training(id).metrics['only']?.value).toBeNaN();
    tracking.log(id, { metrics: [metric('only', Number.POSITIVE_INFINITY, 1)] });
    expect(tracking.training(id).metrics['only']?.value).toBe(Number.POSITIVE_INFINITY);
  });

  it('sets params once and loses nothing else of a refused batch halfway', () => {
    const id = training('a');
    tracking.log(id, { params: { depth: '3' }, tags: { note: 'x' } });
    tracking.log(id, { params: { depth: '3' }, tags: { note: 'y' } });
    const batch = { params: { other: '1', depth: '4' }, metrics: [metric('m', 1, 1)], tags: { note: 'z' } };
    expect(() => tracking.log(id, batch)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
    expect(tracking.training(id)).toMatchObject({ params: { depth: '3' }, tags: { note: 'y' }, metrics: {} });
  });

  it('samples a long history by its extremes', () => {
    const id = training('a');
    const values = Array.from({ length: 5000 }, (_, i) => metric('loss', i === 2500 ? 99 : Math.sin(i / 50), i, i));
    tracking.log(id, { metrics: values });
    const sampled = tracking.sampledHistory(id, 'loss', 100);
    expect(sampled.length).toBeGreaterThan(100);
    expect(sampled.length).toBeLessThanOrEqual(200);
    expect(sampled.some(({ value, step }) => value === 99 && step === 2500)).toBe(true);
    expect(sampled.map(({ step }) => step)).toEqual(sampled.map(({ step }) => step).toSorted((a, b) => a - b));
    expect(tracking.sampledHistory(id, 'nothing', 100)).toEqual([]);
  });
});

describe('queries', () => {
  const names = (query: Partial<Parameters<TrackingStore['query']>[0]>) =>
    tracking.query({ experimentIds: [0], limit: 100, ...query }).trainings.map(({ name }) => name);

  beforeEach(() => {
    for (let i = 0; i < 5; i++) {
      const id = training(`run ${i}`, i);
      tracking.log(id, {
        metrics: i === 4 ? [] : [metric('rmse', 10 - i, 1), metric('a.b/c', i, 1)],
        params: { model: i % 2 === 0 ? 'tree' : 'linear', 'odd key': String(i) },
        tags: { 'mlflow.note': i === 1 ? "it's" : 'plain' },
      });
    }
  });

  it.each<[string, string[]]>([
    ['', ['run 4', 'run 3', 'run 2', 'run 1', 'run 0']],
    ['metrics.rmse < 8.5', ['run 3', 'run 2']],
    ["metrics.rmse >= 8 AND params.model = 'tree'", ['run 2', 'run 0']],
    ["params.model != 'tree'", ['run 3', 'run 1']],
    ["tags.mlflow.note = 'it''s'", ['run 1']],
    ["params.`odd key` IN ('0', '3')", ['run 3', 'run 0']],
    ['metrics.a.b/c = 2', ['run 2']],
    ["attributes.run_name LIKE 'run %'", ['run 4', 'run 3', 'run 2', 'run 1', 'run 0']],
    ["attributes.run_name LIKE 'RUN %'", []],
    ["run_name ILIKE 'RUN _' and start_time > 2", ['run 4', 'run 3']],
    ["status = 'FINISHED'", []],
  ])('filters by %s', (filter, expected) => {
    expect(names({ filter })).toEqual(expected);
  });

  it('orders with missing values last, pages and counts', () => {
    expect(names({ orderBy: ['metrics.rmse'] })).toEqual(['run 3', 'run 2', 'run 1', 'run 0', 'run 4']);
    expect(names({ orderBy: ['params.model DESC', 'start_time ASC'] })[0]).toBe('run 0');
    const page = tracking.query({ experimentIds: [0], limit: 2, offset: 1 });
    expect(page.total).toBe(5);
    expect(page.trainings.map(({ name }) => name)).toEqual(['run 3', 'run 2']);
  });

  it('reads only the columns asked for', () => {
    const { trainings } = tracking.query({
      experimentIds: [0],
      limit: 10,
      columns: { metrics: ['rmse'], params: [], tags: [] },
    });
    expect(trainings[1]).toMatchObject({ params: {}, tags: {}, metrics: { rmse: { value: 7 } } });
    expect(Object.keys((trainings[1] as Training).metrics)).toEqual(['rmse']);
    expect(tracking.keys(0)).toMatchObject({ metrics: ['a.b/c', 'rmse'], params: ['model', 'odd key'] });
  });

  it('leaves deleted runs out', () => {
    const [first] = tracking.query({ experimentIds: [0], limit: 1 }).trainings;
    tracking.updateTraining(first?.id ?? '', { lifecycle: 'deleted' });
    expect(names({})).toHaveLength(4);
    expect(names({ lifecycle: 'deleted' })).toEqual(['run 4']);
  });

  it.each([
    'metrics.rmse <',
    "metrics.rmse < 'a'",
    'params.model = 3',
    'metrics.rmse < 3 or 1 = 1',
    'metrics.rmse < 3 AND',
    'nothing = 1',
    "'; DROP TABLE trainings; --",
    "params.model > 'a'",
    `params.${'x'.repeat(20_000)} = '1'`,
  ])('refuses the filter %s', (filter) => {
    expect(() => parseRunFilter(filter)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
  });

  it('refuses an order that is not one field', () => {
    for (const order of ['', 'metrics.a, metrics.b', 'metrics.a; DROP', 'nothing DESC']) {
      expect(() => parseRunOrder(order)).toThrow(expect.objectContaining({ code: 'request.invalid' }));
    }
  });
});

it('records a training once, with the metrics of its evaluation, down to a card and a comparison', async () => {
  const csv = [
    'x,y,late',
    ...Array.from({ length: 400 }, (_, i) => `${i % 37},${(i * 7) % 11},${(i % 37) + ((i * 7) % 11) > 22}`),
  ];
  await writeFile(join(dir, 'rows.csv'), csv.join('\n'));
  const node = (kind: string, params: object = {}) => ({ kind, version: 1, params });
  const document = (l2: number) => ({
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'tiny',
    name: 'Tiny',
    nodes: {
      rows: node('data.file', { path: 'rows.csv' }),
      split: node('data.split', { method: 'random' }),
      clean: node('feature.impute', { columns: ['x', 'y'] }),
      model: node('train.linear', { label: 'late', l2 }),
      evaluate: node('train.evaluate'),
      register: node('train.register', { name: 'tiny' }),
    },
    edges: [
      { from: 'rows.table', to: 'split.input' },
      { from: 'split.train', to: 'clean.input' },
      { from: 'clean.features', to: 'model.features' },
      { from: 'model.model', to: 'evaluate.model' },
      { from: 'split.test', to: 'evaluate.table' },
      { from: 'model.model', to: 'register.model' },
      { from: 'evaluate.report', to: 'register.report' },
    ],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  });
  const engine = await createEngine({ dataDir: join(dir, 'data') });
  try {
    const run = async (l2: number) => {
      const { runId } = await engine.startRun({ document: document(l2), baseDir: dir });
      let status = '';
      for await (const event of engine.runEvents(runId, 0)) if (event.type === 'run.finished') status = event.status;
      expect(status).toBe('succeeded');
      return runId;
    };
    const runId = await run(0.5);
    await run(0.5);
    const recorded = new TrackingStore(engine.database);
    const experiment = recorded.experimentNamed('tiny');
    const { trainings, total } = recorded.query({ experimentIds: [experiment?.id ?? -1], limit: 10 });
    expect(total).toBe(1);
    const [only] = trainings as [Training];
    expect(only).toMatchObject({
      status: 'FINISHED',
      runId,
      nodeId: 'model',
      params: { label: 'late', l2: '0.5' },
      tags: { 'slipway.kind': 'train.linear', 'machine.device': 'cpu', 'slipway.task': 'binary' },
    });
    expect(only.tags['slipway.data']).toMatch(/^[0-9a-f]{64}$/);
    expect(only.tags['slipway.code']).not.toBe('');
    expect(only.metrics['rocAuc']?.value).toBeGreaterThan(0.9);
    const curve = recorded.history(only.id, 'train.logLoss');
    expect(curve.length).toBeGreaterThan(2);
    expect(only.metrics['train.logLoss']).toEqual(curve.at(-1));
    expect(recorded.trainingOfModel(only.modelDigest ?? '')).toBe(only.id);

    await run(50);
    const models = new ModelCatalog(engine.database);
    models.setTag('tiny', 0, 'owner', 'Ada | Grace');
    const first = await readModelFacts(models, engine.store, 'tiny/1');
    const champion = await readModelFacts(models, engine.store, 'tiny');
    expect(champion.version.version).toBe(2);
    expect(first.lineage.sources).toMatchObject([{ kind: 'data.file', type: 'table', rows: 400, inputs: [] }]);
    expect(first.lineage.nodes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['train.register', 'train.linear', 'feature.impute', 'data.split', 'data.file']),
    );
    const card = modelCard(champion);
    expect(card).toContain('# tiny, version 2');
    expect(card).toContain('| Owner | Ada \\| Grace |');
    expect(card).toContain(`\`${first.lineage.sources[0]?.digest}\``);
    expect(card).toMatch(/\| logLoss \| 0\.\d+ \|/);
    expect(card).toMatch(/Served and trained scores agree on \d+ rows/);
    expect(modelCard(champion)).toBe(card);
    const difference = compareModels(first, champion);
    expect(difference.params).toEqual([{ name: 'l2', before: 0.5, after: 50 }]);
    expect(difference).toMatchObject({ sameContent: false, inputs: [], sources: { removed: [], added: [] } });
    expect(difference.metrics.map(({ name }) => name)).toContain('logLoss');
    expect(compareModels(first, first).sameContent).toBe(true);
    await expect(readModelFacts(models, engine.store, 'tiny/9')).rejects.toMatchObject({ code: 'model.not-found' });
  } finally {
    await engine.close();
  }
});
