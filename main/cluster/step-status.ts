import { sharesLabel } from './dns-label.ts';
import type { ContainerStatus, LiveEvent, LiveJob, LivePod, LiveWorkflow } from './live-objects.ts';
import { shareLabel } from './ownership.ts';

export type StepState = 'pending' | 'scheduling' | 'pulling' | 'running' | 'done' | 'failed' | 'skipped';

export interface StepStatus {
  /** Id of the node. */
  id: string;
  state: StepState;
  /** Why it is in this state, in the cluster's words. */
  reason: string | null;
  /** What to do about it. */
  fix: string | null;
  pod: string | null;
  container: string | null;
  /** Pods that were made for the step so far. */
  attempts: number;
  startedMs: number | null;
  finishedMs: number | null;
  /** Warnings about its pod, newest last. */
  warnings: { reason: string; message: string; count: number }[];
}

export interface RunStatus {
  state: 'pending' | 'running' | 'succeeded' | 'failed' | 'gone';
  reason: string | null;
}

/** A step and the name of its container (Job) or template (Workflow). */
export interface NamedStep {
  id: string;
  label: string;
  /** Of the pods that do the items of the map it is in, where these run side by side. */
  itemsLabel?: string;
}

export interface ClusterState {
  /** In plan order. */
  steps: readonly NamedStep[];
  run: { kind: 'Job' | 'Workflow'; name: string };
  job?: LiveJob | undefined;
  workflow?: LiveWorkflow | undefined;
  pods: readonly LivePod[];
  events: readonly LiveEvent[];
}

const maxWarnings = 5;

/** What each step is doing, from the objects the cluster shows. */
export function stepStatuses(state: ClusterState): { steps: StepStatus[]; run: RunStatus } {
  const run = runStatus(state);
  const pods = state.pods
    .filter((pod) => ownerOf(pod) === state.run.name)
    .toSorted((a, b) => createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
  const steps =
    state.run.kind === 'Job' ? jobSteps(state, pods) : state.steps.map((step) => workflowStep(step, state, pods));
  const labelOf = new Map(state.steps.map(({ id, label, itemsLabel }) => [id, itemsLabel ?? sharesLabel(label)]));
  const withShares = steps.map((step) =>
    step.state === 'pending' || step.state === 'scheduling' || step.state === 'pulling'
      ? { ...step, ...sharesState(state, labelOf.get(step.id) as string) }
      : step,
  );
  const over = run.state === 'failed' || run.state === 'gone';
  return {
    run,
    steps: withShares.map((step): StepStatus => {
      if (!['pending', 'scheduling', 'pulling', 'running'].includes(step.state)) return step;
      // Its pod may be cleaned up, or told of later than the run.
      if (run.state === 'succeeded') return { ...step, state: 'done', reason: null, fix: null };
      return over ? { ...step, state: 'skipped', reason: step.reason ?? run.reason } : step;
    }),
  };
}

function runStatus({ run, job, workflow }: ClusterState): RunStatus {
  if (run.kind === 'Workflow') {
    if (workflow === undefined) return { state: 'gone', reason: `There is no Workflow ${run.name}.` };
    const { phase, message } = workflow.status ?? {};
    if (phase === 'Succeeded') return { state: 'succeeded', reason: null };
    if (phase === 'Failed' || phase === 'Error') return { state: 'failed', reason: message ?? null };
    if (phase === undefined) {
      return {
        state: 'pending',
        reason: 'Argo has not taken the Workflow up yet; its controller must run and watch this namespace.',
      };
    }
    return { state: phase === 'Pending' ? 'pending' : 'running', reason: message ?? null };
  }
  if (job === undefined) return { state: 'gone', reason: `There is no Job ${run.name}.` };
  const is = (type: string) => job.status?.conditions?.find((entry) => entry.type === type && entry.status === 'True');
  if (is('Complete') !== undefined) return { state: 'succeeded', reason: null };
  const failed = is('Failed');
  if (failed !== undefined) return { state: 'failed', reason: failed.message ?? failed.reason ?? null };
  return { state: (job.status?.active ?? 0) > 0 ? 'running' : 'pending', reason: null };
}

/** All steps are containers of one pod, one after another; a new pod begins at the first again. */
function jobSteps(state: ClusterState, pods: readonly LivePod[]): StepStatus[] {
  const pod = pods.at(-1);
  if (pod === undefined) {
    const refusal = newest(state.events.filter((event) => isAbout(event, 'Job', state.run.name) && isWarning(event)));
    return state.steps.map((step, index) => ({
      ...blank(step),
      ...(refusal === undefined || index > 0
        ? {}
        : { state: 'scheduling' as const, reason: refusal.message ?? null, fix: fixOf('', refusal.message ?? '') }),
    }));
  }
  const containers = new Map(
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].map((container) => [
      container.name,
      container,
    ]),
  );
  let current = true;
  return state.steps.map((step) => {
    const container = containers.get(step.label);
    const status: StepStatus = {
      ...blank(step),
      ...containerState(pod, container, current),
      pod: pod.metadata.name,
      container: step.label,
      attempts: pods.length,
    };
    // What follows an unfinished step waits for it.
    if (current && status.state !== 'done') {
      current = false;
      return { ...status, warnings: warningsOf(state.events, pod) };
    }
    return status;
  });
}

