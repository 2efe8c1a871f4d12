import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { actualColumn, scoreColumn } from '../../shared/model/report.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { appendColumns } from '../compute/duckdb/append-columns.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import type { EndpointObserver } from './endpoint-observer.ts';
import { LabelledLog } from './labelled-log.ts';
import type { MonitorMemory } from './monitor-memory.ts';
import { createPerformanceMonitor, type PerformanceState } from './performance-monitor.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const manifest: ModelManifest = {
  task: 'binary',
  label: { column: 'late', type: 'bool' },
  classes: [false, true],
  inputs: [{ name: 'x', type: 'float64' }],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: {},
  choices: {},
};

/** Scores and labels: true with the chance of the score, or with a chance that ignores it. */
function scored(rows: number, seed: number, isLost = false) {
  const random = uniformGenerator(seed);
  const scores = Float64Array.from({ length: rows }, () => random());
  return { scores, labels: Array.from(scores, (score) => random() < (isLost ? 0.5 : score)) };
}

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-performance-'));
  const { scores, labels } = scored(4_000, 1);
  await withDuckDb({}, async (db) => {
    await appendColumns(db, 'held', [
      { name: 'x', kind: 'number', values: scores },
      { name: actualColumn, kind: 'number', values: Float64Array.from(labels, Number) },
      { name: scoreColumn(0), kind: 'number', values: scores.map((score) => 1 - score) },
      { name: scoreColumn(1), kind: 'number', values: scores },
    ]);
    await db.run(`COPY held TO ${quotePath(join(dir, 'm1.parquet'))} (FORMAT parquet)`);
  });
});
afterAll(() => removeFolder(dir));

function setup(memory?: MonitorMemory<PerformanceState>, log = new LabelledLog(manifest, 100_000)) {
  let digest = 'm1';
  const source = { name: 'm', version: '1', modelPath: '', referencePath: null, config: {}, manifest };
  const observer: EndpointObserver = { refresh: async () => undefined, log, source: () => ({ ...source, digest }) };
  const reports: MonitorReport[] = [];
  const monitor = createPerformanceMonitor({
    nodeId: 'performance',
    endpointId: 'g/e',
    observer,
    referencePath: async (model) => (model === 'none' ? undefined : join(dir, 'm1.parquet')),
    metric: '',
    windowRows: 1_000,
    maximumDrop: 0.03,
    alarm: { needed: 2, windows: 3 },
    memory,
    onReport: (report) => reports.push(report),
    log: (_level, text) => {
      throw new Error(text);
    },
  });
  let logged = 0;
  return {
    log,
    monitor,
    serve(model: string) {
      digest = model;
    },
    send(rows: number, seed: number, options: { isLost?: boolean; isLabelled?: boolean } = {}) {
      const { scores, labels } = scored(rows, seed, options.isLost);
      const ids = Array.from(scores, (_, i) => `${seed}/${i}`);
      logged += rows;
      const common = { logId: 'log', seen: logged, unsampled: 0, missed: [] };
      log.add(
        {
          ...common,
          logged,
          rows,
          ids,
          timesMs: new Float64Array(rows).fill(1),
          columns: [{ name: 'x', kind: 'number', values: scores }],
          outputs: [{ name: 'probability', kind: 'number', values: scores }],
        },
        digest,
      );
      const sendLabels = () => labels.forEach((label, i) => log.label(ids[i] as string, label));
      if (options.isLabelled !== false) sendLabels();
      return sendLabels;
    },
    async look() {
      await monitor.tick();
      const performance = reports.at(-1)?.performance;
      if (performance === undefined) throw new Error('there is no report');
      return performance;
    },
  };
}

