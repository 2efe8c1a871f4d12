import { randomUUID } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { toWireError } from '../../shared/errors/app-error.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { Enrichment } from '../features/enrichment.ts';
import { onlineUrl, type OnlineReader } from '../features/online-reader.ts';
import { keepCompiledCode } from '../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../product/memory-at-rest.ts';
import { ActivityRecorder } from './activity-recorder.ts';
import { AuditLog } from './audit-log.ts';
import { ExplainService } from './explain/explain-service.ts';
import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { featureHeaderOf } from './enrich-request.ts';
import { CostRecorder } from './cost-recorder.ts';
import { FeatureGateway } from './feature-gateway.ts';
import { FeedbackStore } from './feedback-store.ts';
import type { GrpcFront } from './grpc/grpc-front.ts';
import { FrontPool } from './fronts/front-pool.ts';
import { HttpFront } from './http-front.ts';
import { MonitorReadings } from './monitor-readings.ts';
import type {
  HostMessage,
  ServingCall,
  ServingCalls,
  ServingMessage,
  ServingStart,
  VersionCounts,
} from './ipc-protocol.ts';
import { KeyRing } from './keys/key-ring.ts';
import { listenError } from './listen-error.ts';
import { isLoopback } from './loopback.ts';
import { ModelRepository } from './model-repository.ts';
import type { ModelSource } from './model-source.ts';
import { ModelTable } from './model-table.ts';
import { PayloadLog } from './payload-log/payload-log.ts';
import { RepositoryPoll } from './repository-poll.ts';
import type { ServedStep } from './pipeline/served-step.ts';
import { predictRows } from './predict-rows.ts';
import { ModelFleet } from './replicas/model-fleet.ts';
import { ServedModel } from './served-model.ts';
import { type LogLevel, ServerSettings } from './server-settings.ts';
import type { ShadowResult } from './shadow.ts';
import { type RequestTiming, timingJson } from './request-timing.ts';
import type { ServingContext } from './serving-context.ts';
import { TlsFiles } from './tls-files.ts';
import { Tracer } from './tracing/tracer.ts';

/** Process of one endpoint: HTTP front here, model sessions in worker threads. Ends with its host. */

const models = new ModelTable();
const activity = new ActivityRecorder();
const monitors = new MonitorReadings();
const explanations = new ExplainService((model) => models.versions(model.name).includes(model));
const settings = new ServerSettings();
let context: ServingContext | undefined;
let openModel: ((source: ModelSource) => Promise<ServedModel>) | undefined;
let fleet: ModelFleet | undefined;
let costs: CostRecorder | undefined;
let front: HttpFront | undefined;
let grpc: GrpcFront | undefined;
let poll: RepositoryPoll | undefined;

/** How long a stop waits for requests in flight. */
const drainMs = 5_000;

function send(message: ServingMessage): void {
  if (process.connected) process.send?.(message);
}

function log(level: LogLevel, text: string): void {
  if (settings.allows(level)) send({ type: 'log', level, text });
}

async function start(message: ServingStart): Promise<void> {
  const { limits, threads, device, stateDir, predictionLog, responseCacheBytes } = message;
  const features = new FeatureGateway(message.dataDir, onlineUrl(process.env));
  const enrich = (joined: readonly JoinedView[]) =>
    new Enrichment({ joined, missing: message.missingFeatures, store: () => features.store, log });
  fleet = new ModelFleet(message.fleet, log);
  const options = {
    limits,
    threads,
    device,
    scaling: message.scaling,
    fleet,
    predictionLog,
    responseCacheBytes,
    stateDir,
    enrich,
    readFeatures: <T>(work: (store: () => OnlineReader) => T) => features.read(work),
    log,
  };
  const open = (source: ModelSource) => ServedModel.open(source, options);
  openModel = open;
  for (const source of message.models) models.add(await open(source));
  const [first] = message.models;
  if (first !== undefined && first.version !== models.find(first.name, undefined).version) {
    models.trafficOf(first.name).set({ stable: first.version, canary: null, shadow: null });
  }
  const fronts = message.fronts > 1 ? await FrontPool.create({ count: message.fronts, tls: message.tls, log }) : null;
  const repository = new ModelRepository({ root: message.repositoryDir, models, open });
  const unserved = new Map((await repository.unserved()).map(({ name, reason }) => [name, reason]));
  for (const [name, reason] of unserved) log('warn', `Model ${name} is not served: ${reason}.`);
  if (message.repositoryDir !== null && message.repositoryPollMs !== null) {
    poll = await RepositoryPoll.open(message.repositoryDir, repository, message.repositoryPollMs, log);
  }
  context = {
    models,
    repository,
    settings,
    feedback: new FeedbackStore(stateDir),
    activity,
    monitors,
    explanations,
    fleet,
    features,
    keys:
      message.keysPath === null ? null : await KeyRing.open(message.keysPath, log, join(stateDir, 'key-usage.json')),
    audit: new AuditLog(message.dataDir, log),
    ownership: message.ownership,
    payloadLog: message.payloadLog === null ? null : new PayloadLog(message.payloadLog, log),
    tracer: Tracer.fromEnvironment(process.env, message.version, log),
    corsOrigins: message.corsOrigins,
    localOnly: message.keysPath === null && isLoopback(message.http.host),
    fronts,
    version: message.version,
    draining: false,
    log,
  };
  const tls = message.tls === null ? null : await TlsFiles.open(message.tls, log);
  front = new HttpFront(context, fronts === null ? tls : null);
  const port = await listenHttp(front, fronts, message.http);
  let grpcPort: number | null = null;
  if (message.grpcPort !== null) {
    const { GrpcFront: Front } = await import('./grpc/grpc-front.ts');
    grpc = new Front(context, tls);
    grpcPort = await grpc.listen(message.http.host, message.grpcPort);
  }
  setInterval(reportActivity, 1_000).unref();
  keepCompiledCode();
  giveBackMemoryAtRest();
  send({ type: 'ready', port, grpcPort });
}

