import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { AppError, toAppError, toWireError } from '../../shared/errors/app-error.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { Endpoint, EndpointRollout, EndpointStats, LoggedTiming } from '../../shared/rpc/engine-contract.ts';
import type { MissingFeatures } from '../features/enrichment.ts';
import type { EndpointPoint } from './activity-recorder.ts';
import type { BatchingPolicy } from './batching-policy.ts';
import { type KeyPolicy, keyPolicyFor } from './key-policy.ts';
import { ensureKeys } from './keys/key-file.ts';
import type { MonitorVerdict } from './monitor-readings.ts';
import { artifactModelSource, type ModelArtifact, type ModelSource } from './model-source.ts';
import type { ExplainAnswer } from './explain/explain-service.ts';
import type { VersionCounts } from './ipc-protocol.ts';
import type { PredictionLogOptions } from './prediction-log/prediction-log.ts';
import type { PayloadLogOptions } from './payload-log/payload-log.ts';
import type { Prediction } from './predict-rows.ts';
import { defaultScaling, type ScalingOptions } from './replicas/scaling-options.ts';
import type { LogReader, RecentRows } from './request-log.ts';
import { ServingClient, type ServingRuntime } from './serving-client.ts';
import type { TrafficRule } from './traffic.ts';

export interface EndpointHostOptions {
  dataDir: string;
  log(level: 'info' | 'warn' | 'error', text: string): void;
  /** How to start serving processes; default this Node. */
  runtime?: ServingRuntime;
}

export interface HttpAddress {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0: any free port. */
  port: number;
}

interface EndpointOptions {
  graphId: string;
  nodeId: string;
  /** Shown name of the endpoint. */
  name: string;
  http: HttpAddress;
  /** Port of gRPC on the same host; 0: any free one; without it there is no gRPC. */
  grpcPort?: number | undefined;
  /** Undefined: none on loopback, else it must be said. */
  keys?: KeyPolicy | undefined;
  /** Default: no TLS. */
  tls?: { certPath: string; keyPath: string } | undefined;
  /** Origins of web pages that may ask, or `*`; default none. */
  corsOrigins?: readonly string[] | undefined;
  /** Who answers for the endpoint, and who is called when it fails; default nobody. */
  owner?: string | undefined;
  onCall?: string | undefined;
  /** Default 64. */
  maxBatchRows?: number | undefined;
  /** Default 1,024. */
  maxQueueRows?: number | undefined;
  /** Default: at once, first come first served. */
  batching?: BatchingPolicy | undefined;
  /** p99 latency that the queue is kept short for in overload; default none. */
  objectiveP99Ms?: number | undefined;
  /** Bound of the cache of answers of each model version; default 0: none. */
  responseCacheMiB?: number | undefined;
  /** Threads inside one operator; default 1. */
  threads?: number | undefined;
  /** Where models run: `auto`, `gpu` or an execution provider; default `auto`. */
  device?: string | undefined;
  /** What differs from one worker that always runs. */
  scaling?: Partial<ScalingOptions> | undefined;
  /** Processes that hold the connections of HTTP clients; default 1: the serving process does. */
  fronts?: number | undefined;
  /** Threads of all workers together; default the cores of the machine. */
  cores?: number | undefined;
  /** Memory that loaded models may take; default no bound. */
  memoryBudgetMiB?: number | undefined;
  /** Models are loaded by their first request; default at the start. */
  loadOnDemand?: boolean | undefined;
  /** Weight of a model by its name when cores are short; default 1 each. */
  shares?: Readonly<Record<string, number>> | undefined;
  /** Names of models that never make room for others. */
  pinnedModels?: readonly string[] | undefined;
  /** Columns that no payload log gets; the request log has its own. */
  redactColumns?: readonly string[] | undefined;
  /** Rows and predictions on the disk; default none. */
  predictionLog?: PredictionLogOptions | undefined;
  /** Where whole requests and answers are sent as CloudEvents; default nowhere. */
  payloadLog?: Omit<PayloadLogOptions, 'service' | 'redacted'> | undefined;
  /** Default: features that are not online are missing values. */
  missingFeatures?: MissingFeatures | undefined;
}

export interface StartEndpoint extends EndpointOptions {
  model: ModelArtifact;
}

export interface StartModels extends EndpointOptions {
  models: readonly ModelSource[];
  /** Folder of models that may be loaded and unloaded while serving; without it the models are fixed. */
  repositoryDir?: string | undefined;
  /** How often that folder is looked at for changes; default never. */
  repositoryPollMs?: number | undefined;
}

