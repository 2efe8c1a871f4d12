import { once } from 'node:events';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { BundleSource, ClusterResults, ClusterStatus } from '../../../shared/rpc/cluster-schemas.ts';
import type { ClusterClient } from '../../cluster/api/cluster-client.ts';
import { applyBundle, placedObjects } from '../../cluster/apply-bundle.ts';
import type { KubernetesObject } from '../../cluster/bundle.ts';
import { objectsOfGraph } from '../../cluster/bundle-of-graph.ts';
import { deleteBundle } from '../../cluster/delete-bundle.ts';
import { estimateRun } from '../../cluster/estimate-run.ts';
import { podsOfEndpoint } from '../../cluster/forward-endpoint.ts';
import { modelsOfEndpoint, predictAtEndpoint } from '../../cluster/forwarded-endpoint.ts';
import { followBundle } from '../../cluster/follow-bundle.ts';
import { buildOverlay, overlayFolder } from '../../cluster/kustomize.ts';
import { podLog } from '../../cluster/pod-log.ts';
import { preflight } from '../../cluster/preflight.ts';
import { stepResult } from '../../cluster/step-result.ts';
import { adoptResults } from '../../engine/adopt-results.ts';
import { createArtifactStore } from '../../store/artifact-store.ts';
import { driverOfUri } from '../../store/driver-of-uri.ts';
import { requireTrust } from '../../trust/require-trust.ts';
import { contextFor } from '../export-context-for.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';

const shownLogLines = 500;
/** A burst of log lines is one message. */
const logPauseMs = 150;

/** What `predict` may ask: the ports of this machine that lead to endpoints of clusters now. */
const forwardedUrls = new Set<string>();

