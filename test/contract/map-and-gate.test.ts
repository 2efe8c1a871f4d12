import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { createArtifactStore } from '../../main/store/artifact-store.ts';
import { createDirectoryDriver } from '../../main/store/directory-driver.ts';
import { readTablePage } from '../../main/compute/duckdb/page.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

interface Graph {
  nodes: Record<string, Record<string, unknown>>;
  edges: { from: string; to: string }[];
  [key: string]: unknown;
}

interface Finished {
  status: string;
  steps: { id: string; status: string; reason?: string }[];
  outputs: Record<string, { digest: string }>;
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-map-'));
});
afterAll(() => removeFolder(dir));

function write(name: string, graph: object): string {
  const path = join(dir, `${name}.slipway.json`);
  writeFileSync(path, JSON.stringify({ format: 'slipway/graph', formatVersion: 1, id: name, name, ...graph }));
  return path;
}

async function run(path: string, ...more: string[]): Promise<Finished> {
  const { last, stderr } = await runSlipway(['run', path, ...more], dir);
  expect(last['type'], stderr).toBe('run.finished');
  return last as unknown as Finished;
}

async function rowsOf(finished: Finished, output: string): Promise<{ columns: string[]; rows: unknown[][] }> {
  const store = createArtifactStore(createDirectoryDriver(dir));
  const table = await store.open(finished.outputs[output]?.digest ?? '');
  if (table === undefined) throw new Error(`${output} is not stored`);
  const columns = table.manifest.schema?.columns ?? [];
  const page = await readTablePage(table.path('data.parquet'), columns, { offset: 0, limit: 100 });
  return { columns: columns.map(({ name }) => name), rows: page.rows };
}

const node = (kind: string, params: object = {}) => ({ kind, version: 1, params });

it('repeats a group for each partition and collects the tables', async () => {
  const lines = ['origin,delay', 'ATL,1', 'ORD,10', 'ATL,3', 'JFK,5', 'ORD,20'];
  writeFileSync(join(dir, 'flights.csv'), `${lines.join('\n')}\n`);
  const graph = (items: string[]) => ({
    nodes: {
      flights: node('data.file', { path: 'flights.csv' }),
      each: node('graph.map', {
        group: 'summary',
        itemInput: 'rows',
        itemColumn: 'origin',
        itemName: 'airport',
        items,
      }),
    },
    edges: [{ from: 'flights.table', to: 'each.rows' }],
    groups: {
      summary: {
        nodes: { mean: node('data.sql', { query: 'select avg(delay) as mean_delay, count(*) as flights from input' }) },
        edges: [],
        inputs: { rows: { to: ['mean.input'] } },
        outputs: { summary: { from: 'mean.table' } },
      },
    },
  });
  const finished = await run(write('partitions', graph(['ATL', 'ORD'])));
  expect(finished.status).toBe('succeeded');
  expect(await rowsOf(finished, 'each--collect--summary.table')).toEqual({
    columns: ['mean_delay', 'flights', 'airport'],
    rows: [
      [2, 2, 'ATL'],
      [15, 2, 'ORD'],
    ],
  });
  const more = await run(write('partitions', graph(['JFK', 'ORD', 'ATL'])));
  const executed = more.steps.filter(({ status }) => status === 'executed').map(({ id }) => id);
  // Only what is new: the partition, its summary, and the collected table.
  expect(executed).toHaveLength(3);
  expect((await rowsOf(more, 'each--collect--summary.table')).rows.map(([, , name]) => name)).toEqual([
    'JFK',
    'ORD',
    'ATL',
  ]);
  const bad = await runSlipway(['validate', write('twice', graph(['ATL', 'ATL']))], dir);
  expect(JSON.stringify(bad.last)).toContain('the same value twice');
});

