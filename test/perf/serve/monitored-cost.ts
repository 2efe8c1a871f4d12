import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEndpointHost, type EndpointHost } from '../../../main/serving/endpoint-host.ts';
import { createEndpointMonitor } from '../../../main/monitoring/endpoint-monitor.ts';
import { artifactModelSource, type ModelSource } from '../../../main/serving/model-source.ts';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { LoadGenerator, median, postRequest } from './load.ts';
import { columnsNetwork } from './models.ts';

const rounds = 9;
const warmUpSeconds = 1.5;
const roundSeconds = 2;
const connections = 16;
const port0 = { port: 0 };

/**
 * CPU of the serving process per request with request log and drift monitor, over that without; sides alternate, median
 * of the ratios of neighbouring rounds.
 */
export async function servingCostRatio(log: (text: string) => void): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-cost-'));
  const source = await monitoredModel(join(dir, 'model'));
  const host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const load = new LoadGenerator();
  try {
    const plain = await host.startModels({
      graphId: 'cost',
      nodeId: 'plain',
      name: 'm',
      models: [source],
      http: port0,
    });
    const watched = await host.startModels({
      graphId: 'cost',
      nodeId: 'watched',
      name: 'm',
      models: [source],
      http: port0,
      predictionLog: { mode: 'sampled', redactColumns: [], retentionDays: 1 },
    });
    const monitor = createEndpointMonitor({
      nodeId: 'drift',
      endpointId: watched.id,
      host,
      windowRows: 500,
      minimumRows: 50,
      alpha: 0.05,
      log: () => undefined,
    });
    const ratios: number[] = [];
    try {
      for (let round = 0; round < rounds + 1; round++) {
        const off = await cpuPerRequest(load, host, plain.id, source);
        const on = await cpuPerRequest(load, host, watched.id, source);
        // The first round warms both up.
        if (round > 0) ratios.push(on / off);
      }
    } finally {
      monitor.close();
    }
    log(`CPU per request, log and monitor on / off: ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}`);
    return median(ratios);
  } finally {
    load.close();
    await host.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const columns = 10;

/** A regression over ten numbers with a sample of its training rows. */
async function monitoredModel(dir: string): Promise<ModelSource> {
  const inputs = Array.from({ length: columns }, (_, i) => ({ name: `x${i}`, type: 'float64' as const }));
  const manifest: ModelManifest = {
    task: 'regression',
    label: { column: 'y', type: 'float64' },
    classes: [],
    inputs,
    features: [],
    trainer: { kind: 'train.mlp', params: {} },
    training: { rows: 1_000, table: '0'.repeat(64), seconds: 0, curve: { metric: 'loss', train: [], valid: [] } },
    importance: [],
    example: {},
    choices: {},
  };
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'model.onnx'), columnsNetwork(columns));
  await writeFile(join(dir, 'model.json'), JSON.stringify(manifest));
  const select = inputs.map(({ name }) => `random() AS ${name}`).join(', ');
  const reference = quotePath(join(dir, 'reference.parquet'));
  await withDuckDb({}, (db) =>
    db.run(`COPY (SELECT ${select}, 1.0 AS y FROM range(10000)) TO ${reference} (FORMAT parquet)`),
  );
  return artifactModelSource({ name: 'm', version: '1', digest: 'd'.repeat(64), dir });
}

async function cpuPerRequest(
  load: LoadGenerator,
  host: EndpointHost,
  id: string,
  source: ModelSource,
): Promise<number> {
  const http = host.list().find((endpoint) => endpoint.id === id)?.http ?? '';
  const row = Object.fromEntries((source.manifest?.inputs ?? []).map(({ name }, i) => [name, i + 0.5]));
  const request = postRequest(`/v1/models/${source.name}/predict`, Buffer.from(JSON.stringify({ rows: [row] })), {
    'content-type': 'application/json',
  });
  const job = { target: { kind: 'http' as const, port: Number(new URL(http).port), request }, connections };
  // The share of rows that is logged follows the rate of the second before.
  await load.run({ ...job, seconds: warmUpSeconds });
  const before = await cpuSeconds(http);
  const { latenciesMs } = await load.run({ ...job, seconds: roundSeconds });
  return ((await cpuSeconds(http)) - before) / latenciesMs.length;
}

async function cpuSeconds(http: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]);
}
