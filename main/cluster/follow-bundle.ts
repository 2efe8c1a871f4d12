import { setTimeout as sleep } from 'node:timers/promises';
import { itemSteps } from '../../shared/plan/item-steps.ts';
import { planSchema } from '../../shared/plan/plan.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { followList } from './api/follow-list.ts';
import { createResourceFinder, resourcePath } from './api/resource-paths.ts';
import type { KubernetesObject } from './bundle.ts';
import { containerLabel, itemsLabel, taskLabel } from './dns-label.ts';
import type { LiveDeployment, LiveEvent, LiveJob, LivePod, LiveWorkflow } from './live-objects.ts';
import { bundleIdOf } from './ownership.ts';
import { podLog } from './pod-log.ts';
import { type NamedStep, type RunStatus, type StepStatus, stepStatuses } from './step-status.ts';

export interface EndpointStatus {
  /** Of the Deployment. */
  name: string;
  ready: number;
  wanted: number;
  reason: string | null;
}

export type ClusterEvent =
  | { type: 'connection'; lost: boolean }
  | ({ type: 'step.status' } & StepStatus)
  /** The end of a failed step's log. */
  | { type: 'step.log'; id: string; lines: string[] }
  | ({ type: 'endpoint.status' } & EndpointStatus)
  | ({ type: 'run.status' } & RunStatus);

export interface FollowBundleOptions {
  namespace: string;
  signal: AbortSignal;
  /** Goes on after the run has ended, for the endpoints. */
  stayAfterRun?: boolean;
  /** Wait before the first reconnection; default 500. */
  firstDelayMs?: number;
}

/** Time for a rush of changes to become one. */
const settleMs = 50;
const logTail = 20;

/**
 * Changes of what a bundle's steps and endpoints are doing in the cluster, until the run has ended (a bundle without a run:
 * until its endpoints are ready) or `signal` is aborted. Goes on after lost connections. Throws `cluster.*`.
 */
