import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quoteLiteral } from '../../main/compute/duckdb/quote.ts';
import { openSegmentLog, readLog } from '../../main/compute/streams/segment-log.ts';
import { openShellSettings } from '../../main/electron/shell-settings.ts';
import { createEngine, type Engine } from '../../main/engine/engine.ts';
import { lastEvent } from '../../main/engine/last-event.ts';
import { FeatureApi } from '../../main/features/feature-api.ts';
import { OnlineStore } from '../../main/features/online-store.ts';
import { keyFilePath, readKeys } from '../../main/serving/keys/key-file.ts';
import { PredictionLogWriter } from '../../main/serving/prediction-log/prediction-log-writer.ts';
import { TrackingStore } from '../../main/tracking/tracking-store.ts';
import { openGraphFile } from '../../main/transport/graph-files.ts';
import { type Acknowledged, places, predictionFolder, pushedView, runGraph } from './power-data.ts';

// Opens a data directory after a loss of power as the next start does, and prints a line for all that is not as promised.
const [dataDir = '', acknowledgedPath = '', round = ''] = process.argv.slice(2);
const at = places(dataDir);
const told = readFileSync(acknowledgedPath, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Acknowledged);

const only = <What extends Acknowledged['what']>(what: What) =>
  told.filter((entry): entry is Extract<Acknowledged, { what: What }> => entry.what === what);
const newest = <Entry extends { number: number }>(entries: readonly Entry[]): number =>
  Math.max(-1, ...entries.map(({ number }) => number));

/** Each names a thing that is lost, or a file that is damaged. */
type Problems = AsyncGenerator<string, void, undefined>;

async function* ofRuns(engine: Engine): Problems {
  const running = engine.listRuns({ limit: 10_000 }).filter(({ status }) => status === 'running');
  for (const { runId } of running) yield `run ${runId} is said to go on`;
  for (const { runId, digests } of only('run')) {
    const { status } = engine.getRun(runId) ?? { status: 'gone' };
    if (status !== 'succeeded') yield `lost: run ${runId} is ${status}`;
    const end = status === 'gone' ? undefined : await lastEvent(engine, runId).catch(() => undefined);
    if (end?.status !== 'succeeded') yield `lost: the events of run ${runId} have no end`;
    for (const digest of digests) {
      if ((await engine.store.get(digest)) === undefined) yield `lost: artifact ${digest} of run ${runId}`;
    }
  }
  for await (const { digest } of engine.store.list()) {
    const bad = await engine.store.verify(digest);
    if (bad.length > 0) yield `damaged: ${bad.join(', ')} of artifact ${digest}`;
  }
  const { runId } = await engine.startRun({ document: runGraph(Number(round), 1), baseDir: dataDir });
  const { status } = await lastEvent(engine, runId);
  if (status !== 'succeeded') yield `a run afterwards is ${status}`;
}

async function* ofDatabase(engine: Engine): Problems {
  const integrity = String(engine.database.pragma('integrity_check', { simple: true }));
  if (integrity !== 'ok') yield `damaged: slipway.db: ${integrity}`;
  const versions = new Map(engine.registry.list('m').map(({ version, digest }) => [version, digest]));
  for (const { version, digest } of only('version')) {
    if (versions.get(version) !== digest) yield `lost: version ${version} is ${versions.get(version)}`;
  }
  const promoted = Math.max(0, ...only('alias').map(({ version }) => version));
  if (promoted > 0) {
    const { version } = engine.registry.resolve('models:/m@live');
    if (version < promoted) yield `lost: the alias names ${version}, not ${promoted}`;
  }
  const tracking = new TrackingStore(engine.database);
  for (const { name } of only('experiment')) {
    if (tracking.experimentNamed(name) === undefined) yield `lost: experiment ${name}`;
  }
}

