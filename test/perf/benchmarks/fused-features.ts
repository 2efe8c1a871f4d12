import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { encodeRows } from '../../../main/compute/onnx/encode-rows.ts';
import { runBatches } from '../../../main/compute/onnx/run-batches.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { openScoringSession } from '../../../main/compute/scoring/scoring-session.ts';
import { createEngine } from '../../../main/engine/engine.ts';
import { artifactModelSource } from '../../../main/serving/model-source.ts';
import type { Measurement } from '../benchmark.ts';
import { median } from '../median.ts';
import { runPeer } from '../peers/run-peer.ts';

const template = new URL('../../../resources/templates/flight-delays.slipway.json', import.meta.url);
const rounds = 5;
const peerTrainingRows = 300_000;
const singleRows = 20_000;
const manyRows = 1_000_000;

/** The served model of flight-delays, features and trees in one graph: row by row, and a million rows at once. */
export async function fusedFeatures(folder: string, log: (text: string) => void): Promise<Measurement> {
  const { modelPath, manifest, tablePath } = await trainedModel(join(folder, 'fused'));
  const single = await singleRow(modelPath, manifest.inputs, tablePath);
  log(`fused, one row: p50 ${single.p50.toFixed(1)} µs, p99 ${single.p99.toFixed(1)} µs`);
  const rowsPath = join(folder, 'million-flights.parquet');
  const trainPath = join(folder, 'peer-train.parquet');
  await withDuckDb({ threads: 2, memoryBytes: 2 ** 31 }, async (db) => {
    const source = `read_parquet(${quotePath(tablePath)})`;
    await db.run(`COPY (SELECT * FROM ${source} LIMIT ${manyRows}) TO ${quotePath(rowsPath)} (FORMAT parquet)`);
    await db.run(
      `COPY (SELECT * FROM ${source} USING SAMPLE ${peerTrainingRows} ROWS) TO ${quotePath(trainPath)} (FORMAT parquet)`,
    );
  });
  const figures = { fusedRowP50Us: single.p50, fusedRowP99Us: single.p99 };
  const peerPath = join(folder, 'peer.joblib');
  const fitted = await runPeer('sklearn_features.py', ['fit', trainPath, peerPath], log);
  if (fitted === undefined) return { figures, skipped: ['sklearnVsFused1M'] };
  // As `slipway score` and the step Batch predictions score rows.
  const session = await openScoringSession(
    { manifest, path: (file) => join(dirname(modelPath), file) },
    { threads: availableParallelism(), label: 'the model' },
  );
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    let rows = 0;
    for await (const batch of runBatches(session, rowsPath, { inputs: manifest.inputs, outputs: ['probabilities'] })) {
      rows += batch.rows;
    }
    const ours = (performance.now() - started) / 1000;
    const peer = (await runPeer('sklearn_features.py', ['predict', rowsPath, peerPath], log)) as
      | { seconds: number; rows: number }
      | undefined;
    if (peer?.rows !== rows) return { figures, skipped: ['sklearnVsFused1M'] };
    ratios.push(peer.seconds / ours);
    log(`round ${round + 1}, ${rows} rows: fused ${ours.toFixed(2)} s, scikit-learn ${peer.seconds.toFixed(2)} s`);
  }
  await session.release();
  return { figures: { ...figures, sklearnVsFused1M: median(ratios) }, skipped: [] };
}

async function trainedModel(dataDir: string) {
  const engine = await createEngine({ dataDir });
  try {
    const document = JSON.parse(await readFile(template, 'utf8')) as unknown;
    const { runId } = await engine.startRun({ document, baseDir: dataDir, to: 'register' });
    for await (const event of engine.runEvents(runId, 0)) {
      if (event.type !== 'run.finished') continue;
      const model = await engine.store.open(event.outputs['register.model']?.digest ?? '');
      const table = await engine.store.open(event.outputs['split.train']?.digest ?? '');
      if (model === undefined || table === undefined) throw new Error(JSON.stringify(event));
      const named = { name: 'flight-delays', version: '1', digest: model.digest, dir: model.path('.') };
      const { modelPath, manifest } = await artifactModelSource(named);
      if (manifest === null) throw new Error('The model has no description.');
      return { modelPath, manifest, tablePath: table.path('data.parquet') };
    }
    throw new Error('The run has no end.');
  } finally {
    await engine.close();
  }
}

/** Microseconds of encoding one JSON row and running the graph on one thread. */
async function singleRow(
  modelPath: string,
  inputs: Parameters<typeof encodeRows>[1],
  tablePath: string,
): Promise<{ p50: number; p99: number }> {
  // As a request carries them: times as text, whole numbers as numbers, which DuckDB's JSON gives as text.
  const columns = inputs.map(({ name, type }) => {
    if (type === 'timestamp') return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${name}`;
    return type === 'int64' ? `CAST(${name} AS DOUBLE) AS ${name}` : name;
  });
  const rows = await withDuckDb({ memoryBytes: 2 ** 30 }, (db) =>
    db.rows(`SELECT ${columns.join(', ')} FROM read_parquet(${quotePath(tablePath)}) USING SAMPLE 1000 ROWS`),
  );
  const session = await openSession(modelPath, { threads: 1, label: 'the model' });
  const times: number[] = [];
  for (let i = 0; i < singleRows * 1.1; i++) {
    const started = performance.now();
    await session.run(encodeRows([rows[i % rows.length] ?? {}], inputs), ['probabilities']);
    // The first tenth warms up.
    if (i >= singleRows / 10) times.push((performance.now() - started) * 1000);
  }
  await session.release();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