export async function* followBundle(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  options: FollowBundleOptions,
): AsyncGenerator<ClusterEvent, void, undefined> {
  const graph = bundleIdOf(objects);
  const run = runOf(objects);
  const steps = stepsOf(objects, run?.kind);
  const finder = createResourceFinder(client);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const queue: ClusterEvent[] = [];
  let resume: () => void = () => undefined;
  let stale = false;
  const wake = () => {
    stale = true;
    resume();
  };
  options.signal.addEventListener('abort', wake, { once: true });
  let failure: { error: unknown } | undefined;
  const live = {
    pods: [] as LivePod[],
    events: [] as LiveEvent[],
    jobs: undefined as LiveJob[] | undefined,
    workflows: undefined as LiveWorkflow[] | undefined,
    deployments: undefined as LiveDeployment[] | undefined,
  };

  const follow = async <T extends { metadata: { uid: string; name: string } }>(
    apiVersion: string,
    kind: string,
    labelSelector: string | undefined,
    onChange: (items: T[]) => void,
  ) => {
    const resource = await finder.require(apiVersion, kind);
    await followList<T>(client, {
      path: resourcePath(resource, options.namespace),
      query: labelSelector === undefined ? {} : { labelSelector },
      signal,
      ...(options.firstDelayMs === undefined ? {} : { firstDelayMs: options.firstDelayMs }),
      onInterruption: (lost) => {
        if (kind === 'Pod') queue.push({ type: 'connection', lost });
        wake();
      },
      onChange: (found) => {
        onChange([...found.values()]);
        wake();
      },
    });
  };
  const name = `app.kubernetes.io/name=${graph}`;
  const watching = [
    follow<LivePod>('v1', 'Pod', `${name},app.kubernetes.io/component=run`, (items) => {
      live.pods = items;
    }),
    follow<LiveDeployment>('apps/v1', 'Deployment', name, (items) => {
      live.deployments = items;
    }),
    ...(run?.kind === 'Job'
      ? [
          follow<LiveJob>('batch/v1', 'Job', name, (items) => {
            live.jobs = items;
          }),
        ]
      : []),
    ...(run?.kind === 'Workflow'
      ? [
          follow<LiveWorkflow>('argoproj.io/v1alpha1', 'Workflow', name, (items) => {
            live.workflows = items;
          }),
        ]
      : []),
  ].map((task) =>
    task.catch((error: unknown) => {
      failure ??= { error };
      wake();
    }),
  );
  // Reasons are better with events, but who may not read them sees the rest.
  watching.push(
    follow<LiveEvent>('v1', 'Event', undefined, (items) => {
      live.events = items;
    }).catch(() => undefined),
  );

  const told = new Map<string, string>();
  const changed = (event: ClusterEvent, key: string): boolean => {
    const text = JSON.stringify(event);
    if (told.get(key) === text) return false;
    told.set(key, text);
    return true;
  };
  try {
    while (!options.signal.aborted) {
      stale = false;
      if (failure !== undefined) throw failure.error;
      yield* queue.splice(0);
      const endpoints = (live.deployments ?? []).map(endpointStatus);
      for (const endpoint of endpoints) {
        const event: ClusterEvent = { type: 'endpoint.status', ...endpoint };
        if (changed(event, `endpoint ${endpoint.name}`)) yield event;
      }
      if (run !== undefined && (live.jobs ?? live.workflows) !== undefined) {
        const state = stepStatuses({
          steps,
          run,
          job: live.jobs?.find((job) => job.metadata.name === run.name),
          workflow: live.workflows?.find((workflow) => workflow.metadata.name === run.name),
          pods: live.pods,
          events: live.events,
        });
        for (const step of state.steps) {
          const event: ClusterEvent = { type: 'step.status', ...step };
          if (!changed(event, `step ${step.id}`)) continue;
          yield event;
          const { pod, container } = step;
          if (step.state !== 'failed' || pod === null || container === null || told.has(`log ${pod} ${container}`))
            continue;
          told.set(`log ${pod} ${container}`, '');
          const lines = await tailOf(client, options.namespace, pod, container, signal);
          if (lines.length > 0) yield { type: 'step.log', id: step.id, lines };
        }
        const event: ClusterEvent = { type: 'run.status', ...state.run };
        if (changed(event, 'run')) yield event;
        const ended = ['succeeded', 'failed', 'gone'].includes(state.run.state);
        if (ended && options.stayAfterRun !== true) return;
      } else if (run === undefined && live.deployments !== undefined && options.stayAfterRun !== true) {
        if (endpoints.every((endpoint) => endpoint.ready >= endpoint.wanted)) return;
      }
      if (!stale) {
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      if (!options.signal.aborted) await sleep(settleMs);
    }
  } finally {
    stop.abort();
    options.signal.removeEventListener('abort', wake);
    await Promise.all(watching);
  }
}

/** The Job or Workflow that runs the batch part. */
function runOf(objects: readonly KubernetesObject[]): { kind: 'Job' | 'Workflow'; name: string } | undefined {
  for (const { kind, metadata } of objects) {
    if (kind === 'Job' || kind === 'Workflow') return { kind, name: metadata.name };
  }
  return undefined;
}

/** Steps of the plan the bundle carries. */
function stepsOf(objects: readonly KubernetesObject[], kind: 'Job' | 'Workflow' | undefined): NamedStep[] {
  for (const object of objects) {
    const text = (object['data'] as Record<string, unknown> | undefined)?.['plan.json'];
    if (object.kind !== 'ConfigMap' || typeof text !== 'string') continue;
    const plan = planSchema.safeParse(JSON.parse(text));
    if (plan.success) {
      const maps = new Map(
        itemSteps(plan.data.steps).flatMap(({ id, items }) => items.flat().map((step) => [step.id, itemsLabel(id)])),
      );
      return plan.data.steps.map(({ id }, index) => {
        const label = kind === 'Workflow' ? taskLabel(id, index) : containerLabel(id, index);
        const ofMap = maps.get(id);
        return { id, label, ...(ofMap === undefined ? {} : { itemsLabel: ofMap }) };
      });
    }
  }
  return [];
}

function endpointStatus(deployment: LiveDeployment): EndpointStatus {
  const bad = deployment.status?.conditions?.find(
    (condition) =>
      (condition.type === 'ReplicaFailure' && condition.status === 'True') ||
      (condition.type === 'Progressing' && condition.status === 'False'),
  );
  return {
    name: deployment.metadata.name,
    ready: deployment.status?.availableReplicas ?? 0,
    wanted: deployment.spec?.replicas ?? 1,
    reason: bad?.message ?? null,
  };
}

async function tailOf(
  client: ClusterClient,
  namespace: string,
  pod: string,
  container: string,
  signal: AbortSignal,
): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of podLog(client, { namespace, pod, container, tailLines: logTail, signal }))
      lines.push(line);
  } catch {
    // Who may not read logs sees the state and its reason.
  }
  return lines;
}
