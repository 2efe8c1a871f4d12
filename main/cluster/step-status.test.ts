import { describe, expect, it } from 'vitest';
import type { LivePod, LiveWorkflow } from './live-objects.ts';
import { stepStatuses } from './step-status.ts';

const steps = [
  { id: 'flights', label: 'step-1-flights' },
  { id: 'trees', label: 'step-2-trees' },
];

type Nodes = NonNullable<NonNullable<LiveWorkflow['status']>['nodes']>;

function workflow(phase: string, nodes: Nodes = {}, message?: string): LiveWorkflow {
  return {
    metadata: { uid: 'w', name: 'run' },
    status: { phase, nodes, ...(message === undefined ? {} : { message }) },
  };
}

/** A pod as Argo makes it for the N-th try of a step. */
function pod(label: string, attempt: number, state: object, status: LivePod['status'] = {}): LivePod {
  return {
    metadata: {
      uid: `${label}-${attempt}`,
      name: `run-${label}-${attempt}`,
      creationTimestamp: `2026-01-01T00:0${attempt}:00Z`,
      labels: { 'workflows.argoproj.io/workflow': 'run' },
      annotations: { 'workflows.argoproj.io/node-name': `run.${label}(${attempt})` },
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      containerStatuses: [
        { name: 'wait', state: { running: {} } },
        { name: 'main', state },
      ],
      ...status,
    },
  };
}

function statuses(live: LiveWorkflow | undefined, pods: LivePod[] = []) {
  const found = stepStatuses({ steps, run: { kind: 'Workflow', name: 'run' }, workflow: live, pods, events: [] });
  return { run: found.run, states: found.steps.map((step) => step.state), steps: found.steps };
}

describe('steps of a workflow', () => {
  it('wait, run and are done, side by side', () => {
    expect(statuses(workflow('Running')).states).toEqual(['pending', 'pending']);
    const pods = [pod('step-1-flights', 0, { terminated: { exitCode: 0 } }), pod('step-2-trees', 0, { running: {} })];
    const nodes = { a: { type: 'Retry', displayName: 'step-1-flights', phase: 'Succeeded' } };
    expect(statuses(workflow('Running', nodes), pods).states).toEqual(['done', 'running']);
  });

  it('keep their state when their pods are cleaned up', () => {
    const nodes = {
      a: { type: 'Retry', displayName: 'step-1-flights', phase: 'Succeeded' },
      b: { type: 'Retry', displayName: 'step-2-trees', phase: 'Succeeded' },
    };
    const found = statuses(workflow('Succeeded', nodes));
    expect(found.states).toEqual(['done', 'done']);
    expect(found.run.state).toBe('succeeded');
  });

  it('are done when the run has succeeded, whatever is left of their pods', () => {
    // Argo keeps the nodes of large workflows elsewhere.
    const found = statuses(workflow('Succeeded'), [pod('step-2-trees', 0, { running: {} })]);
    expect(found.states).toEqual(['done', 'done']);
    const job = { metadata: { uid: 'j', name: 'run' }, status: { conditions: [{ type: 'Complete', status: 'True' }] } };
    const ofJob = stepStatuses({ steps, run: { kind: 'Job', name: 'run' }, job, pods: [], events: [] });
    expect(ofJob.steps.map(({ state }) => state)).toEqual(['done', 'done']);
  });

  it('wait for a controller that may not watch the namespace', () => {
    const untouched = { metadata: { uid: 'w', name: 'run' } };
    expect(statuses(untouched).run).toEqual({
      state: 'pending',
      reason: expect.stringContaining('watch this namespace'),
    });
  });

  it('wait again after a pod that failed, as long as the workflow tries again', () => {
    const lost = pod('step-1-flights', 0, {}, { phase: 'Failed', reason: 'Evicted', message: 'low on memory' });
    const nodes = { a: { type: 'Retry', displayName: 'step-1-flights', phase: 'Running' } };
    const waiting = statuses(workflow('Running', nodes), [lost]).steps[0];
    expect(waiting).toMatchObject({ state: 'pending', reason: expect.stringContaining('low on memory'), attempts: 1 });
    const again = statuses(workflow('Running', nodes), [lost, pod('step-1-flights', 1, { running: {} })]).steps[0];
    expect(again).toMatchObject({ state: 'running', pod: 'run-step-1-flights-1', attempts: 2 });
  });

  it('fail with the reason of the container, and those below are skipped', () => {
    const nodes = {
      a: { type: 'Retry', displayName: 'step-1-flights', phase: 'Failed', message: 'No more retries left' },
      b: {
        type: 'Skipped',
        displayName: 'step-2-trees',
        phase: 'Omitted',
        message: 'omitted: depends condition not met',
      },
    };
    const failed = pod('step-1-flights', 0, { terminated: { exitCode: 137, reason: 'OOMKilled' } });
    const found = statuses(workflow('Failed', nodes, 'child failed'), [failed]);
    expect(found.run).toEqual({ state: 'failed', reason: 'child failed' });
    expect(found.steps).toMatchObject([
      { state: 'failed', reason: 'OOMKilled', fix: expect.stringContaining('memory') },
      { state: 'skipped', reason: 'omitted: depends condition not met' },
    ]);
  });

  it('are skipped when the workflow is gone', () => {
    expect(statuses(undefined)).toMatchObject({ run: { state: 'gone' }, states: ['skipped', 'skipped'] });
  });
});

describe('trials and folds of a step', () => {
  const share = (index: number, phase: string, state: object) =>
    pod(`step-2-trees-shares(${index}:${index}/3)`, 0, state, { phase });

  it('run in pods of their own while the step waits, which is said at the step', () => {
    const pods = [
      share(0, 'Succeeded', { terminated: { exitCode: 0 } }),
      share(1, 'Running', { running: {} }),
      share(2, 'Pending', { waiting: { reason: 'ImagePullBackOff' } }),
    ];
    expect(statuses(workflow('Running'), pods).steps[1]).toMatchObject({
      state: 'running',
      reason: '1 of 3 shares of its trials, folds or items are done.',
    });
    expect(statuses(workflow('Running'), pods.slice(2)).steps[1]).toMatchObject({
      state: 'pulling',
      reason: 'ImagePullBackOff',
      fix: expect.stringContaining('image'),
    });
    const own = [...pods, pod('step-2-trees', 0, { running: {} })];
    expect(statuses(workflow('Running'), own).steps[1]).toMatchObject({ state: 'running', reason: null });
  });

  it('that failed are no failure of the step', () => {
    const failed = share(0, 'Failed', { terminated: { exitCode: 137, reason: 'OOMKilled' } });
    expect(statuses(workflow('Running'), [failed]).states[1]).toBe('pending');
  });
});
