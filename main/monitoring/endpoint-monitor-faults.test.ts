import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import type { ModelSource } from '../serving/model-source.ts';
import { RequestLog } from '../serving/request-log.ts';
import type { Tensor } from '../serving/tensor.ts';
import { createEndpointMonitor, driftStateSchema, type EndpointMonitor } from './endpoint-monitor.ts';
import type { EventTimeOptions } from './event-windows.ts';
import { fileMemory } from './monitor-memory.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir = '';
const monitors: EndpointMonitor[] = [];
/** What monitors said in the log; a test that wants something said takes it. */
const told: string[] = [];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-monitor-faults-'));
});
afterEach(() => {
  for (const monitor of monitors.splice(0)) monitor.close();
  expect(told.splice(0)).toEqual([]);
});
afterAll(() => removeFolder(dir));

const inputs: InputColumn[] = [
  { name: 'amount', type: 'float64' },
  { name: 'code', type: 'string' },
  { name: 'moment', type: 'timestamp' },
];

async function sourceOf(name: string, columns: InputColumn[], select: string): Promise<ModelSource> {
  await mkdir(join(dir, name));
  const referencePath = join(dir, name, 'reference.parquet');
  await withDuckDb({}, (db) => db.run(`COPY (${select}) TO ${quotePath(referencePath)} (FORMAT parquet)`));
  const manifest: ModelManifest = {
    task: 'regression',
    label: { column: 'y', type: 'float64' },
    classes: [],
    inputs: columns,
    features: [],
    trainer: { kind: 'train.linear', params: {} },
    training: { rows: 1000, table: '0'.repeat(64), seconds: 0, curve: { metric: 'loss', train: [], valid: [] } },
    importance: [],
    example: {},
    choices: {},
  };
  return { name, version: '1', digest: name, modelPath: '', manifest, referencePath, config: {} };
}

const threeColumns = (name: string) =>
  sourceOf(
    name,
    inputs,
    `SELECT (hash(i, 1) % 1000) / 100.0 AS amount, chr(65 + (hash(i, 2) % 4)::INTEGER) AS code,
      TIMESTAMP '2001-01-01' + to_hours(i::INTEGER) AS moment FROM range(5000) AS r(i)`,
  );

function logOf({ manifest }: ModelSource): RequestLog {
  const datatype = { float64: 'FP64', string: 'BYTES', timestamp: 'INT64' } as const;
  const specs = (manifest?.inputs ?? []).map(({ name, type }) => ({
    name,
    datatype: datatype[type as keyof typeof datatype],
    shape: [-1, 1],
    dimNames: [],
  }));
  return new RequestLog(specs, [], manifest);
}

/** Adds rows one by one, a second between two of them: none is left out by sampling. */
function fill(
  log: RequestLog,
  rows: number,
  seed: number,
  change: Partial<Record<string, (random: number) => unknown>> = {},
) {
  const random = uniformGenerator(seed);
  const micros = BigInt(Date.UTC(2024, 0, 1)) * 1_000n;
  for (let i = 0; i < rows; i++) {
    const value = (name: string, usual: (random: number) => unknown) => (change[name] ?? usual)(random());
    const tensors = [
      { name: 'amount', datatype: 'FP64', shape: [1, 1], data: [value('amount', (u) => u * 10)] },
      { name: 'code', datatype: 'BYTES', shape: [1, 1], data: [value('code', (u) => 'ABCD'[Math.floor(u * 4)])] },
      { name: 'moment', datatype: 'INT64', shape: [1, 1], data: [value('moment', () => micros)] },
    ] as unknown as Tensor[];
    log.add(tensors, [], 1, i * 1_000 + seed * 1e9, `r${i}`);
  }
}

function watch(
  source: ModelSource,
  log: RequestLog,
  windows: MonitorReport[],
  nodeId = 'drift',
  windowRows = 1_000,
  eventTime?: EventTimeOptions,
): EndpointMonitor {
  const monitor = createEndpointMonitor({
    nodeId,
    endpointId: 'g/e',
    host: {
      models: () => [source],
      recentRows: (_id, limit, _version, reader) => Promise.resolve(log.recent(limit, reader)),
      showMonitor: () => undefined,
    },
    windowRows,
    eventTime,
    minimumRows: 50,
    alpha: 0.01,
    multivariate: true,
    memory: fileMemory(join(dir, source.name, `${nodeId}.json`), driftStateSchema, (text) => {
      throw new Error(text);
    }),
    onWindow: (report) => windows.push(report),
    log: (_level, text) => told.push(text),
  });
  monitors.push(monitor);
  return monitor;
}