it('estimates at once, measures when labels come, and holds them side by side', async () => {
  const { monitor, send, look } = setup();
  const sendLabels = send(1_500, 2, { isLabelled: false });
  const before = await look();
  expect(before).toMatchObject({ metric: 'rocAuc', higherIsBetter: true, labels: { rows: 1500, labelled: 0 } });
  expect(before.windows.map(({ rows, realized }) => [rows, realized])).toEqual([
    [1000, null],
    [500, null],
  ]);
  sendLabels();
  const { windows, reference, estimatedDrop, realizedDrop } = await look();
  expect([estimatedDrop, realizedDrop]).toEqual([false, false]);
  const [first] = windows;
  expect(first?.surprised).toBe(false);
  expect(first?.calibration?.error).toBeLessThan(0.08);
  expect(first?.labelled).toBe(1000);
  expect(Math.abs((first?.estimated?.value ?? 0) - (first?.realized?.value ?? 1))).toBeLessThan(0.04);
  expect(Math.abs((first?.estimated?.value ?? 0) - (reference ?? 1))).toBeLessThan(0.04);
  expect(first?.estimated?.low).toBeLessThan(first?.realized?.value ?? 0);
  expect(first?.estimated?.high).toBeGreaterThan(first?.realized?.value ?? 1);
  const { slices = [] } = await look();
  expect(slices.map(({ column, rows }) => [column, rows])).toEqual([...Array(4)].map(() => ['x', 375]));
  expect(slices.every(({ realized }) => realized.low <= realized.value && realized.value <= realized.high)).toBe(true);
  // Scores of a quarter are alike: within it they tell less than over all rows.
  expect(slices.every(({ worse }) => worse)).toBe(true);
  monitor.close();
});

it('tells a change of meaning, which only labels show, from the second dropped window on', async () => {
  const { monitor, send, look } = setup();
  send(1_000, 3);
  await look();
  send(1_000, 4, { isLost: true });
  expect((await look()).realizedDrop).toBe(false);
  send(1_000, 5, { isLost: true });
  const dropped = await look();
  expect([dropped.realizedDrop, dropped.estimatedDrop]).toEqual([true, false]);
  // The scores look as before, so it is no drift of the inputs.
  expect(dropped.conceptDrift).toBe(true);
  expect(dropped.windows.map(({ surprised }) => surprised)).toEqual([false, true, true]);
  expect(monitor.droppedSince).toBe(1_000);
  monitor.close();
});

it('judges a new model by itself, against the best there was', async () => {
  const { monitor, serve, send, look } = setup();
  send(1_000, 6, { isLost: true });
  send(1_000, 7, { isLost: true });
  expect((await look()).realizedDrop).toBe(true);
  serve('none');
  const after = await look();
  expect([after.realizedDrop, after.reference]).toEqual([false, null]);
  expect(after.limit).toBeGreaterThan(0.7);
  send(300, 8);
  const { windows } = await look();
  expect(windows.map(({ model, rows }) => [model, rows])).toEqual([
    ['m1', 1000],
    ['m1', 1000],
    ['none', 300],
  ]);
  expect(windows[2]?.estimated).toBeNull();
  monitor.close();
});

it('never counts a window whose labels do not come', async () => {
  const { monitor, send, look } = setup();
  for (const seed of [10, 11, 12]) send(1_000, seed, { isLost: true, isLabelled: false });
  const { windows, realizedDrop } = await look();
  expect(windows.every(({ realized }) => realized === null)).toBe(true);
  expect(realizedDrop).toBe(false);
  monitor.close();
});

it('goes on where it was after a restart, beside the same log and beside a new one', async () => {
  let kept: PerformanceState | undefined;
  const memory: MonitorMemory<PerformanceState> = {
    load: async () => kept,
    save: async (state) => {
      kept = structuredClone(state);
    },
  };
  const first = setup(memory);
  first.send(2_500, 11, { isLost: true });
  const before = await first.look();
  expect(before).toMatchObject({ realizedDrop: true });
  first.monitor.close();
  const second = setup(memory, first.log);
  const after = await second.look();
  expect(after.realizedDrop).toBe(true);
  expect(after.windows.map(({ rows }) => rows)).toEqual([1000, 1000, 500]);
  expect(second.monitor.droppedSince).toBe(0);
  second.monitor.close();
  // The process that logged the rows is gone: full windows stay as history, the verdict as it was.
  const third = setup(memory);
  third.send(100, 12);
  const anew = await third.look();
  expect(anew.realizedDrop).toBe(true);
  expect(anew.windows.map(({ rows }) => rows)).toEqual([1000, 1000, 100]);
  third.monitor.close();
});
