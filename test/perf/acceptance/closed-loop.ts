import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { encodeRows } from '../../../main/compute/onnx/encode-rows.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { artifactModelSource } from '../../../main/serving/model-source.ts';
import { rocAuc, thresholdCounts } from '../../../main/compute/metrics/threshold-counts.ts';
import type { LoopEvent } from '../../../shared/rpc/engine-contract.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..', '..');
const cli = join(root, 'main', 'cli', 'slipway.ts');
const template = join(root, 'resources', 'templates', 'closed-loop.slipway.json');

/** Requests of one window of the monitors of the template. */
const windowRows = 2_000;
const windowsBefore = 3;
const maxWindowsAfter = 16;
const rowsPerRequest = 100;
const rowsPerSecond = 900;
/** Labels come this many rows after their request. */
const labelLag = 1_000;
const evaluationRows = 15_000;
/** Share of the lost AUC after which a run is over. */
const recoveredEnough = 0.97;

/** Kinds of alerts that tell of inputs or performance. */
const findsBreaks = new Set(['drift', 'break', 'estimated-drop', 'realized-drop', 'concept-drift']);

interface Flight {
  row: Record<string, unknown>;
  delayed: boolean;
}

interface RunFigures {
  missed: boolean;
  spurious: number;
  recovered: number;
  failedRequests: number;
  seconds: number;
}

/**
 * Unattended runs of the template over HTTP: flights come, their labels later; then an upstream system changes airport
 * codes and units. The loop must see it, retrain, and win the lost AUC back, without a failed request. Flights of June
 * arrive shuffled: the weather of single days moves the AUC of a window as far as the break does.
 */
export const closedLoop: Benchmark = {
  measure(log): Promise<Measurement> {
    return closedLoopRuns(Number(process.env['SLIPWAY_CLOSED_LOOP_RUNS'] ?? 20), recoveredEnough, log);
  },
};

/** The figures of runs with seeds 1, 2, …; each is over once so much of the lost AUC is back. */
export async function closedLoopRuns(runs: number, enough: number, log: (text: string) => void): Promise<Measurement> {
  const prepared = mkdtempSync(join(tmpdir(), 'slipway-loop-'));
  try {
    log('Training the first model.');
    const first = await runTemplate(join(prepared, 'first'));
    const results: RunFigures[] = [];
    for (let seed = 1; seed <= runs; seed++) {
      const dataDir = join(prepared, `run-${seed}`);
      cpSync(join(prepared, 'first'), dataDir, { recursive: true });
      const result = await closedLoopRun(dataDir, first.model, await flightsOf(first.flights, seed), {
        seed,
        enough,
        log,
      });
      log(`run ${seed}: ${JSON.stringify(result)}`);
      results.push(result);
      rmSync(dataDir, { recursive: true, force: true });
    }
    return {
      figures: {
        runs: results.length,
        missed: results.filter(({ missed }) => missed).length,
        spurious: results.reduce((sum, { spurious }) => sum + spurious, 0),
        recoveredShare: Math.min(...results.map(({ recovered }) => recovered)),
        failedRequests: results.reduce((sum, { failedRequests }) => sum + failedRequests, 0),
      },
      skipped: [],
    };
  } finally {
    rmSync(prepared, { recursive: true, force: true });
  }
}

/** Runs the batch part; gives the digest of the model and the table of all flights with their trailing delays. */
async function runTemplate(dataDir: string): Promise<{ model: string; flights: string }> {
  const outputs = await runGraph(template, dataDir);
  const digest = outputs['trailing.table']?.digest;
  const model = outputs['register.model']?.digest;
  if (digest === undefined || model === undefined) throw new Error('the run gave no model');
  return { model, flights: join(artifactDir(dataDir, digest), 'data.parquet') };
}

/** Outputs of a run of the batch part, by `node.port`. */
export async function runGraph(path: string, dataDir: string): Promise<Record<string, { digest: string }>> {
  const child = start(['run', path, '--data-dir', dataDir, '--json']);
  let last = '';
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) last = line;
  const { outputs } = JSON.parse(last) as { outputs?: Record<string, { digest: string }> };
  if (outputs === undefined) throw new Error(`the run gave nothing: ${last.slice(0, 300)}`);
  return outputs;
}

