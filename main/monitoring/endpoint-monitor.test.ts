import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { attribute, createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../serving/endpoint-host.ts';
import { createEndpointMonitor } from './endpoint-monitor.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const manifest: ModelManifest = {
  task: 'regression',
  label: { column: 'delay', type: 'float64' },
  classes: [],
  inputs: [
    { name: 'amount', type: 'float64' },
    { name: 'letter', type: 'string' },
    { name: 'moment', type: 'timestamp' },
  ],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1000, table: '0'.repeat(64), seconds: 0, curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: {},
  choices: {},
};

/** prediction = amount; the other columns are inputs that do not matter. */
function model(): Uint8Array {
  const graph = createGraphBuilder('model');
  const amount = graph.input('amount', 'FP64', ['N', 1]);
  graph.input('letter', 'BYTES', ['N', 1]);
  graph.input('moment', 'INT64', ['N', 1]);
  graph.output('prediction', graph.node('Cast', [amount], { to: attribute.int(1) }), 'FP32', ['N', 1]);
  return graph.toBytes();
}

let dir: string;
let host: EndpointHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-monitor-'));
  const artifact = join(dir, 'artifact');
  await mkdir(artifact);
  await writeFile(join(artifact, 'model.onnx'), model());
  await writeFile(join(artifact, 'model.json'), JSON.stringify(manifest));
  await withDuckDb({}, (db) =>
    db.run(
      `COPY (SELECT i / 100 AS amount, chr(65 + i % 3) AS letter, TIMESTAMP '2001-01-01' + to_hours(i) AS moment, ` +
        `1.0 AS delay FROM range(1000) t(x), LATERAL (SELECT x::INTEGER AS i)) TO '${join(artifact, 'reference.parquet')}'`,
    ),
  );
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  await host.start({
    graphId: 'g',
    nodeId: 'serve',
    name: 'amounts',
    http: { port: 0 },
    model: { name: 'amounts', version: '1', digest: 'd'.repeat(64), dir: artifact },
  });
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

function rows(count: number, shift: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, i) => ({
    amount: ((i * 7919) % 1000) / 100 + shift,
    letter: 'ABC'[i % 3],
    moment: '2024-05-01T00:00:00Z',
  }));
}

it('goes from too few rows to no drift to drift as requests come', async () => {
  const windows: MonitorReport[] = [];
  const monitor = createEndpointMonitor({
    nodeId: 'monitor',
    endpointId: 'g/serve',
    host,
    windowRows: 200,
    minimumRows: 50,
    alpha: 0.05,
    alarm: { needed: 1, windows: 1 },
    onWindow: (report) => windows.push(report),
    log: () => undefined,
  });
  const reports = monitor.watch(AbortSignal.timeout(120_000))[Symbol.asyncIterator]();
  /** The next report over this many rows of which the last was just sent. */
  async function nextReport(matches: (report: MonitorReport) => boolean): Promise<MonitorReport> {
    for (;;) {
      const { value, done } = await reports.next();
      if (done) throw new Error('the monitor ended');
      if (matches(value)) return value;
    }
  }
  const states = (report: MonitorReport) => report.columns.map((column) => column.state);

  await host.predict('g/serve', rows(20, 0));
  const few = await nextReport((report) => report.currentRows === 20);
  expect(few).toMatchObject({ referenceRows: 1000, minimumRows: 50, drifted: false, history: [] });
  expect(states(few)).toEqual(['too-few-rows', 'too-few-rows', 'time-column']);

  await host.predict('g/serve', rows(180, 0));
  const same = await nextReport((report) => report.currentRows === 200);
  expect(states(same)).toEqual(['ok', 'ok', 'time-column']);
  expect(same.drifted).toBe(false);

  await host.predict('g/serve', rows(200, 3));
  const moved = await nextReport((report) => report.drifted);
  expect(moved.columns.map((column) => column.drifted)).toEqual([true, false, false]);
  expect(moved.history).toHaveLength(2);
  expect(moved.history[1]?.drift['amount']).toBeGreaterThan(0.2);
  expect(moved.history[1]).toMatchObject({ drifted: ['amount'], drift: { moment: null } });
  expect(moved.alarm).toMatchObject({ active: true, needed: 1, windows: 1 });
  expect(windows.map(({ drifted, alarm }) => [drifted, alarm?.active])).toEqual([
    [false, false],
    [true, true],
  ]);

  const { http } = host.list()[0] ?? {};
  await expect
    .poll(async () => (await fetch(`${http}/metrics`)).text())
    .toMatch(/pipeline_drift_detected\{model="amounts"\} 1\n/);
  const metrics = await (await fetch(`${http}/metrics`)).text();
  expect(metrics).toMatch(
    /pipeline_drift_score\{model="amounts",column="amount",method="kolmogorov-smirnov"\} 0\.[2-9]/,
  );
  expect(metrics).not.toContain('column="moment"');

  monitor.close();
  expect((await reports.next()).done).toBe(true);
});