/** The port of clients; with fronts those take them, and this process listens for its fronts alone. */
async function listenHttp(own: HttpFront, fronts: FrontPool | null, address: ServingStart['http']): Promise<number> {
  if (fronts === null) return listen(own.server, address);
  await new Promise<void>((resolve, reject) => {
    own.server.once('error', reject);
    own.server.listen(fronts.socketPath, resolve);
  });
  await fronts.start();
  return listen(fronts.server, address);
}

function listen(server: Server, { host, port }: ServingStart['http']): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port, backlog: 1024 }, () => {
      const address = server.address() as AddressInfo;
      server.removeAllListeners('error');
      server.on('error', (error) => log('error', error.message));
      resolve(address.port);
    });
  });
}

function reportActivity(): void {
  const all = models.all();
  const queued = all.reduce((sum, model) => sum + model.queuedRows, 0);
  const [first] = all;
  const batchSizes = (first?.batchSize.counts ?? []).map((_, i) => ({
    // Finite: it goes over JSON.
    upTo: first?.batchSize.bounds[i] ?? Number.MAX_SAFE_INTEGER,
    count: all.reduce((sum, model) => sum + (model.batchSize.counts[i] ?? 0), 0),
  }));
  const cpu = process.cpuUsage();
  const cpuUs = cpu.user + cpu.system + (context?.fronts?.cpuUs ?? 0);
  costs ??= new CostRecorder(cpuUs);
  const sum = (value: (model: ServedModel) => number) => all.reduce((total, model) => total + value(model), 0);
  const totals = {
    cpuUs,
    busyMs: sum(({ statistics }) => statistics.busyMs),
    rows: sum(({ statistics }) => statistics.inferenceCount),
  };
  const cost = costs.tick(totals, fleet?.threads ?? 0);
  const point = activity.tick(Date.now(), queued, batchSizes);
  const queueLimit = sum((model) => model.queueLimitRows);
  const failures: Record<string, number> = {};
  for (const { statistics } of all) {
    for (const [reason, count] of Object.entries(statistics.failures))
      failures[reason] = (failures[reason] ?? 0) + count;
  }
  send({
    type: 'activity',
    point: {
      ...point,
      versions: all.map(endpointVersion),
      cost,
      failures,
      queueLimit: Number.isFinite(queueLimit) ? queueLimit : null,
      memoryBytes: process.memoryUsage.rss(),
      freshness: context?.features.freshness(Date.now()) ?? [],
    },
  });
}

function endpointVersion(model: ServedModel): EndpointStats['versions'][number] {
  const { replicas } = model;
  const { requests, failed } = versionCounts(model);
  return {
    model: model.name,
    version: model.version,
    state: replicas.state,
    replicas: replicas.replicas.length,
    minReplicas: replicas.scaling.minReplicas,
    maxReplicas: replicas.scaling.maxReplicas,
    memoryBytes: model.replicaSets.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    coldStartMs: replicas.lastColdStartMs,
    ran: replicas.ran,
    requests,
    failed,
    queued: model.queuedRows,
    ...(model.steps.length === 0 ? {} : { steps: model.steps.map(endpointStep) }),
  };
}

function endpointStep({ spec, statistics, replicas, keptRows }: ServedStep) {
  const { inferenceCount: rows, executionCount: runs, busyMs } = statistics;
  return {
    name: spec.name,
    rows,
    runs,
    queued: replicas.queuedRows,
    replicas: replicas.replicas.length,
    runMs: runs === 0 ? null : busyMs / runs,
    keptRows,
  };
}

async function answer(call: ServingCall): Promise<void> {
  try {
    send({ type: 'result', id: call.id, value: await execute(call) });
  } catch (error) {
    send({ type: 'error', id: call.id, error: toWireError(error) });
  }
}

function running(): ServingContext {
  if (context === undefined) throw new Error('a call came before the start');
  return context;
}