describe('a drift monitor', () => {
  it('catches up without a gap when it was down while 25,000 rows came', async () => {
    const source = await threeColumns('down');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    fill(log, 2_000, 1);
    const first = watch(source, log, windows);
    await expect.poll(() => windows.length).toBe(2);
    first.close();
    // More than the log holds; what came in between differs.
    fill(log, 6_000, 2);
    fill(log, 9_000, 3, { amount: (u) => u * 10 + 5, code: () => 'Z' });
    fill(log, 10_000, 4);
    watch(source, log, windows);
    await expect.poll(() => windows.slice(2).reduce((sum, { currentRows }) => sum + currentRows, 0)).toBe(25_000);
    const drifted = windows.slice(2).filter((window) => window.drifted);
    expect(drifted.length).toBeGreaterThanOrEqual(9);
    expect(drifted.length).toBeLessThanOrEqual(11);
    expect(windows.at(-1)?.caughtUpWindows).toBe(15);
    expect(windows.at(-1)?.drifted).toBe(false);
  });

  it('goes on where it was after a restart: no window twice, history and alarm as they were', async () => {
    const source = await threeColumns('restarted');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    fill(log, 2_500, 1, { code: () => 'Z' });
    const first = watch(source, log, windows);
    await expect.poll(() => first.latest?.history.length ?? 0).toBeGreaterThan(0);
    expect(windows).toHaveLength(2);
    await expect.poll(() => readFile(join(dir, 'restarted', 'drift.json'), 'utf8').catch(() => '')).toContain('true');
    first.close();
    const second = watch(source, log, windows);
    await expect.poll(() => second.latest?.history.length ?? 0).toBeGreaterThan(0);
    expect(second.latest?.alarm?.active).toBe(true);
    expect(windows).toHaveLength(2);
    fill(log, 1_000, 2);
    await expect.poll(() => windows.length).toBe(3);
    expect(windows[2]).toMatchObject({ currentRows: 1_000 });
  });

  it('fills windows larger than the log with sketches, and goes on with a half-filled one', async () => {
    const source = await threeColumns('large');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    const first = watch(source, log, windows, 'large', 20_000);
    fill(log, 3_000, 1);
    const kept = () => readFile(join(dir, 'large', 'large.json'), 'utf8').catch(() => '');
    await expect.poll(kept).toContain('"filling":{"rows":3000');
    first.close();
    fill(log, 18_000, 2);
    const second = watch(source, log, windows, 'large', 20_000);
    await expect.poll(() => windows.length).toBe(1);
    expect(windows[0]?.currentRows).toBeGreaterThanOrEqual(20_000);
    expect(windows[0]).toMatchObject({ drifted: false, currentRows: expect.any(Number) });
    fill(log, 22_000, 3, { amount: (u) => u * 10 + 3 });
    await expect.poll(() => windows.length).toBe(2);
    expect(windows[1]?.columns.filter(({ drifted }) => drifted).map(({ column }) => column)).toEqual(['amount']);
    second.close();
  });

  it('judges windows of event time of rows that come mixed up, over a restart, and counts late ones', async () => {
    const source = await threeColumns('event-time');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    const eventTime = { column: 'moment', windowMs: 3_600_000, latenessMs: 3_600_000 };
    const hour = 3_600_000_000n;
    const start = BigInt(Date.UTC(1969, 11, 31)) * 1_000n;
    /** Rows of the hours from `first` up to `last`, mixed up. */
    const ofHours = (first: number, last: number) => (u: number) =>
      start + BigInt(first) * hour + BigInt(Math.floor(u * (last - first) * 3_600)) * 1_000_000n;
    fill(log, 1_500, 1, { moment: ofHours(0, 2) });
    const first = watch(source, log, windows, 'event', 1_000, eventTime);
    const kept = () => readFile(join(dir, 'event-time', 'event.json'), 'utf8').catch(() => '');
    await expect.poll(kept).toContain('"latestMs":');
    first.close();
    expect(windows).toEqual([]);
    const second = watch(source, log, windows, 'event', 1_000, eventTime);
    fill(log, 1_500, 2, { moment: ofHours(1, 2), amount: (u) => u * 10 + 3 });
    // Closes the two hours, and an hour with too few rows for a verdict.
    fill(log, 20, 3, { moment: ofHours(2, 3) });
    fill(log, 100, 4, { moment: ofHours(9, 10) });
    fill(log, 30, 5, { moment: ofHours(0, 1) });
    await expect.poll(() => second.latest?.eventTime?.late).toBe(30);
    expect(windows.map(({ history }) => history.at(-1)?.startMs)).toEqual(
      [0, 1].map((i) => Number(start) / 1_000 + i * 3_600_000),
    );
    expect(windows.map(({ currentRows }) => currentRows).reduce((sum, rows) => sum + rows)).toBe(3_000);
    expect(windows.map(({ drifted }) => drifted)).toEqual([false, true]);
    expect(second.latest?.history.map(({ rows }) => rows).at(-1)).toBe(20);
    expect(second.latest?.eventTime).toMatchObject({ open: 1, untimed: 0, lateWindows: [{ rows: 30 }] });
    expect(told.splice(0)).toEqual([expect.stringContaining('30 rows came after their window had been closed')]);
  });

  it('gives each of two monitors of one endpoint all that it has missed', async () => {
    const source = await threeColumns('two');
    const log = logOf(source);
    const seen: Record<string, MonitorReport[]> = { a: [], b: [] };
    fill(log, 1_000, 1);
    const first = Object.entries(seen).map(([nodeId, windows]) => watch(source, log, windows, nodeId));
    await expect.poll(() => seen['a']?.length === 1 && seen['b']?.length === 1).toBe(true);
    for (const monitor of first) monitor.close();
    fill(log, 15_000, 2);
    for (const [nodeId, windows] of Object.entries(seen)) watch(source, log, windows, nodeId);
    const rowsOf = (nodeId: string) => seen[nodeId]?.reduce((sum, { currentRows }) => sum + currentRows, 0);
    await expect.poll(() => [rowsOf('a'), rowsOf('b')]).toEqual([16_000, 16_000]);
  });

  it('compares each window with those before it, and rows as a whole', async () => {
    const source = await threeColumns('rolling');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    // Moved long ago: it differs from training, not from the windows before.
    fill(log, 4_000, 5, { amount: (u) => u * 10 + 3 });
    const monitor = watch(source, log, windows);
    await expect.poll(() => monitor.latest?.multivariate).toBeDefined();
    const amount = windows.at(-1)?.columns.find(({ column }) => column === 'amount');
    expect(amount?.drifted).toBe(true);
    expect(amount?.rolling).toMatchObject({ drifted: false, state: 'ok' });
    const domain = monitor.latest?.multivariate?.domain;
    expect([domain?.drifted, domain?.columns[0]?.column]).toEqual([true, 'amount']);
    fill(log, 1_000, 6, { amount: (u) => u * 10 + 8 });
    await expect.poll(() => windows.length).toBe(5);
    expect(windows.at(-1)?.columns.find(({ column }) => column === 'amount')?.rolling?.drifted).toBe(true);
  });

  it('names an empty column, new codes, values out of range and times in the future', async () => {
    const source = await threeColumns('findings');
    const log = logOf(source);
    const windows: MonitorReport[] = [];
    const ahead = BigInt(Date.now() + 9 * 86_400_000) * 1_000n;
    fill(log, 1_000, 7, { amount: () => Number.NaN, code: (u) => (u < 0.2 ? 'NEW' : 'A'), moment: () => ahead });
    watch(source, log, windows);
    await expect.poll(() => windows.length).toBe(1);
    expect(windows[0]?.findings?.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
      'amount all-missing',
      'code new-categories',
      'moment future-time',
    ]);
    expect(windows[0]?.drifted).toBe(true);
    fill(log, 1_000, 8, { amount: (u) => u * 100 });
    await expect.poll(() => windows.length).toBe(2);
    expect(windows[1]?.findings).toMatchObject([{ column: 'amount', kind: 'out-of-range' }]);
  });

  it('takes an endpoint that nobody asks for no drift, and says that a column is not in the requests', async () => {
    const source = await threeColumns('empty');
    const windows: MonitorReport[] = [];
    const monitor = watch(source, logOf(source), windows);
    await expect.poll(() => monitor.latest).toBeDefined();
    expect(monitor.latest).toMatchObject({ currentRows: 0, drifted: false, history: [] });
    expect(windows).toEqual([]);
  });

  it('compares very many columns and shows those that moved most', async () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `c${i}`);
    const list = names.map((name, i) => `(hash(i, ${i}) % 100) / 10.0 AS ${name}`);
    const columns = names.map((name): InputColumn => ({ name, type: 'float64' }));
    const source = await sourceOf('wide', columns, `SELECT ${list.join(', ')} FROM range(60) AS r(i)`);
    const rows = 60;
    const values = Float64Array.from({ length: rows }, (_, i) => (i * 37) % 10);
    const recent = {
      logId: 'wide',
      logged: rows,
      seen: rows,
      unsampled: 0,
      rows,
      missed: [],
      ids: Array.from({ length: rows }, () => ''),
      timesMs: new Float64Array(rows),
      columns: names.map((name, i) => ({
        name,
        kind: 'number' as const,
        values: i === 900 ? values.map((v) => v + 50) : values,
      })),
      outputs: [],
    };
    const monitor = createEndpointMonitor({
      nodeId: 'drift',
      endpointId: 'g/e',
      host: { models: () => [source], recentRows: () => Promise.resolve(recent), showMonitor: () => undefined },
      windowRows: 50_000,
      minimumRows: 50,
      alpha: 0.01,
      log: () => undefined,
    });
    monitors.push(monitor);
    await expect.poll(() => monitor.latest?.columns.length).toBe(300);
    expect(monitor.latest?.hiddenColumns).toBe(1_200);
    expect(monitor.latest?.columns[0]).toMatchObject({ column: 'c900', drifted: true });
  });
});