export interface StartedEndpoint extends Endpoint {
  /** Set once in the life of a data directory: the key that was just made, to be shown to the person. */
  newKey: string | undefined;
  /** `HOST:PORT`; null without gRPC. */
  grpc: string | null;
}

export interface VersionTrial {
  source: ModelSource;
  shadow: boolean;
  /** 0 to 100. */
  percent: number;
}

export interface EndpointHost {
  /**
   * Serves a registered model; resolves when it answers. Starting an id (`graphId/nodeId`) that is live replaces it:
   * on the same fixed port and with the same settings only its models change, without a gap.
   * Errors: `serve.host-needs-keys`, `model.not-found`, `model.invalid`, `port.in-use`, `serve.failed`.
   */
  start(options: StartEndpoint): Promise<StartedEndpoint>;
  /** The same for models from anywhere; the first is the endpoint's own. */
  startModels(options: StartModels): Promise<StartedEndpoint>;
  /** Answers what is in flight, then ends. Errors: `serve.not-ready` for an unknown id. */
  stop(id: string): Promise<Endpoint>;
  list(): Endpoint[];
  /** Errors: `serve.not-ready`, `model.not-found` where the model's columns are not known. */
  signature(id: string): ModelManifest;
  /** Folder-independent facts about what an endpoint serves. */
  models(id: string): readonly ModelSource[];
  /** Through the same code as HTTP, without needing a key. `isTest`: somebody tries it, so nothing logs or watches it. */
  predict(
    id: string,
    rows: Record<string, unknown>[],
    options?: { isTest?: boolean },
  ): Promise<{
    predictions: Prediction[];
    durationMs: number;
    timing: LoggedTiming;
  }>;
  /** Why rows get their scores. */
  explain(id: string, rows: Record<string, unknown>[]): Promise<ExplainAnswer>;
  /**
   * The newest logged rows of the endpoint's own model, or of another version that is served next to it. `reader`: see
   * `RequestLog`.
   */
  recentRows(id: string, limit: number, version?: string, reader?: LogReader): Promise<RecentRows>;
  /**
   * Serves a second version next to the endpoint's own, without a gap: `shadow` gives it copies of all requests, `percent`
   * that share of them to answer. Ends with the next start of the endpoint, or when it is called without a version.
   */
  tryVersion(id: string, trial: VersionTrial | undefined): Promise<void>;
  /** The version on trial. */
  challenger(id: string): ModelSource | undefined;
  /** What answers, what is on trial, and what answered before the last promotion. */
  rollout(id: string): Omit<EndpointRollout, 'registered' | 'alias'>;
  /** The version on trial answers everything from now on. Errors: `serve.not-ready` without one. */
  promote(id: string): Promise<void>;
  /** Back to what answered before the last promotion. Errors: `serve.not-ready` without one. */
  rollback(id: string): Promise<void>;
  /** What each served version of the endpoint's own model has answered. */
  versions(id: string): Promise<VersionCounts[]>;
  /** Shows what a monitor says about the endpoint's own model on `/metrics`; ignored unless it is live. */
  showMonitor(id: string, verdict: MonitorVerdict): void;
  /** The folder with the request log of an endpoint; null where it keeps none. */
  loggedTo(id: string): string | null;
  /** At once, then about every second until the endpoint ends or the signal is aborted. */
  watch(id: string, signal: AbortSignal): AsyncIterable<EndpointStats>;
  close(): Promise<void>;
}

/** 15 minutes of seconds. */
const seriesPoints = 900;
const queueTimeoutMs = 30_000;

/** A serving process that ends by itself is started again, at most this often within a minute. */
const maxRestarts = 3;
const restartWindowMs = 60_000;

interface LaunchPorts {
  port: number;
  grpcPort: number | null;
}

interface Entry {
  endpoint: Endpoint;
  sources: readonly ModelSource[];
  /** Served next to the first of them. */
  challenger: ModelSource | undefined;
  trial: { percent: number; shadow: boolean };
  /** What answered before the last promotion. */
  previous: ModelSource | undefined;
  client: ServingClient;
  stats: EndpointStats;
  restarts: number[];
  watchers: Set<() => void>;
  launch(ports: LaunchPorts, models: readonly ModelSource[]): Promise<ServingClient>;
  /** What the process was started with, models and ports aside. */
  settingsKey: string;
  /** `HOST:PORT`; null without gRPC. */
  grpc: string | null;
  loggedTo: string | null;
}

