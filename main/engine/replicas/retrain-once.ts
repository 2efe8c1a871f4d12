import { setTimeout as sleep } from 'node:timers/promises';
import { retrainNode } from '../../../nodes/monitor/retrain/definition.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { LoopEvent } from '../../../shared/rpc/engine-contract.ts';
import type { EndpointState, Trial } from '../../monitoring/replicas/endpoint-state.ts';
import type { EndpointHost } from '../../serving/endpoint-host.ts';
import type { VersionCounts } from '../../serving/ipc-protocol.ts';
import type { ArtifactStore } from '../../store/artifact-store.ts';
import { copyArtifact } from '../../store/copy-step.ts';
import type { LoopRecords } from '../../store/loop-records.ts';
import type { Engine } from '../engine.ts';
import { registrationOf } from '../registration.ts';
import { startRetrainLoop } from '../retrain-loop.ts';
import { lookOnce } from './archived-monitors.ts';
import type { SharedEndpoint } from './shared-endpoint.ts';

/** Replicas say what they have answered every 10 s; one that is silent for longer has gone. */
const replicaAgeMs = 60_000;
const answerMs = 1_000;
const aliveMs = 20_000;
const trialStartMs = 120_000;

export interface RetrainOnceOptions {
  /** Trains; its data directory holds nothing that is needed later. */
  engine: Engine;
  /** Folder that relative paths of the graph start from. */
  baseDir: string;
  /** Why, as the monitor found. */
  asked: readonly string[];
  signal: AbortSignal;
  log(text: string): void;
}

/**
 * One look of the retraining loop at an endpoint whose replicas run elsewhere: trains a challenger on their labelled
 * requests, compares it with the champion, lets the replicas try it, promotes it, or judges the one promoted last. All it
 * decides is in the shared store. Returns the events of this look. Throws `graph.invalid`.
 */
export async function retrainOnce(endpoint: SharedEndpoint, options: RetrainOnceOptions): Promise<LoopEvent[]> {
  const { engine, signal, log } = options;
  const { state, store, source, graphId, document, service } = endpoint;
  const node = endpoint.monitors.find(({ kind }) => kind === 'monitor.retrain');
  if (node === undefined) {
    throw new AppError('graph.invalid', `No Retrain node watches the endpoint "${service.id}".`, {
      fix: 'Connect one to the endpoint.',
    });
  }
  const loop = await state.loop();
  const records = recordsOf(loop.events, loop.reports);
  const before = loop.events.length;
  const monitors = await lookOnce(endpoint, { signal, log, reportOf: (model) => loop.reports[model] });
  const { performance, observer } = monitors;
  if (performance === undefined) {
    monitors.close();
    throw new AppError('graph.invalid', `The Retrain node "${node.id}" needs a Performance monitor at its endpoint.`, {
      nodeId: node.id,
      fix: 'Connect one to the endpoint and the report of its Evaluate node.',
    });
  }
  // The engine compares models, so it has those that may be compared, under the numbers of the shared registry.
  await copyArtifact(source.digest, store, engine.store);
  const last = records.last(graphId, node.id, ['promoted'])?.evidence['before'];
  if (typeof last === 'string' && (await store.get(last)) !== undefined) {
    await copyArtifact(last, store, engine.store);
  }
  for (const version of await endpoint.registry.list(endpoint.champion.name)) {
    const { name, digest, runId, metrics, parity } = version;
    const [alias] = version.aliases;
    engine.registry.register({ name, alias, digest, runId, graphId: version.graphId, metrics, parity });
  }
  const host = createReplicaHost(state, async (model) => publish(endpoint, engine, model, 'challenger'));
  let failure: { error: unknown } | undefined;
  let written = Promise.resolve();
  const retraining = startRetrainLoop({
    graphId,
    nodeId: node.id,
    document,
    baseDir: options.baseDir,
    endpointNodeId: service.id,
    params: retrainNode.params.parse(node.params),
    engine: { ...engine, planStates: () => firstTrainingRows(endpoint, engine) },
    records,
    host,
    endpointId: endpoint.name,
    observer,
    performance,
    isDrifting: () => monitors.isDrifting,
    asked: options.asked.filter((reason) => reason !== 'probation'),
    once: true,
    swap: async (model) => {
      await publish(endpoint, engine, model, aliasOf(endpoint.modelUri));
    },
    onEvent(event) {
      log(event.text);
      // Others see each decision as it falls.
      written = written
        .then(() => state.setLoop({ events: [...loop.events], reports: { ...loop.reports } }))
        .catch((error: unknown) => {
          failure = { error };
        });
    },
    log,
  });
  const stop = () => retraining.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await retraining.looked;
    await written;
    if (failure !== undefined) throw failure.error;
    signal.throwIfAborted();
    return loop.events.slice(before);
  } finally {
    signal.removeEventListener('abort', stop);
    retraining.close();
    monitors.close();
    await host.tryVersion(endpoint.name, undefined);
  }
}

/** The rows the first version was trained on, as the step that the loop asks for: a fresh engine has run none. */
async function firstTrainingRows({ store, registry, champion, document }: SharedEndpoint, engine: Engine) {
  const [first] = await registry.list(champion.name);
  const digest = first === undefined ? undefined : await tableBehind(store, first.digest);
  if (digest === undefined) return { diagnostics: [], steps: [] };
  await copyArtifact(digest, store, engine.store);
  const output = { digest, type: 'table' as const };
  const steps = Object.entries(document.nodes).map(([id, { kind }]) => ({
    id,
    kind,
    key: null,
    hit: true,
    reasons: [],
    changed: [],
    ranBefore: true,
    estimate: { seconds: null, memoryBytes: null, outputBytes: null },
    outputs: { table: output, train: output },
  }));
  return { diagnostics: [], steps };
}

