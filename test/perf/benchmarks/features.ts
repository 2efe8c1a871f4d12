import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { joinPointInTime } from '../../../main/compute/features/point-in-time-join.ts';
import { createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { FeatureApi } from '../../../main/features/feature-api.ts';
import { materialize } from '../../../main/features/materialize.ts';
import { OnlineStore } from '../../../main/features/online-store.ts';
import { createEndpointHost } from '../../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import type { FeatureView } from '../../../shared/features/feature-view.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { Benchmark } from '../benchmark.ts';
import { fusedFeatures } from './fused-features.ts';

const threads = 2;
const memoryBytes = 2 ** 31;

function viewOf(features: number, more: Partial<FeatureView> = {}): FeatureView {
  return {
    name: 'view',
    keys: [{ name: 'k', type: 'int64' }],
    eventTimestamp: 't',
    createdTimestamp: 'created',
    ttlSeconds: 3600,
    features: Array.from({ length: features }, (_, index) => ({ name: `f${index}`, type: 'float64' })),
    description: '',
    owner: '',
    ...more,
  };
}

/** The rows of a query as a view artifact in a folder. */
async function artifactOf(folder: string, name: string, view: FeatureView, query: string): Promise<InputArtifact> {
  const draft = await withDuckDb({ threads, memoryBytes, tempDir: join(folder, 'spill') }, (db) =>
    writeTable(db, query, { workDir: folder, file: `${name}.parquet` }),
  );
  const digest = draft.contentDigest ?? '';
  const schema = draft.schema ?? { columns: [] };
  return {
    digest,
    type: 'table',
    path: () => join(folder, `${name}.parquet`),
    manifest: {
      digest,
      type: 'table',
      files: [],
      schema,
      meta: { view },
      producer: { kind: 'feature.view', version: 1, key: '' },
      inputs: {},
    },
  };
}

/** Random columns `f0 …`, a fifth of the values missing. Seeded by the row, so that it is the same every time. */
function randomColumns(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `CASE WHEN hash(i, ${index}) % 5 > 0 THEN (hash(i, ${index}, 1) % 1000000) / 1e6 END AS f${index}`,
  ).join(', ');
}

/** Uniform whole number below `below` of row `i`. */
const uniform = (salt: number, below: number) => `CAST(hash(i, ${salt}) % ${below} AS BIGINT)`;

/** Joins 1 M feature rows (1,000 keys, ties, created column, time-to-live) to 100 k labels and writes the table. */
async function joinSeconds(folder: string): Promise<number> {
  const view = viewOf(10);
  const rows = await artifactOf(
    folder,
    'rows',
    view,
    `SELECT ${uniform(1, 1000)} AS k, make_timestamp(${uniform(2, 100_000)} * 1000000) AS t,
       t + ${uniform(3, 600)} * INTERVAL 1 SECOND AS created, ${randomColumns(10)} FROM range(1000000) r(i)`,
  );
  const labels = await artifactOf(
    folder,
    'labels',
    view,
    `SELECT ${uniform(4, 1000)} AS k, make_timestamp(${uniform(5, 100_000)} * 1000000) AS t, i AS label FROM range(100000) r(i)`,
  );
  const started = performance.now();
  await withDuckDb({ threads, memoryBytes, tempDir: join(folder, 'spill') }, async (db) => {
    const columns = labels.manifest.schema?.columns ?? [];
    const entities = {
      ...numberedParquetRelation(labels.path('data.parquet'), columns),
      timestamp: 't',
      keyColumns: {},
    };
    const source = { view, ...numberedParquetRelation(rows.path('data.parquet'), rows.manifest.schema?.columns ?? []) };
    const joined = await joinPointInTime(
      db,
      parquetRelation(labels.path('data.parquet'), columns),
      [{ entities, source, outputNames: {} }],
      { createdFilter: true },
    );
    await writeTable(db, joined, { workDir: folder, file: 'joined.parquet' });
  });
  return (performance.now() - started) / 1000;
}

/** Rows that differ from the inequality join over all pairs, on random tables with ties and missing values. */
async function wrongRows(): Promise<{ wrong: number; compared: number }> {
  let wrong = 0;
  let compared = 0;
  for (const ttlSeconds of [0, 15, 1_000_000]) {
    for (const createdFilter of [true, false]) {
      await withDuckDb({ threads, memoryBytes }, async (db) => {
        const maybe = (salt: number, value: string) => `CASE WHEN hash(i, ${salt}) % 20 > 0 THEN ${value} END`;
        const second = (salt: number, below: number) => `make_timestamp(${uniform(salt, below)} * 1000000)`;
        await db.run(
          `CREATE TABLE f AS SELECT i AS ord, ${maybe(1, uniform(2, 40))} AS k, ${maybe(3, second(4, 120))} AS t,
             ${maybe(5, second(6, 150))} AS created, ${randomColumns(1)} FROM range(4000) r(i)`,
        );
        await db.run(
          `CREATE TABLE e AS SELECT i AS ord, ${maybe(7, uniform(8, 42))} AS k, ${maybe(9, second(10, 160))} AS t FROM range(3000) r(i)`,
        );
        const joined = await joinPointInTime(
          db,
          '(SELECT ord FROM e)',
          [
            {
              entities: { relation: 'e', ordinal: 'ord', timestamp: 't', keyColumns: {} },
              source: { view: viewOf(1, { ttlSeconds }), relation: 'f', ordinal: 'ord' },
              outputNames: {},
            },
          ],
          { createdFilter },
        );
        const known = createdFilter ? 'AND f.created <= e.t' : '';
        const fresh = ttlSeconds === 0 ? '' : `AND f.t + INTERVAL ${ttlSeconds} SECOND >= e.t`;
        const [row] = await db.rows(
          `WITH m AS (SELECT e.ord, f.f0 FROM e JOIN f ON f.k = e.k AND f.t <= e.t ${known} ${fresh}
             QUALIFY row_number() OVER (PARTITION BY e.ord ORDER BY f.t DESC, f.created DESC NULLS LAST, f.ord DESC) = 1)
           SELECT CAST(count(*) AS DOUBLE) AS n, CAST(count(*) FILTER (j.f0 IS DISTINCT FROM m.f0) AS DOUBLE) AS wrong
           FROM (${joined}) j LEFT JOIN m USING (ord)`,
        );
        compared += Number(row?.['n']);
        wrong += Number(row?.['wrong']);
      });
    }
  }
  return { wrong, compared };
}