async function* ofFiles(): Problems {
  const graphs = only('graph');
  for (const path of new Set(graphs.map((graph) => graph.path))) {
    const { document } = await openGraphFile(join(at.graphs, path)).catch(() => ({ document: undefined }));
    const least = newest(graphs.filter((graph) => graph.path === path));
    if (document === undefined || Number(document.name) < least) yield `lost: ${path} ${least} is ${document?.name}`;
  }
  const known = new Set(((await readKeys(keyFilePath(dataDir))) ?? []).map(({ id }) => id));
  for (const { id } of only('key')) if (!known.has(id)) yield `lost: key ${id}`;
  const setting = newest(only('setting'));
  const { lastGraph } = openShellSettings(at.settings).read();
  if (setting >= 0 && !(Number(lastGraph) >= setting)) yield `lost: setting ${setting} is ${lastGraph}`;
  // Under its own name a file is whole, or not there.
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json') || entry.parentPath.startsWith(join(dataDir, 'tmp'))) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      JSON.parse(readFileSync(path, 'utf8'));
    } catch {
      yield `damaged: ${path}`;
    }
  }
}

async function* ofEvents(): Problems {
  await (await openSegmentLog(at.stream)).close();
  const log = await readLog(at.stream);
  const lines = (log?.segments ?? []).flatMap(({ path }) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { o: number; e: { id: string } }),
  );
  if (lines.some(({ o }, index) => o !== index)) yield 'damaged: the stream has a gap';
  for (const { offset, id } of only('event')) if (lines[offset]?.e.id !== id) yield `lost: event ${id}`;
}

async function* ofServing(): Problems {
  const folder = predictionFolder(dataDir);
  await new PredictionLogWriter(folder).open();
  const logged = await withDuckDb({}, async (db) => {
    if (!readdirSync(folder.dir).some((name) => name.endsWith('.parquet'))) return [];
    return db.rows(`SELECT id FROM read_parquet(${quoteLiteral(join(folder.dir, '*.parquet'))})`);
  });
  const ids = new Set(logged.map(({ id }) => id));
  for (const { id } of only('prediction')) if (!ids.has(id)) yield `lost: prediction ${id}`;

  const labels = only('feedback');
  const lines = labels.length === 0 ? [] : readFileSync(join(at.feedback, 'feedback.ndjson'), 'utf8').split('\n');
  const labelled = new Set(lines.flatMap((line) => /"id":"([^"]+)"/.exec(line)?.[1] ?? []));
  for (const { id } of labels) if (!labelled.has(id)) yield `lost: feedback ${id}`;
}

async function* ofFeatures(): Problems {
  const online = OnlineStore.open(dataDir);
  try {
    const pushed = only('feature');
    online.create(pushedView);
    const answer = JSON.parse(
      new FeatureApi(online, () => BigInt(Date.now()) * 1000n).getOnlineFeatures({
        features: [`${pushedView.name}:x`],
        entities: { k: pushed.map(({ id }) => id) },
      }),
    ) as { results: { values: unknown[] }[] };
    for (const [index, { id, value }] of pushed.entries()) {
      const found = answer.results[1]?.values[index];
      if (found !== value) yield `lost: feature row ${id} is ${String(found)}`;
    }
  } finally {
    online.close();
  }
  const file = new Database(join(dataDir, 'features', 'online.db'), { readonly: true });
  const integrity = String(file.pragma('integrity_check', { simple: true }));
  file.close();
  if (integrity !== 'ok') yield `damaged: online.db: ${integrity}`;
}

const say = (problem: string): void => {
  process.stdout.write(`${JSON.stringify(problem)}\n`);
};
const kindsModule = new URL('../fixtures/kinds/kinds.ts', import.meta.url).href;
const engine = await createEngine({ dataDir, kindsModule });
const parts = {
  runs: () => ofRuns(engine),
  database: () => ofDatabase(engine),
  files: ofFiles,
  events: ofEvents,
  serving: ofServing,
  features: ofFeatures,
};
for (const [part, problems] of Object.entries(parts)) {
  try {
    for await (const problem of problems()) say(problem);
  } catch (error) {
    say(`does not open: ${part}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
await engine.close();
process.stdout.write('checked\n');