/** The new models are warm before the first request reaches them; the old ones end when they have answered theirs. */
async function replaceModels({ models: sources, traffic }: ServingCalls['replaceModels']['args']): Promise<null> {
  if (openModel === undefined) throw new Error('a call came before the start');
  const opened: ServedModel[] = [];
  try {
    for (const source of sources) {
      const kept = models.versions(source.name).find((model) => isSame(model, source));
      if (kept === undefined) opened.push(await openModel(source));
    }
  } catch (error) {
    await Promise.all(opened.map((model) => model.close()));
    throw error;
  }
  const names = new Set([...models.all(), ...opened].map((model) => model.name));
  for (const name of names) {
    const kept = models.versions(name).filter((model) => sources.some((source) => isSame(model, source)));
    const old = models.replace(name, [...kept, ...opened.filter((model) => model.name === name)]);
    for (const model of old) {
      if (kept.includes(model)) continue;
      model.retire().catch((error: unknown) => log('error', `Closing model ${name}: ${toWireError(error).message}`));
    }
  }
  explanations.forget();
  const [first] = sources;
  if (first === undefined) return null;
  const rule = { stable: first.version, canary: null, shadow: null };
  if (traffic !== null || first.version !== models.find(first.name, undefined).version) {
    models.trafficOf(first.name).set(traffic ?? rule);
  } else if (models.trafficOf(first.name).rule !== undefined) {
    models.trafficOf(first.name).set(rule);
  }
  return null;
}

function isSame(model: ServedModel, source: ModelSource): boolean {
  return model.name === source.name && model.version === source.version && model.digest === source.digest;
}

function versionCounts(model: ServedModel): VersionCounts {
  const { inferenceCount, computeInfer } = model.statistics;
  let requests = 0;
  let failed = 0;
  for (const [code, count] of model.requestsByCode) {
    requests += count;
    if (code >= 500 && code !== 503) failed += count;
  }
  const shadowOf = (result: ShadowResult) => model.shadowResults.get(result) ?? 0;
  return {
    version: model.version,
    digest: model.digest,
    rows: inferenceCount,
    requests,
    failed,
    inferMs: computeInfer.count === 0 ? null : computeInfer.ms / computeInfer.count,
    shadow: {
      failed: shadowOf('failed'),
      answered: shadowOf('equal') + shadowOf('different') + shadowOf('failed'),
    },
  };
}

async function execute(call: ServingCall): Promise<unknown> {
  if (call.name === 'replaceModels') return replaceModels(call.args);
  if (call.name === 'versions') return models.versions(call.args.model).map(versionCounts);
  if (call.name === 'recentRows') {
    return models.find(call.args.model, call.args.version).requestLog.recent(call.args.limit, call.args.reader);
  }
  const model = models.pick(call.args.model, undefined, undefined);
  if (call.name === 'explain') return explanations.explain(model, { id: undefined, ...call.args });
  const { isTest } = call.args;
  const started = performance.now();
  const id = randomUUID();
  const timing: RequestTiming = { startedMs: started, bodyMs: started, id };
  model.hold();
  try {
    const { rows, uses } = await model.enrichRows(call.args.rows);
    if (uses.length > 0) {
      timing.featuresMs = performance.now() - started;
      timing.features = featureHeaderOf(uses);
    }
    const predictions = await predictRows(running(), model, rows, id, { timing, isTest });
    timing.endedMs = performance.now();
    activity.record(timing.endedMs - started, call.args.rows.length, false, isTest);
    return { predictions, timing: timingJson(timing) };
  } catch (error) {
    activity.record(performance.now() - started, 0, true, isTest);
    throw error;
  } finally {
    model.release();
  }
}

async function stopHttp(): Promise<void> {
  const { server } = front ?? {};
  if (server === undefined) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
      resolve();
    }, drainMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

async function stop(): Promise<void> {
  if (context !== undefined) context.draining = true;
  await context?.fronts?.close(drainMs);
  poll?.close();
  await Promise.all([stopHttp(), grpc?.close(drainMs)]);
  fleet?.close();
  await explanations.close();
  await Promise.all(models.all().map((model) => model.close()));
  await context?.repository.close();
  context?.features.close();
  await context?.keys?.close();
  await context?.audit.close();
  await context?.payloadLog?.close();
  await context?.tracer?.close();
  process.exit(0);
}

process.on('message', (message: HostMessage) => {
  switch (message.type) {
    case 'start':
      start(message).catch((error: unknown) => {
        // The host reads the reason and ends this process.
        send({ type: 'failed', error: toWireError(error) });
      });
      return;
    case 'monitor':
      monitors.set(message.reading);
      return;
    case 'call':
      void answer(message);
      return;
    case 'stop':
      void stop();
  }
});
// The host is gone: nobody can stop this process any more.
process.on('disconnect', () => process.exit(0));
// A person's Ctrl+C reaches the whole group; the host decides when to stop.
process.on('SIGINT', () => undefined);