const nowUs = 200_000_000_000n;

/** Brings 1 M entities × 10 features into an empty store. */
async function materializeSeconds(folder: string): Promise<number> {
  const view = viewOf(10);
  const artifact = await artifactOf(
    folder,
    'million',
    view,
    `SELECT i AS k, make_timestamp(${uniform(1, 100_000)} * 1000000) AS t, t AS created, ${randomColumns(10)} FROM range(1000000) r(i)`,
  );
  const store = OnlineStore.open(join(folder, 'million'));
  try {
    const started = performance.now();
    await materialize({
      store,
      artifact,
      openArtifact: async () => undefined,
      nowUs,
      duckDb: { threads, memoryBytes, tempDir: join(folder, 'spill') },
    });
    return (performance.now() - started) / 1000;
  } finally {
    store.close();
  }
}

/** 99th percentiles in ms of look-ups of 50 features among 100,000 entities: whole answers, JSON included. */
async function onlineReads(folder: string): Promise<{ one: number; hundred: number; http: number }> {
  const entities = 100_000;
  const view = viewOf(50, { ttlSeconds: 0 });
  const artifact = await artifactOf(
    folder,
    'online',
    view,
    `SELECT i AS k, make_timestamp(${uniform(1, 100_000)} * 1000000) AS t, t AS created, ${randomColumns(50)} FROM range(${entities}) r(i)`,
  );
  const dataDir = join(folder, 'online');
  const store = OnlineStore.open(dataDir);
  try {
    await materialize({ store, artifact, openArtifact: async () => undefined, nowUs });
    const api = new FeatureApi(store, () => nowUs);
    const features = view.features.map(({ name }) => `view:${name}`);
    const measure = (batch: number, repetitions: number) => {
      const times: number[] = [];
      for (let i = 0; i < repetitions; i++) {
        const k = Array.from({ length: batch }, (_, j) => ((i * batch + j) * 7919) % entities);
        const started = performance.now();
        api.getOnlineFeatures({ features, entities: { k } });
        times.push(performance.now() - started);
      }
      return times.toSorted((a, b) => a - b)[Math.floor(repetitions * 0.99)] ?? Number.NaN;
    };
    measure(1, 2000);
    const http = await httpRead(dataDir, features, entities);
    return { one: measure(1, 20_000), hundred: measure(100, 1000), http };
  } finally {
    store.close();
  }
}

/** 99th percentile in ms of the same look-up of one entity through an endpoint, one request after the other. */
async function httpRead(dataDir: string, names: readonly string[], entities: number): Promise<number> {
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.input('x', 'FP32', ['N', 1]), 'FP32', ['N', 1]);
  const path = join(dataDir, 'echo.onnx');
  writeFileSync(path, graph.toBytes());
  const host = createEndpointHost({ dataDir, log: () => undefined });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const models = await modelSourcesAt(path);
    const started = await host.startModels({
      graphId: 'bench',
      nodeId: 'echo',
      name: 'echo',
      http: { port: 0 },
      models,
    });
    const url = `${started.http}/features/get-online-features`;
    const ask = (k: number) =>
      new Promise<void>((resolve, reject) => {
        const call = request(url, { method: 'POST', agent }, (response) => {
          if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
          response.resume().once('end', resolve);
        });
        call.once('error', reject);
        call.end(JSON.stringify({ features: names, entities: { k: [k] } }));
      });
    const times: number[] = [];
    for (let i = 0; i < 6000; i++) {
      const startedMs = performance.now();
      await ask((i * 7919) % entities);
      // The first thousand warm up.
      if (i >= 1000) times.push(performance.now() - startedMs);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
  } finally {
    agent.destroy();
    await host.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Point-in-time joins and the online store, on generated data; the fused features of flight-delays. */
export const features: Benchmark = {
  async measure(log) {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-features-'));
    try {
      const { wrong, compared } = await wrongRows();
      log(`point-in-time join: ${wrong} of ${compared} rows wrong`);
      const joins = [await joinSeconds(folder), await joinSeconds(folder), await joinSeconds(folder)];
      log(`point-in-time join: ${joins.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
      const materialized = await materializeSeconds(folder);
      log(`materialize: ${materialized.toFixed(1)} s`);
      const reads = await onlineReads(folder);
      log(
        `online, p99: one entity ${reads.one.toFixed(3)} ms, over HTTP ${reads.http.toFixed(3)} ms, a hundred ${reads.hundred.toFixed(2)} ms`,
      );
      const fused = await fusedFeatures(folder, log);
      return {
        figures: {
          pitSeconds: median(joins),
          pitWrongRows: wrong,
          onlineReadP99Ms: reads.one,
          onlineReadHttpP99Ms: reads.http,
          onlineBatch100Ms: reads.hundred,
          materialize1MSeconds: materialized,
          ...fused.figures,
        },
        skipped: fused.skipped,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
