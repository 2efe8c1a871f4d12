import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSegmentLog } from '../../main/compute/streams/segment-log.ts';
import { openShellSettings } from '../../main/electron/shell-settings.ts';
import { createEngine } from '../../main/engine/engine.ts';
import { lastEvent } from '../../main/engine/last-event.ts';
import { FeatureApi } from '../../main/features/feature-api.ts';
import { OnlineStore } from '../../main/features/online-store.ts';
import { FeedbackStore } from '../../main/serving/feedback-store.ts';
import { createKey, keyFilePath } from '../../main/serving/keys/key-file.ts';
import { PredictionLogWriter } from '../../main/serving/prediction-log/prediction-log-writer.ts';
import { timingWidth } from '../../main/serving/prediction-log/prediction-recorder.ts';
import { TrackingStore } from '../../main/tracking/tracking-store.ts';
import { saveGraphFile } from '../../main/transport/graph-files.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type Acknowledged, places, predictionFolder, pushedView, runGraph, savedGraph } from './power-data.ts';
import { seededShares } from './seeded-shares.ts';

// Works in a data directory until the power goes: prints a line for each thing that a person was told is done.
const [dataDir = '', seed = '', round = ''] = process.argv.slice(2);
const random = seededShares(Number(seed));
const at = places(dataDir);
let count = 0;

async function tell(done: Acknowledged): Promise<void> {
  process.stdout.write(`${JSON.stringify(done)}\n`);
  // Often nothing follows at once that would bring what is not synced to the disk after all.
  if (random() < 0.7) await sleep(40);
}

const engine = await createEngine({
  dataDir,
  kindsModule: new URL('../fixtures/kinds/kinds.ts', import.meta.url).href,
});
const tracking = new TrackingStore(engine.database);
const settings = openShellSettings(at.settings);
const events = await openSegmentLog(at.stream, { segmentBytes: 300 });
const predictions = new PredictionLogWriter(predictionFolder(dataDir));
await predictions.open();
const feedback = new FeedbackStore(at.feedback);
const online = OnlineStore.open(dataDir);
online.create(pushedView);
const features = new FeatureApi(online, () => BigInt(Date.now()) * 1000n);
mkdirSync(at.graphs, { recursive: true });

const works: ((id: string) => Promise<void>)[] = [
  async (id) => {
    const { runId } = await engine.startRun({ document: runGraph(Number(round), count), baseDir: dataDir });
    const end = await lastEvent(engine, runId);
    if (end.status !== 'succeeded') throw new Error(`${id}: ${JSON.stringify(end)}`);
    await tell({ what: 'run', runId, digests: Object.values(end.outputs).map(({ digest }) => digest) });
  },
  async (id) => {
    const digest = createHash('sha256').update(id).digest('hex');
    const { version } = engine.registry.register({
      name: 'm',
      alias: undefined,
      digest,
      runId: null,
      graphId: 'g',
      metrics: {},
      parity: null,
    });
    await tell({ what: 'version', version, digest });
    engine.registry.setAlias('m', 'live', version);
    await tell({ what: 'alias', version });
  },
  async (id) => {
    const number = Number(round) * 10_000 + count;
    const name = count % 2 === 0 ? 'work' : `new-${id}`;
    const path = join(at.graphs, `${name}.slipway.json`);
    await saveGraphFile(savedGraph(number), path, at.graphs);
    await tell({ what: 'graph', path: `${name}.slipway.json`, number });
  },
  async (id) => {
    try {
      const key = { name: id, scopes: ['admin' as const], expiresMs: null, ratePerSecond: null, requestsPerDay: null };
      await tell({ what: 'key', id: (await createKey(keyFilePath(dataDir), key)).key.id });
    } catch (error) {
      // The lock of a process that lost its power holds for a moment.
      if (!(error instanceof AppError) || error.code !== 'store.open') throw error;
    }
  },
  async () => {
    const number = Number(round) * 10_000 + count;
    settings.update({ lastGraph: String(number) });
    await tell({ what: 'setting', number });
  },
  async (id) => {
    const offset = await events.append([JSON.stringify({ id })]);
    await tell({ what: 'event', offset, id });
  },
  async (id) => {
    predictions.write({
      firstRow: count,
      timesMs: Float64Array.of(Date.now()),
      ids: [id],
      timings: new Float64Array(timingWidth).fill(Number.NaN),
      features: [''],
      values: [Float64Array.of(count)],
      textLength: 0,
    });
    await tell({ what: 'prediction', id });
    if (random() < 0.4) {
      await predictions.roll(true);
      await tell({ what: 'prediction', id });
    }
  },
  async (id) => {
    await feedback.add([{ id, label: count, model: 'm' }], Date.now());
    await tell({ what: 'feedback', id });
  },
  async (id) => {
    const time = new Date().toISOString();
    features.push({ push_source_name: pushedView.name, df: { k: [id], t: [time], x: [count] } });
    await tell({ what: 'feature', id, value: count });
  },
  async (id) => {
    tracking.createExperiment(id);
    await tell({ what: 'experiment', name: id });
  },
];

for (;;) {
  count += 1;
  await works[Math.floor(random() * works.length)]?.(`${round}-${count}`);
}