function workflowStep(step: NamedStep, state: ClusterState, allPods: readonly LivePod[]): StepStatus {
  const pods = allPods.filter((pod) => templateOf(pod, state.run.name) === step.label);
  const pod = pods.at(-1);
  const container = pod?.status?.containerStatuses?.find((entry) => entry.name === 'main');
  const nodes = Object.values(state.workflow?.status?.nodes ?? {}).filter((node) => node.displayName === step.label);
  // With retries the step has a node of its own above those of its pods.
  const node = nodes.find((candidate) => candidate.type === 'Retry') ?? nodes.at(-1);
  const status: StepStatus = {
    ...blank(step),
    ...(pod === undefined ? {} : containerState(pod, container, true)),
    pod: pod?.metadata.name ?? null,
    container: pod === undefined ? null : 'main',
    attempts: pods.length,
  };
  if (pod !== undefined && status.state !== 'done') status.warnings = warningsOf(state.events, pod);
  const times = { startedMs: timeOf(node?.startedAt), finishedMs: timeOf(node?.finishedAt) };
  if (node?.phase === 'Succeeded') return { ...status, ...times, state: 'done', reason: null, fix: null };
  if (node?.phase === 'Failed' || node?.phase === 'Error') {
    return { ...status, ...times, state: 'failed', reason: status.reason ?? node.message ?? null };
  }
  if (node?.phase === 'Skipped' || node?.phase === 'Omitted') {
    return { ...status, state: 'skipped', reason: node.message ?? 'A step before it did not succeed.' };
  }
  // The workflow tries again where a pod alone has failed.
  if (status.state === 'failed') return { ...status, state: 'pending' };
  if (pod === undefined && node?.message !== undefined) status.reason = node.message;
  return status;
}

/** While the trials or folds of a step, or the items it is in, are done by pods of their own. */
function sharesState({ run, pods: all, events }: ClusterState, label: string): Partial<StepStatus> {
  const pods = all.filter(
    (pod) => pod.metadata.labels?.[shareLabel] === label || templateOf(pod, run.name)?.startsWith(`${label}(`),
  );
  const first = pods.find((pod) => pod.status?.phase !== 'Succeeded') ?? pods[0];
  if (first === undefined) return {};
  const done = pods.filter((pod) => pod.status?.phase === 'Succeeded').length;
  if (done > 0 || pods.some((pod) => pod.status?.phase === 'Running')) {
    return {
      state: 'running',
      reason: `${done} of ${pods.length} shares of its trials, folds or items are done.`,
      fix: null,
    };
  }
  const container = first.status?.containerStatuses?.find(({ name }) => name === 'main' || name === label);
  const state = containerState(first, container, true);
  // A share that failed is done by the step itself.
  if (state.state === 'failed') return { warnings: warningsOf(events, first) };
  return { ...state, pod: first.metadata.name, container: container?.name ?? null };
}