export function artifactDir(dataDir: string, digest: string): string {
  return join(dataDir, 'artifacts', digest.slice(0, 2), digest);
}

/** ROC AUC of a stored model, apart from the endpoint, so that the monitors do not see it. */
async function aucOf(dataDir: string, digest: string, flights: readonly Flight[]): Promise<number> {
  const dir = artifactDir(dataDir, digest);
  const { modelPath, manifest } = await artifactModelSource({ name: 'model', version: '1', digest, dir });
  if (manifest === null) throw new Error('the model has no description');
  const session = await openSession(modelPath, { threads: 1, label: 'the model' });
  const feeds = encodeRows(
    flights.map(({ row }) => row),
    manifest.inputs,
  );
  const { probabilities } = await session.run(feeds, ['probabilities']);
  await session.release();
  const values = probabilities?.data as Float32Array;
  const scores = Float32Array.from(flights, (_, i) => values[2 * i + 1] as number);
  const positive = Uint8Array.from(flights, ({ delayed }) => (delayed ? 1 : 0));
  return rocAuc(thresholdCounts({ scores, positive })) ?? Number.NaN;
}

/** Flights of June in an order of this seed; enough for the run and its evaluation. */
async function flightsOf(path: string, seed: number): Promise<Flight[]> {
  const count = (windowsBefore + maxWindowsAfter) * windowRows + evaluationRows;
  const rows = await withDuckDb({ memoryBytes: 2 ** 31 }, (db) =>
    db.rows(
      `SELECT strftime(date, '%Y-%m-%dT%H:%M:%S.%fZ') AS date, distance::DOUBLE AS distance, origin, destination,
        delay_3h, delay_24h, delay_7d, delayed
      FROM read_parquet(${quotePath(path)}) WHERE date >= '2001-06-01' AND date < '2001-07-01'
      ORDER BY hash(date, origin, destination, distance, ${seed}) LIMIT ${count}`,
    ),
  );
  return rows.map(({ delayed, ...row }) => ({ row, delayed: delayed === true }));
}

/** The upstream break: another scheme of airport codes, kilometres for miles, hours for minutes. */
function broken({ row, delayed }: Flight): Flight {
  const scaled = (name: string, factor: number) => {
    const value = row[name];
    return typeof value === 'number' ? value * factor : null;
  };
  return {
    delayed,
    row: {
      ...row,
      origin: `K${String(row['origin'])}`,
      destination: `K${String(row['destination'])}`,
      distance: Math.round(scaled('distance', 1.609344) ?? 0),
      delay_3h: scaled('delay_3h', 1 / 60),
      delay_24h: scaled('delay_24h', 1 / 60),
      delay_7d: scaled('delay_7d', 1 / 60),
    },
  };
}

async function closedLoopRun(
  dataDir: string,
  firstModel: string,
  flights: readonly Flight[],
  { seed, enough, log }: { seed: number; enough: number; log: (text: string) => void },
): Promise<RunFigures> {
  const startedMs = performance.now();
  const up = start(['up', template, '--data-dir', dataDir, '--http', '0', '--json']);
  try {
    const { http, events, alerts } = await ready(up, log);
    const client = new Client(http, seed, log);
    const evaluation = flights.slice(-evaluationRows);
    const clean = await aucOf(dataDir, firstModel, evaluation);
    const lost = await aucOf(dataDir, firstModel, evaluation.map(broken));
    await client.replay(flights.slice(0, windowsBefore * windowRows));
    const breakAt = windowsBefore * windowRows;
    await sleep(3_000);
    const spurious = events.filter(({ type }) => type === 'triggered').length;
    const alertsBefore = alerts.length;
    let detectedAfter = Number.POSITIVE_INFINITY;
    let recovered = 0;
    for (let window = 1; window <= maxWindowsAfter; window++) {
      const from = breakAt + (window - 1) * windowRows;
      await client.replay(flights.slice(from, from + windowRows).map(broken));
      await client.flushLabels();
      await settle(events);
      // Detection is counted in windows of requests: a busy machine may judge them seconds later.
      for (let waited = 0; window === 2 && waited < 60 && alerts.length === alertsBefore; waited++) await sleep(500);
      if (alerts.length > alertsBefore) detectedAfter = Math.min(detectedAfter, window);
      const live = events.findLast(({ type }) => type === 'promoted' || type === 'rolled-back')?.evidence['model'];
      if (typeof live !== 'string') continue;
      recovered = ((await aucOf(dataDir, live, evaluation.map(broken))) - lost) / (clean - lost);
      log(`  after ${window} windows: ${(100 * recovered).toFixed(0)} % of ${(clean - lost).toFixed(4)} recovered`);
      if (recovered >= enough) break;
    }
    return {
      missed: detectedAfter > 2,
      spurious,
      recovered,
      failedRequests: client.failed,
      seconds: (performance.now() - startedMs) / 1000,
    };
  } finally {
    up.kill('SIGINT');
    if (up.exitCode === null && up.signalCode === null) await once(up, 'exit');
  }
}