export const clusterHandlers = {
  contexts: rpc.cluster.contexts.handler(async () =>
    (await import('../../cluster/api/kube-contexts.ts')).listContexts(),
  ),
  preflight: rpc.cluster.preflight.handler(async ({ input }) =>
    preflight(await openCluster(input.context), input.namespace),
  ),
  apply: rpc.cluster.apply.handler(async ({ input, context, signal }) => {
    // A dry run shows what it would do, which helps to decide.
    if (!input.dryRun) await requireTrustedBundle(context, input.bundle);
    return applyBundle(await openCluster(input.context), await objectsOf(context, input.bundle), {
      namespace: input.namespace,
      dryRun: input.dryRun,
      signal,
    });
  }),
  delete: rpc.cluster.delete.handler(async ({ input, context, signal }) => {
    await requireTrustedBundle(context, input.bundle);
    return deleteBundle(await openCluster(input.context), await objectsOf(context, input.bundle), {
      namespace: input.namespace,
      signal,
    });
  }),
  watch: rpc.cluster.watch.handler(async function* ({ input, context, signal }) {
    const client = await openCluster(input.context);
    const placed = placedObjects(client, await objectsOf(context, input.bundle), input.namespace);
    const status: ClusterStatus = {
      namespace: placed.namespace,
      connected: true,
      run: null,
      steps: [],
      endpoints: [],
    };
    const events = followBundle(client, placed.objects, {
      namespace: placed.namespace,
      signal: signal ?? new AbortController().signal,
      stayAfterRun: true,
    });
    for await (const event of events) {
      if (event.type === 'connection') status.connected = !event.lost;
      else if (event.type === 'run.status') status.run = { state: event.state, reason: event.reason };
      else if (event.type === 'step.status') {
        const { type: _, ...step } = event;
        status.steps = replaced(status.steps, step, (one) => one.id === step.id);
      } else if (event.type === 'endpoint.status') {
        const { type: _, ...endpoint } = event;
        status.endpoints = replaced(status.endpoints, endpoint, (one) => one.name === endpoint.name);
      } else continue;
      yield structuredClone(status);
    }
  }),
  results: rpc.cluster.results.handler(async ({ input, context }): Promise<ClusterResults> => {
    const client = await openCluster(input.context);
    const { bundle } = input;
    const { namespace } = placedObjects(client, await objectsOf(context, bundle), input.namespace);
    const metrics: ClusterResults['metrics'] = {};
    const keys: string[] = [];
    for (const step of input.steps) {
      const result = await stepResult(client, namespace, step);
      Object.assign(metrics, result?.metrics);
      keys.push(result?.steps[0]?.key ?? '');
    }
    if (!('document' in bundle)) return { metrics, runId: null, reason: 'folder' };
    if (bundle.store === undefined) return { metrics, runId: null, reason: 'volume' };
    await requireTrustedBundle(context, bundle);
    const { engine } = context;
    const remote = createArtifactStore(driverOfUri(bundle.store, engine.dataDir));
    const baseDir = bundle.path === undefined ? context.graphsDir : dirname(bundle.path);
    const runId = await adoptResults(engine, remote, keys, { document: bundle.document, baseDir });
    if (runId !== undefined) return { metrics, runId, reason: null };
    return { metrics, runId: null, reason: keys.includes('') ? 'pods-gone' : 'other-version' };
  }),
  forward: rpc.cluster.forward.handler(async function* ({ input, context, signal }) {
    const objects = await objectsOf(context, input.bundle);
    const { namespace } = placedObjects(await openCluster(input.context), objects, input.namespace);
    const { forwardPort } = await import('../../cluster/api/port-forward.ts');
    const forwarded = await forwardPort({
      ...podsOfEndpoint(objects, input.endpoint),
      context: input.context,
      namespace,
      port: 0,
    });
    const { url } = forwarded;
    forwardedUrls.add(url);
    try {
      yield { url };
      // Without an answer to this the port stays open: what is wrong shows to whoever asks there.
      yield { url, models: await modelsOfEndpoint(url, signal).catch(() => []) };
      if (signal !== undefined && !signal.aborted) await once(signal, 'abort');
    } finally {
      forwardedUrls.delete(url);
      await forwarded.close();
    }
  }),
  predict: rpc.cluster.predict.handler(async ({ input: { url, model, row }, signal }) => {
    if (!forwardedUrls.has(url)) {
      throw new AppError('serve.not-ready', 'This endpoint of the cluster is not open on this machine any more.', {
        fix: 'Open it again.',
      });
    }
    return predictAtEndpoint(url, model, row, signal);
  }),
  estimate: rpc.cluster.estimate.handler(async ({ input, context, signal }) => {
    const exported = await contextFor(context, input.document, 'kubernetes');
    const baseDir = input.path === undefined ? context.graphsDir : dirname(input.path);
    const { steps } = await context.engine.planStates(input.document, {
      baseDir,
      ...(signal === undefined ? {} : { signal }),
    });
    const times = new Map(steps.map(({ id, hit, estimate }) => [id, { hit, seconds: estimate.seconds }]));
    return estimateRun(exported, input.target, times);
  }),
  log: rpc.cluster.log.handler(async function* ({ input, signal }) {
    const client = await openCluster(input.context);
    const lines: string[] = [];
    let ended = false;
    let failure: { error: unknown } | undefined;
    let fresh = true;
    const stop = new AbortController();
    const until = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const { namespace, pod, container } = input;
    const reading = (async () => {
      const options = { namespace, pod, container, follow: true, tailLines: shownLogLines, signal: until };
      for await (const line of podLog(client, options)) {
        lines.push(line);
        if (lines.length > shownLogLines) lines.shift();
        fresh = true;
      }
    })()
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        ended = true;
      });
    try {
      while (!until.aborted) {
        if (failure !== undefined) throw failure.error;
        const last = ended;
        if (fresh || last) yield { lines: [...lines], ended: last };
        fresh = false;
        if (last) return;
        await sleep(logPauseMs);
      }
    } finally {
      stop.abort();
      await reading;
    }
  }),
};

/** A folder was chosen by the person and holds what they can read; a graph speaks for whoever drew it. */
async function requireTrustedBundle(context: Services, bundle: BundleSource): Promise<void> {
  if ('document' in bundle) await requireTrust(context.trust, bundle, 'change a cluster');
}

/** The cluster library is large: it is loaded when it is first asked for. */
async function openCluster(context: string | undefined): Promise<ClusterClient> {
  return (await import('../../cluster/api/cluster-client.ts')).openCluster(context);
}

async function objectsOf(services: Services, bundle: BundleSource): Promise<KubernetesObject[]> {
  if ('dir' in bundle) return buildOverlay(overlayFolder(bundle.dir));
  const store = bundle.store === undefined ? {} : { store: bundle.store };
  const exported = await contextFor(services, bundle.document, bundle.target);
  return objectsOfGraph(exported, bundle.target, bundle.image, store);
}

function replaced<T>(items: readonly T[], item: T, same: (candidate: T) => boolean): T[] {
  return items.some(same) ? items.map((candidate) => (same(candidate) ? item : candidate)) : [...items, item];
}