it('validates the folds of each item, on one machine as on one that has only the items', async () => {
  const graph = {
    nodes: {
      penguins: node('data.file', { path: 'pkg:vega-datasets/data/penguins.json' }),
      each: node('graph.map', {
        group: 'validated',
        itemInput: 'rows',
        itemColumn: 'Species',
        itemName: 'kind',
        items: ['Adelie', 'Gentoo'],
      }),
    },
    edges: [{ from: 'penguins.table', to: 'each.rows' }],
    groups: {
      validated: {
        nodes: {
          scaled: node('feature.scale', { columns: ['Beak Length (mm)', 'Flipper Length (mm)'] }),
          model: node('train.trees', { label: 'Body Mass (g)', trees: 5 }),
          folds: node('train.cross-validate', { folds: 3, parallelFolds: 2 }),
        },
        edges: [
          { from: 'scaled.features', to: 'model.features' },
          { from: 'model.model', to: 'folds.model' },
        ],
        inputs: { rows: { to: ['scaled.input'] } },
        outputs: { predictions: { from: 'folds.predictions' } },
      },
    },
  };
  const path = write('folds-of-items', graph);
  const local = await run(path);
  expect(local.status).toBe('succeeded');
  const collected = local.outputs['each--collect--predictions.table']?.digest;
  const { columns, rows } = await rowsOf(local, 'each--collect--predictions.table');
  const at = (name: string) => columns.indexOf(name);
  expect(new Set(rows.map((row) => String(row[at('fold')])))).toEqual(new Set(['1', '2', '3']));
  const plan = join(dir, 'folds-of-items.plan.json');
  const read = readGraphValue(JSON.parse(readFileSync(path, 'utf8')), definitionOf);
  writeFileSync(plan, JSON.stringify(exportContextOf(read).plan));
  const machine = async (...part: string[]) => {
    const store = pathToFileURL(join(dir, 'elsewhere')).href;
    const done = await runSlipway(['run', '--plan', plan, ...part, '--store', store], join(dir, 'machine'));
    expect(done.code, done.stderr).toBe(0);
    return done.last as unknown as Finished;
  };
  await machine('--step', 'penguins');
  await machine('--items', 'each');
  const there = await machine('--step', 'each--collect--predictions');
  expect(there.outputs['each--collect--predictions.table']?.digest).toBe(collected);
});

it('ends a branch at a gate without failing the run, and compares reports in a table', {
  timeout: 240_000,
}, async () => {
  const penguins = JSON.parse(
    readFileSync(join(repositoryRoot, 'resources/templates/penguins.slipway.json'), 'utf8'),
  ) as Graph;
  const [register] = Object.keys(penguins.nodes).filter((id) => penguins.nodes[id]?.['kind'] === 'train.register');
  const model = penguins.edges.find(({ to }) => to === `${register}.model`);
  const report = penguins.edges.find(({ to }) => to === `${register}.report`);
  if (register === undefined || model === undefined || report === undefined) throw new Error('The sample has changed.');
  const gated = (value: number) => ({
    ...penguins,
    nodes: {
      ...penguins.nodes,
      gate: node('train.gate', { metric: 'accuracy', value }),
      metrics: node('data.metrics', { names: ['first'] }),
    },
    edges: [
      ...penguins.edges.filter((edge) => edge !== model),
      { from: model.from, to: 'gate.input' },
      { from: report.from, to: 'gate.report' },
      { from: report.from, to: 'metrics.reports' },
      { from: 'gate.output', to: `${register}.model` },
    ],
  });
  const closed = await run(write('gated', { ...gated(2), id: 'gated' }));
  expect(closed.status).toBe('succeeded');
  const stateOf = (id: string) => closed.steps.find((step) => step.id === id);
  expect(stateOf('gate')).toMatchObject({ status: 'skipped', reason: expect.stringContaining('below 2') });
  expect(stateOf(register)).toMatchObject({ status: 'skipped', reason: expect.stringContaining('below 2') });
  const { columns, rows } = await rowsOf(closed, 'metrics.table');
  expect(columns).toContain('accuracy');
  expect(rows[0]?.[0]).toBe('first');
  const open = await run(write('gated', { ...gated(0.1), id: 'gated' }));
  expect(open.steps.every(({ status }) => status === 'executed' || status === 'cached')).toBe(true);
});