function containerState(pod: LivePod, container: ContainerStatus | undefined, current: boolean): Partial<StepStatus> {
  const terminated = container?.state?.terminated;
  if (terminated !== undefined) {
    const times = { startedMs: timeOf(terminated.startedAt), finishedMs: timeOf(terminated.finishedAt) };
    if (terminated.exitCode === 0) return { state: 'done', ...times };
    const why = [terminated.reason, terminated.message].filter((text) => text && text !== 'Error').join(': ');
    const reason = why === '' ? `The step ended with exit code ${terminated.exitCode}.` : why;
    return { state: 'failed', reason, fix: fixOf(terminated.reason ?? '', reason), ...times };
  }
  if (!current) return {};
  if (pod.status?.phase === 'Failed') {
    const reason = [pod.status.reason, pod.status.message].filter(Boolean).join(': ') || 'The pod has failed.';
    return { state: 'failed', reason, fix: fixOf(pod.status.reason ?? '', reason) };
  }
  const running = container?.state?.running;
  if (running !== undefined) return { state: 'running', startedMs: timeOf(running.startedAt) };
  const unscheduled = pod.status?.conditions?.find((entry) => entry.type === 'PodScheduled' && entry.status !== 'True');
  const scheduled = pod.status?.conditions?.some((entry) => entry.type === 'PodScheduled' && entry.status === 'True');
  if (unscheduled !== undefined || scheduled !== true) {
    const reason = unscheduled?.message ?? null;
    return { state: 'scheduling', reason, fix: reason === null ? null : fixOf('Unschedulable', reason) };
  }
  const waiting = container?.state?.waiting;
  const plain = waiting?.reason === undefined || ['ContainerCreating', 'PodInitializing'].includes(waiting.reason);
  if (plain) return { state: 'pulling' };
  const reason = [waiting.reason, waiting.message].filter(Boolean).join(': ');
  return { state: 'pulling', reason, fix: fixOf(waiting.reason ?? '', reason) };
}

function fixOf(reason: string, message: string): string | null {
  if (reason === 'OOMKilled')
    return 'The step needs more memory than its limit: raise it in the overlay, or use fewer rows.';
  if (/^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/.test(reason)) {
    return "Check the image in the overlay's kustomization.yaml, and that the cluster may pull it.";
  }
  if (/^CreateContainerConfigError$/.test(reason)) return 'A ConfigMap or Secret the container needs is missing.';
  if (reason === 'Evicted') return 'The node ran out of memory or disk; the step is tried again.';
  if (/exceeded quota/.test(message)) return 'Free resources in the namespace, or ask for a larger quota.';
  if (/PersistentVolumeClaim|persistentvolumeclaim|unbound immediate/.test(message)) {
    return 'The volume for results is not there yet: its storage class must offer ReadWriteMany; on one node set ReadWriteOnce in the overlay.';
  }
  if (/nvidia\.com/.test(message)) return 'No node has a free GPU.';
  if (/Insufficient/.test(message))
    return 'No node has room for it: free some, add a node, or lower the requests in the overlay.';
  return null;
}

function blank(step: NamedStep): StepStatus {
  return {
    id: step.id,
    state: 'pending',
    reason: null,
    fix: null,
    pod: null,
    container: null,
    attempts: 0,
    startedMs: null,
    finishedMs: null,
    warnings: [],
  };
}

function ownerOf(pod: LivePod): string | undefined {
  const labels = pod.metadata.labels ?? {};
  return labels['workflows.argoproj.io/workflow'] ?? labels['batch.kubernetes.io/job-name'] ?? labels['job-name'];
}

/** Argo names a node `WORKFLOW.TASK`, with the DAG between them where there are several, and `(N)` for the N-th try. */
function templateOf(pod: LivePod, workflow: string): string | undefined {
  const name = pod.metadata.annotations?.['workflows.argoproj.io/node-name'];
  return name?.startsWith(`${workflow}.`)
    ? name
        .split('.')
        .at(-1)
        ?.replace(/\(\d+\)$/, '')
    : undefined;
}

function warningsOf(events: readonly LiveEvent[], pod: LivePod): StepStatus['warnings'] {
  return events
    .filter((event) => isAbout(event, 'Pod', pod.metadata.name) && isWarning(event))
    .toSorted((a, b) => eventMs(a) - eventMs(b))
    .slice(-maxWarnings)
    .map(({ reason = '', message = '', count = 1 }) => ({ reason, message, count }));
}

function isAbout(event: LiveEvent, kind: string, name: string): boolean {
  return event.involvedObject.kind === kind && event.involvedObject.name === name;
}

function isWarning(event: LiveEvent): boolean {
  return event.type === 'Warning';
}

function newest(events: readonly LiveEvent[]): LiveEvent | undefined {
  return events.toSorted((a, b) => eventMs(a) - eventMs(b)).at(-1);
}

function eventMs(event: LiveEvent): number {
  return timeOf(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp) ?? 0;
}

function createdMs(pod: LivePod): number {
  return timeOf(pod.metadata.creationTimestamp) ?? 0;
}

function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : time;
}