export function createEndpointHost(options: EndpointHostOptions): EndpointHost {
  const entries = new Map<string, Entry>();
  /** Starts of one id follow each other. */
  const starts = new Map<string, Promise<unknown>>();

  function live(id: string): Entry {
    const entry = entries.get(id);
    if (entry?.endpoint.state === 'live') return entry;
    throw new AppError('serve.not-ready', `Endpoint ${id} is not running.`, { fix: 'Start it first.' });
  }

  function startModels(start: StartModels): Promise<StartedEndpoint> {
    const id = `${start.graphId}/${start.nodeId}`;
    const turn = (starts.get(id) ?? Promise.resolve()).then(() => startNow(id, start));
    starts.set(
      id,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async function startNow(id: string, start: StartModels): Promise<StartedEndpoint> {
    const host = start.http.host ?? '127.0.0.1';
    const policy = keyPolicyFor(host, start.keys);
    const keys = policy === 'none' ? null : await ensureKeys(options.dataDir);
    const [first] = start.models;
    if (first === undefined) throw new AppError('model.not-found', 'There is no model to serve.');
    const previous = entries.get(id);
    const replaces = previous?.endpoint.state === 'live' || previous?.endpoint.state === 'starting';
    const settings = {
      keysPath: keys?.path ?? null,
      tls: start.tls ?? null,
      corsOrigins: [...(start.corsOrigins ?? [])],
      limits: {
        maxBatchRows: start.maxBatchRows ?? 64,
        maxQueueRows: start.maxQueueRows ?? 1_024,
        queueTimeoutMs,
        objectiveMs: start.objectiveP99Ms ?? null,
        batching: start.batching,
      },
      ownership: { endpoint: start.name, owner: start.owner ?? '', onCall: start.onCall ?? '' },
      threads: start.threads ?? 1,
      fronts: start.fronts ?? 1,
      device: start.device ?? 'auto',
      scaling: scalingFrom(start.scaling),
      fleet: {
        cores: start.cores ?? availableParallelism(),
        memoryBudgetBytes: start.memoryBudgetMiB === undefined ? null : start.memoryBudgetMiB * 2 ** 20,
        loadOnDemand: start.loadOnDemand ?? false,
        pinned: [...(start.pinnedModels ?? [])],
        shares: { ...start.shares },
      },
      responseCacheBytes: (start.responseCacheMiB ?? 0) * 2 ** 20,
      predictionLog: start.predictionLog ?? null,
      payloadLog:
        start.payloadLog === undefined
          ? null
          : {
              ...start.payloadLog,
              service: start.name,
              redacted: [...(start.redactColumns ?? [])],
            },
      repositoryDir: start.repositoryDir ?? null,
      repositoryPollMs: start.repositoryPollMs ?? null,
      dataDir: options.dataDir,
      missingFeatures: start.missingFeatures ?? { policy: 'null' as const, defaults: {} },
      stateDir: join(options.dataDir, 'serving', start.graphId, start.nodeId),
      version: productVersion(),
    };
    const settingsKey = JSON.stringify({ host, ...settings });
    const launch = (ports: LaunchPorts, models: readonly ModelSource[]) =>
      ServingClient.start(
        {
          type: 'start',
          models: [...models],
          http: { host, port: ports.port },
          grpcPort: ports.grpcPort,
          ...settings,
        },
        options,
      );
    const { port, grpcPort } = previous?.client ?? {};
    // Port 0 is any port: the one that clients already know will do.
    const samePorts =
      (start.http.port === 0 || start.http.port === port) &&
      ((start.grpcPort === 0 && grpcPort !== null) || (start.grpcPort ?? null) === grpcPort);
    const model = { name: first.name, version: first.version, digest: first.digest };
    if (previous?.endpoint.state === 'live' && samePorts && previous.settingsKey === settingsKey) {
      await previous.client.call('replaceModels', { models: [...start.models], traffic: null });
      Object.assign(previous, {
        sources: start.models,
        launch,
        challenger: undefined,
        previous: previousOf(previous, first),
      });
      previous.endpoint = { ...previous.endpoint, name: start.name, model, startedMs: Date.now() };
      return { ...previous.endpoint, newKey: keys?.newSecret, grpc: previous.grpc };
    }
    // A fixed port must be free first; else the old one answers until the new one does.
    const takesOver = start.http.port === port || (start.grpcPort ?? 0) === grpcPort;
    if (replaces && takesOver) await stop(id);
    const client = await launch({ port: start.http.port, grpcPort: start.grpcPort ?? null }, start.models);
    if (replaces) await stop(id);
    const authority = host.includes(':') ? `[${host}]` : host;
    const grpc = client.grpcPort === null ? null : `${authority}:${client.grpcPort}`;
    const entry: Entry = {
      endpoint: {
        id,
        graphId: start.graphId,
        nodeId: start.nodeId,
        name: start.name,
        state: 'live',
        http: `${start.tls === undefined ? 'http' : 'https'}://${authority}:${client.port}`,
        model,
        error: null,
        owner: start.owner ?? '',
        onCall: start.onCall ?? '',
        startedMs: Date.now(),
      },
      sources: start.models,
      challenger: undefined,
      trial: { percent: 0, shadow: false },
      previous: previousOf(previous, first),
      client,
      stats: emptyStats(),
      restarts: [],
      watchers: new Set(),
      launch,
      settingsKey,
      grpc,
      loggedTo: settings.predictionLog === null ? null : settings.stateDir,
    };
    entries.set(id, entry);
    follow(entry, client);
    return { ...entry.endpoint, newKey: keys?.newSecret, grpc };
  }

  /** One version answers everything; the one that did stays known. */
  async function answerWith(entry: Entry, source: ModelSource): Promise<void> {
    const [stable] = entry.sources;
    await entry.client.call('replaceModels', { models: [source], traffic: null });
    const { name, version, digest } = source;
    Object.assign(entry, { sources: [source], challenger: undefined, previous: stable });
    entry.endpoint = { ...entry.endpoint, model: { name, version, digest } };
  }

  function follow(entry: Entry, client: ServingClient): void {
    client.onActivity = (point) => {
      addPoint(entry.stats, point);
      notify(entry);
    };
    client.onExit = (reason) => {
      if (entry.client !== client || entry.endpoint.state === 'stopped') return;
      options.log(
        'error',
        `Endpoint ${entry.endpoint.name}: the serving process ended (${reason}). What it answered in its last second may be missing in the request log.`,
      );
      void restart(entry, reason);
    };
  }

  async function restart(entry: Entry, reason: string): Promise<void> {
    const now = Date.now();
    entry.restarts = entry.restarts.filter((time) => now - time < restartWindowMs);
    entry.restarts.push(now);
    try {
      if (entry.restarts.length > maxRestarts) {
        throw new AppError('serve.failed', `The serving process ended again and again (${reason}).`, {
          fix: 'Check the model and the log, then start the endpoint again.',
        });
      }
      entry.endpoint = { ...entry.endpoint, state: 'starting' };
      const client = await entry.launch(entry.client, entry.sources);
      if ((entry.endpoint.state as Endpoint['state']) === 'stopped') {
        await client.stop();
        return;
      }
      entry.client = client;
      // A process starts with the endpoint's own model only.
      entry.challenger = undefined;
      entry.endpoint = { ...entry.endpoint, state: 'live' };
      follow(entry, client);
    } catch (error) {
      entry.endpoint = { ...entry.endpoint, state: 'failed', error: toWireError(error) };
      options.log('error', toAppError(error).message);
      notify(entry);
    }
  }

  async function stop(id: string): Promise<Endpoint> {
    const entry = entries.get(id);
    if (entry === undefined) throw new AppError('serve.not-ready', `There is no endpoint ${id}.`);
    entry.endpoint = { ...entry.endpoint, state: 'stopped' };
    notify(entry);
    await entry.client.stop();
    return entry.endpoint;
  }

  return {
    startModels,
    stop,
    start: async ({ model, ...rest }) => startModels({ ...rest, models: [await artifactModelSource(model)] }),
    list: () => [...entries.values()].map((entry) => entry.endpoint),
    signature(id) {
      const [source] = live(id).sources;
      if (source?.manifest) return source.manifest;
      throw new AppError('model.not-found', `The columns of the model at ${id} are not known.`, {
        fix: 'Ask the endpoint for its tensors at /v2/models/NAME.',
      });
    },
    models: (id) => live(id).sources,
    async predict(id, rows, { isTest = false } = {}) {
      const entry = live(id);
      const started = performance.now();
      const answer = await entry.client.call('predict', { model: ownModel(entry), rows, isTest });
      return { ...answer, durationMs: performance.now() - started };
    },
    async explain(id, rows) {
      const entry = live(id);
      return entry.client.call('explain', { model: ownModel(entry), rows });
    },
    async recentRows(id, limit, version, reader) {
      const entry = live(id);
      const own = entry.endpoint.model?.version ?? '';
      return entry.client.call('recentRows', { model: ownModel(entry), version: version ?? own, limit, reader });
    },
    async tryVersion(id, trial) {
      const entry = live(id);
      const [stable] = entry.sources as [ModelSource];
      const models = trial === undefined ? [stable] : [stable, { ...trial.source, name: stable.name }];
      const traffic = trial === undefined ? null : trafficOf(stable, trial);
      await entry.client.call('replaceModels', { models, traffic });
      entry.challenger = models[1];
      entry.trial = { percent: trial?.percent ?? 0, shadow: trial?.shadow ?? false };
    },
    rollout(id) {
      const { sources, challenger, trial, previous } = live(id);
      return {
        stable: sources[0]?.version ?? '',
        challenger: challenger === undefined ? null : { version: challenger.version, ...trial },
        previous: previous?.version ?? null,
      };
    },
    async promote(id) {
      const { challenger } = live(id);
      if (challenger === undefined) {
        throw new AppError('serve.not-ready', 'No version is on trial.', { fix: 'Choose a version to try first.' });
      }
      await answerWith(live(id), challenger);
    },
    async rollback(id) {
      const { previous } = live(id);
      if (previous === undefined) {
        throw new AppError('serve.not-ready', 'There is no version to go back to.', { fix: 'Promote one first.' });
      }
      await answerWith(live(id), previous);
    },
    challenger: (id) => live(id).challenger,
    async versions(id) {
      const entry = live(id);
      return entry.client.call('versions', { model: ownModel(entry) });
    },
    showMonitor(id, verdict) {
      const entry = entries.get(id);
      if (entry?.endpoint.state === 'live') entry.client.showMonitor({ model: ownModel(entry), ...verdict });
    },
    loggedTo(id) {
      const entry = entries.get(id);
      if (entry === undefined) throw new AppError('serve.not-ready', `There is no endpoint ${id}.`);
      return entry.loggedTo;
    },
    watch: (id, signal) => watchEntry(live(id), signal),
    async close() {
      await Promise.all(starts.values());
      await Promise.all([...entries.values()].map((entry) => stop(entry.endpoint.id)));
    },
  };
}

/** What a new model takes the place of: it can be gone back to, under the name that is served now. */
function previousOf(entry: Entry | undefined, first: ModelSource): ModelSource | undefined {
  const [before] = entry?.sources ?? [];
  return before === undefined || before.digest === first.digest ? entry?.previous : { ...before, name: first.name };
}

function scalingFrom(given: Partial<ScalingOptions> = {}): ScalingOptions {
  const scaling = { ...defaultScaling, ...given };
  return { ...scaling, maxReplicas: Math.max(1, scaling.minReplicas, scaling.maxReplicas) };
}

function trafficOf(stable: ModelSource, { source, shadow, percent }: VersionTrial): TrafficRule {
  const { version } = source;
  return {
    stable: stable.version,
    canary: percent > 0 ? { version, percent } : null,
    shadow: shadow ? version : null,
  };
}

function ownModel(entry: Entry): string {
  return entry.endpoint.model?.name ?? '';
}

function notify(entry: Entry): void {
  for (const wake of entry.watchers) wake();
}

async function* watchEntry(entry: Entry, signal: AbortSignal): AsyncGenerator<EndpointStats> {
  let wake: (() => void) | undefined;
  let changed = true;
  const onChange = () => {
    changed = true;
    wake?.();
  };
  entry.watchers.add(onChange);
  signal.addEventListener('abort', onChange, { once: true });
  try {
    while (!signal.aborted) {
      if (changed) {
        changed = false;
        yield structuredClone(entry.stats);
        if (!watchable(entry)) return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    entry.watchers.delete(onChange);
    signal.removeEventListener('abort', onChange);
  }
}

function watchable(entry: Entry): boolean {
  return entry.endpoint.state === 'live' || entry.endpoint.state === 'starting';
}

function emptyStats(): EndpointStats {
  return {
    requests: 0,
    rows: 0,
    failed: 0,
    requestsPerSecond: 0,
    latencyMs: { p50: null, p90: null, p99: null },
    queued: 0,
    series: [],
    batchSizes: [],
    versions: [],
    cost: { cpuUsPer1000: null, idleShare: null },
    failures: {},
    queueLimit: null,
    memoryBytes: 0,
    freshness: [],
  };
}

function addPoint(stats: EndpointStats, point: EndpointPoint): void {
  const { timeMs, requests, failed, errors, p50, p99, latencies, totals, recent, ...rest } = point;
  const { requestsPerSecond, ...latencyMs } = recent;
  stats.series.push({ timeMs, requests, failed, errors, p50, p99, latencies });
  if (stats.series.length > seriesPoints) stats.series.shift();
  Object.assign(stats, totals, { requestsPerSecond, latencyMs, ...rest });
}

function productVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