/** The nearest table that a model was made of. */
async function tableBehind(store: ArtifactStore, model: string): Promise<string | undefined> {
  const queue = [model];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const manifest = await store.get(at);
    if (manifest?.type === 'table') return at;
    const { report: _report, ...inputs } = manifest?.inputs ?? {};
    queue.push(...Object.values(inputs).flat());
  }
  return undefined;
}

function aliasOf(uri: string): string {
  return uri.slice(uri.indexOf('@') + 1);
}

/** Brings a model that was trained here to where all see it, and gives it an alias. */
async function publish(endpoint: SharedEndpoint, engine: Engine, model: string, alias: string): Promise<number> {
  const { store, registry, graphId, champion } = endpoint;
  if ((await store.get(model)) === undefined) {
    await copyArtifact(model, engine.store, store);
    const report = (await store.get(model))?.inputs['report']?.[0];
    if (report !== undefined && (await engine.store.get(report)) !== undefined) {
      await copyArtifact(report, engine.store, store);
    }
  }
  const manifest = await store.get(model);
  const runId = engine.registry.list().find(({ digest }) => digest === model)?.runId ?? '';
  const registration = manifest === undefined ? undefined : registrationOf(manifest, { runId, graphId });
  if (registration === undefined) throw new AppError('artifact.corrupt', `${model} is no registered model.`);
  const { version } = await registry.register({ ...registration, name: champion.name, alias });
  return version;
}

/** The replicas of an endpoint as the rollout sees them: one endpoint with the sum of their counts. */
export function createReplicaHost(
  state: EndpointState,
  publishModel: (digest: string) => Promise<number>,
): Pick<EndpointHost, 'tryVersion' | 'versions'> {
  let trying: Trial | undefined;
  let seen: { atMs: number; versions: VersionCounts[] } = { atMs: 0, versions: [] };
  return {
    async tryVersion(_id, trial) {
      if (trial === undefined) {
        trying = undefined;
        if ((await state.trial()) !== undefined) await state.setTrial(undefined);
        return;
      }
      const { source, shadow, percent } = trial;
      const version = await publishModel(source.digest);
      const wanted: Trial = {
        model: source.digest,
        version,
        shadow,
        percent,
        startedMs: Date.now(),
        aliveMs: Date.now(),
      };
      trying = wanted;
      await state.setTrial(wanted);
      for (const sinceMs = Date.now(); ; ) {
        const replicas = await state.replicas(replicaAgeMs);
        if (replicas.some((replica) => replica.trial?.startedMs === wanted.startedMs)) break;
        if (Date.now() - sinceMs > trialStartMs) {
          throw new AppError('serve.not-ready', 'No replica of the endpoint took the challenger.', {
            fix: 'See whether its pods are up, and whether they reach the store.',
          });
        }
        await sleep(answerMs / 2);
      }
      seen = { atMs: 0, versions: [] };
    },
    async versions() {
      if (Date.now() - seen.atMs < answerMs) return seen.versions;
      if (trying !== undefined && Date.now() - trying.aliveMs > aliveMs) {
        trying = { ...trying, aliveMs: Date.now() };
        await state.setTrial(trying);
      }
      const sums = new Map<string, VersionCounts>();
      for (const { versions } of await state.replicas(replicaAgeMs)) {
        for (const counts of versions) sums.set(counts.digest, addCounts(sums.get(counts.digest), counts));
      }
      seen = { atMs: Date.now(), versions: [...sums.values()] };
      return seen.versions;
    },
  };
}

function addCounts(sum: VersionCounts | undefined, counts: VersionCounts): VersionCounts {
  if (sum === undefined) return counts;
  const requests = sum.requests + counts.requests;
  const weight = (one: VersionCounts) => (one.inferMs === null ? 0 : Math.max(1, one.requests));
  const weights = weight(sum) + weight(counts);
  return {
    ...counts,
    rows: sum.rows + counts.rows,
    requests,
    failed: sum.failed + counts.failed,
    inferMs:
      weights === 0 ? null : ((sum.inferMs ?? 0) * weight(sum) + (counts.inferMs ?? 0) * weight(counts)) / weights,
    shadow: {
      failed: sum.shadow.failed + counts.shadow.failed,
      answered: sum.shadow.answered + counts.shadow.answered,
    },
  };
}

/** Events and reports in memory; `events` and `reports` are what is written back. */
function recordsOf(events: LoopEvent[], reports: Record<string, string>): LoopRecords {
  const of = (graphId: string, nodeId: string) =>
    events.filter((event) => event.graphId === graphId && event.nodeId === nodeId);
  return {
    append(event) {
      const added = { ...event, seq: (events.at(-1)?.seq ?? 0) + 1, timeMs: Date.now() };
      events.push(added);
      return added;
    },
    list: ({ graphId, nodeId, after = 0, limit }) =>
      events
        .filter((event) => event.graphId === graphId && (nodeId === undefined || event.nodeId === nodeId))
        .filter(({ seq }) => seq > after)
        .slice(0, limit),
    last: (graphId, nodeId, types) => of(graphId, nodeId).findLast(({ type }) => types.includes(type)),
    countSince: (graphId, nodeId, type, sinceMs) =>
      of(graphId, nodeId).filter((event) => event.type === type && event.timeMs >= sinceMs).length,
    setReport(model, report) {
      reports[model] = report;
    },
    reportOf: (model) => reports[model],
  };
}