/** Waits while a model is being trained and compared; a canary needs requests. */
async function settle(events: readonly LoopEvent[]): Promise<void> {
  await sleep(3_000);
  const isOver = () => {
    const last = events.findLast(({ type }) => type !== 'confirmed');
    return last === undefined || !['triggered', 'retraining', 'trained', 'compared'].includes(last.type);
  };
  for (let waited = 0; waited < 120 && !isOver(); waited++) await sleep(500);
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', process.env['SLIPWAY_LOOP_LOG'] === '1' ? 'inherit' : 'ignore'],
  });
}

async function ready(
  up: ChildProcess,
  log: (text: string) => void,
): Promise<{ http: string; events: LoopEvent[]; alerts: string[] }> {
  const events: LoopEvent[] = [];
  /** Titles of alerts about inputs and performance, as they begin. */
  const alerts: string[] = [];
  return new Promise((resolve, reject) => {
    up.once('exit', (code) => reject(new Error(`slipway up ended with ${code}`)));
    createInterface({ input: up.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const event = JSON.parse(line) as { type: string; kind?: string; http?: string; text?: string; title?: string };
      if (event.type === 'endpoint.ready') resolve({ http: event.http ?? '', events, alerts });
      if (event.type === 'alert.opened') {
        log(`  alert: ${event.title}`);
        // Those of a busy machine, such as slow answers, are no detection.
        if (findsBreaks.has(event.kind ?? '')) alerts.push(event.title ?? '');
      }
      if (!event.type.startsWith('loop.')) return;
      log(`  ${event.type}: ${event.text}`);
      events.push({ ...event, type: event.type.slice('loop.'.length) } as unknown as LoopEvent);
    });
  });
}

/** Sends flights at a steady rate, and their labels later. */
class Client {
  failed = 0;
  readonly #http: string;
  readonly #seed: number;
  readonly #log: (text: string) => void;
  #sent = 0;
  readonly #labels: { id: string; label: boolean }[] = [];

  constructor(http: string, seed: number, log: (text: string) => void) {
    this.#log = log;
    this.#http = http;
    this.#seed = seed;
  }

  /** At the steady rate or slower: what a busy machine held up is not sent at once, which the endpoint would sample. */
  async replay(flights: readonly Flight[]): Promise<void> {
    for (let from = 0; from < flights.length; from += rowsPerRequest) {
      const sentMs = performance.now();
      const batch = flights.slice(from, from + rowsPerRequest);
      const id = `flight-${this.#seed}-${this.#sent++}`;
      await this.#post('/v1/models/closed-loop/predict', { id, rows: batch.map(({ row }) => row) });
      batch.forEach(({ delayed }, i) => this.#labels.push({ id: `${id}/${i}`, label: delayed }));
      await this.#sendLabels(labelLag);
      const aheadMs = (1000 * batch.length) / rowsPerSecond - (performance.now() - sentMs);
      if (aheadMs > 0) await sleep(aheadMs);
    }
  }

  flushLabels(): Promise<void> {
    return this.#sendLabels(0);
  }

  async #sendLabels(kept: number): Promise<void> {
    const due = this.#labels.splice(0, Math.max(0, this.#labels.length - kept));
    if (due.length > 0) await this.#post('/v1/feedback', { feedback: due });
  }

  async #post(path: string, body: unknown): Promise<void> {
    const response = await fetch(this.#http + path, { method: 'POST', body: JSON.stringify(body) }).catch(
      () => undefined,
    );
    const text = await response?.text();
    if (response?.ok === true) return;
    this.failed++;
    this.#log(`  ${path} failed: ${text ?? 'no answer'}`);
  }
}
