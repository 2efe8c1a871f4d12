import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import type { ServingStart } from '../../../main/serving/ipc-protocol.ts';
import { defaultScaling } from '../../../main/serving/replicas/scaling-options.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import { ServingClient } from '../../../main/serving/serving-client.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { writeFixtureModels } from '../../conformance/oip/fixture-models.ts';
import { Choices, type FuzzCase, fuzzCase, fuzzedModels } from './fuzz-cases.ts';

/** Keys of figures.json. */
export interface FuzzFigures {
  cases: number;
  crashes: number;
  notLive: number;
  memoryGrowthMiB: number;
}

export interface FuzzRun {
  figures: FuzzFigures;
  /** Valid requests without an answer within the limit, as text; at most ten. */
  unanswered: string[];
  /** Errors that the server itself calls bugs, at most ten. */
  bugs: string[];
  /** Answers by status; 0: the connection ended without one. */
  statuses: Record<number, number>;
}

const lanes = 8;
const answerLimitMs = 20_000;
const liveEvery = 50;

const rowManifest: ModelManifest = {
  task: 'regression',
  label: { column: 'y', type: 'float64' },
  classes: [],
  inputs: [
    { name: 'amount', type: 'float64' },
    { name: 'origin', type: 'string' },
  ],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1, table: '0'.repeat(64), seconds: 0, curve: { metric: 'rmse', train: [], valid: [] } },
  importance: [],
  example: { amount: 3, origin: 'SFO' },
  choices: { origin: ['SFO', 'LAX'] },
};

/** prediction = amount for rows of origin SFO, 0 else. */
function rowModel(): Uint8Array {
  const graph = createGraphBuilder('rows');
  const amount = graph.node('Cast', [graph.input('amount', 'FP64', ['N', 1])], { to: attribute.int(1) });
  const keys = {
    keys_strings: attribute.strings(['SFO']),
    values_floats: attribute.floats([1]),
    default_float: attribute.float(0),
  };
  const isSfo = graph.node('LabelEncoder', [graph.input('origin', 'BYTES', ['N', 1])], keys, { domain: 'ai.onnx.ml' });
  graph.output('prediction', graph.node('Mul', [amount, isSfo]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

/** Sends fuzzed requests to an endpoint with a few models, several at a time, checking that it stays live. */
export async function fuzzRun(options: {
  cases: number;
  /** Cases before the first memory reading. */
  warmUp: number;
  seed: number;
  log(text: string): void;
}): Promise<FuzzRun> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-fuzz-'));
  const bugs: string[] = [];
  const statuses: Record<number, number> = {};
  const unanswered: string[] = [];
  let crashes = 0;
  let notLive = 0;
  let stopping = false;
  try {
    const models = join(dir, 'models');
    await writeFixtureModels(models);
    await mkdir(join(models, 'rows', '1'), { recursive: true });
    await writeFile(join(models, 'rows', '1', 'model.onnx'), rowModel());
    await writeFile(join(models, 'rows', '1', 'model.json'), JSON.stringify(rowManifest));
    const start: ServingStart = {
      type: 'start',
      models: (await modelSourcesAt(models)).filter(({ name }) => fuzzedModels.includes(name)),
      http: { host: '127.0.0.1', port: 0 },
      grpcPort: null,
      fronts: 1,
      keysPath: null,
      tls: null,
      corsOrigins: [],
      limits: { maxBatchRows: 64, maxQueueRows: 1_024, queueTimeoutMs: 30_000, objectiveMs: 50 },
      threads: 1,
      device: 'cpu',
      scaling: defaultScaling,
      fleet: { cores: 2, memoryBudgetBytes: null, loadOnDemand: false, pinned: [], shares: {} },
      responseCacheBytes: 2 ** 20,
      payloadLog: null,
      ownership: { endpoint: 'fuzz', owner: '', onCall: '' },
      predictionLog: { mode: 'sampled', redactColumns: [], retentionDays: 1 },
      repositoryPollMs: null,
      repositoryDir: models,
      missingFeatures: { policy: 'null', defaults: {} },
      dataDir: dir,
      stateDir: join(dir, 'state'),
      version: '0.0.0',
    };
    const log = (level: string, text: string) => {
      if (level === 'error' && bugs.length < 10) bugs.push(text);
    };
    const launch = async () => {
      const started = await ServingClient.start(start, { log });
      started.onExit = (reason) => {
        if (stopping) return;
        crashes++;
        options.log(`the process ended: ${reason}`);
      };
      return started;
    };
    let client = await launch();
    let restarting: Promise<void> | undefined;
    const choices = new Choices(options.seed);
    let sent = 0;
    let baseMiB = Number.NaN;
    const lane = async () => {
      while (sent < options.cases) {
        const turn = sent++;
        const oneCase = fuzzCase(choices);
        const status = await exchange(client.port, oneCase);
        statuses[status ?? 0] = (statuses[status ?? 0] ?? 0) + 1;
        if (status === undefined && oneCase.expects === 'answer' && unanswered.length < 10) {
          unanswered.push(Buffer.concat(oneCase.writes).toString('latin1').slice(0, 600));
        }
        if (crashes > 0 && client.exited) {
          restarting ??= launch().then((started) => {
            client = started;
            restarting = undefined;
          });
          await restarting;
        }
        if (turn % liveEvery === 0 && !(await isLive(client.port))) notLive++;
        if (turn === options.warmUp) baseMiB = await residentMiB(client.port);
        if (turn % 10_000 === 9_999)
          options.log(`${turn + 1} cases, ${(await residentMiB(client.port)).toFixed(0)} MiB`);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const memoryGrowthMiB = (await residentMiB(client.port)) - baseMiB;
    stopping = true;
    await client.stop();
    return { figures: { cases: sent, crashes, notLive, memoryGrowthMiB }, unanswered, bugs, statuses };
  } finally {
    stopping = true;
    await rm(dir, { recursive: true, force: true });
  }
}

/** The status of the answer; undefined where the connection ended, or the time, without one. */
function exchange(port: number, { writes, expects }: FuzzCase): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    const finish = (status: number | undefined) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      resolve(status);
    };
    const timer = setTimeout(() => finish(undefined), answerLimitMs);
    const statusOf = () => {
      // An interim answer (100 Continue) is none.
      const final = /^(?:HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)*HTTP\/1\.1 ([2-5]\d\d)/.exec(received);
      return final === null ? undefined : Number(final[1]);
    };
    socket.on('data', (chunk: Buffer) => {
      if (received.length < 10_000) received += chunk.toString('latin1');
      const status = statusOf();
      if (status !== undefined && received.includes('\r\n\r\n')) finish(status);
    });
    socket.on('end', () => finish(statusOf()));
    socket.on('error', () => finish(statusOf()));
    socket.on('connect', () => {
      for (const bytes of writes) socket.write(bytes);
      if (expects === 'none') socket.end(() => finish(undefined));
      else if (expects === 'any') socket.end();
    });
  });
}

async function isLive(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(5_000);
  return fetch(`http://127.0.0.1:${port}/v2/health/live`, { signal }).then(
    async (response) => ((await response.json()) as { live: boolean }).live,
    () => false,
  );
}

async function residentMiB(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]) / 2 ** 20;
}
