import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterClient, openCluster } from '../../main/cluster/api/cluster-client.ts';
import { type ApplyOptions, applyBundle, placedObjects } from '../../main/cluster/apply-bundle.ts';
import type { KubernetesObject } from '../../main/cluster/bundle.ts';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { deleteBundle } from '../../main/cluster/delete-bundle.ts';
import { type ClusterEvent, followBundle } from '../../main/cluster/follow-bundle.ts';
import { buildOverlay, overlayFolder } from '../../main/cluster/kustomize.ts';
import { preflight } from '../../main/cluster/preflight.ts';
import { podLog } from '../../main/cluster/pod-log.ts';
import { renderBundle } from '../../main/cluster/targets.ts';
import { writeBundle } from '../../main/cluster/write-bundle.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
let objects: KubernetesObject[];
let server: ApiServer;
let client: ClusterClient;
let env: NodeJS.ProcessEnv;

const template = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
const namespace = 'penguins';

async function bundle(target: string): Promise<string> {
  const dir = join(folder, target);
  const context = exportContextOf(readGraphText(await readFile(template, 'utf8'), definitionOf));
  await writeBundle(renderBundle(target, context), dir);
  return dir;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cluster-'));
  await bundle('argo');
  objects = await buildOverlay(overlayFolder(await bundle('kubernetes')));
});
afterAll(() => removeFolder(folder));

beforeEach(async () => {
  server = await startApiServer();
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, server.kubeconfig);
  env = { KUBECONFIG: path };
  client = openCluster(undefined, env);
});
afterEach(() => server.close());

function apply(options: ApplyOptions = {}, changed: readonly KubernetesObject[] = objects) {
  return applyBundle(client, changed, options);
}

function changed(kind: string, change: (object: KubernetesObject) => void): KubernetesObject[] {
  const copy = structuredClone(objects);
  for (const object of copy) if (object.kind === kind) change(object);
  return copy;
}

async function refusal(run: Promise<unknown>): Promise<{ code: string; message: string; fix: string }> {
  return run.then(
    () => expect.fail('nothing was refused'),
    (error: unknown) => error as { code: string; message: string; fix: string },
  );
}

function objectOf(matches: (object: KubernetesObject) => boolean): KubernetesObject {
  const found = objects.find(matches);
  if (found === undefined) throw new Error('The bundle has no such object.');
  return found;
}

const runName = () => objects.find(({ kind }) => kind === 'Job')?.metadata.name ?? '';

describe('apply', () => {
  it('creates everything once, marks it, and changes nothing when repeated', async () => {
    const first = await apply();
    expect(first.conflicts).toEqual([]);
    expect(new Set(first.applied.map(({ action }) => action))).toEqual(new Set(['created']));
    expect(first.applied.map(({ kind }) => kind)[0]).toBe('Namespace');
    expect(first.applied.map(({ kind }) => kind).at(-1)).toBe('Job');
    const job = server.get('Job', namespace, runName());
    expect(job?.metadata.labels?.['slipway.dev/bundle']).toBe('penguins');
    expect(job?.metadata.managedFields.map(({ manager, operation }) => [manager, operation])).toEqual([
      ['slipway', 'Apply'],
    ]);
    const second = await apply();
    expect(new Set(second.applied.map(({ action }) => action))).toEqual(new Set(['unchanged']));
    expect(server.get('Job', namespace, runName())?.metadata.resourceVersion).toBe(job?.metadata.resourceVersion);
    expect(
      server.requests.filter((line) => line.startsWith('PATCH')).every((line) => line.includes('force=false')),
    ).toBe(true);
    expect(
      server.requests
        .filter((line) => line.startsWith('PATCH'))
        .every((line) => line.includes('fieldValidation=Strict')),
    ).toBe(true);
  });

  it('goes to another namespace when it is told to', async () => {
    server.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    const result = await apply({ namespace: 'team' });
    expect(result.applied.every((object) => object.namespace === 'team')).toBe(true);
    const binding = server.get('Job', 'team', runName());
    expect(binding).toBeDefined();
    // A namespace that was there is left as it is.
    expect(server.get('Namespace', null, 'team')?.metadata.labels).toBeUndefined();
  });

  it('changes nothing in a dry run, and says field by field what it would change', async () => {
    const before = await apply({ dryRun: true });
    expect(before.applied.length).toBe(objects.length);
    expect(server.list('Job')).toEqual([]);
    expect(server.list('Namespace')).toEqual([]);
    await apply();
    const next = changed('Service', (service) => {
      (service['spec'] as { type: string }).type = 'NodePort';
    });
    const dry = await apply({ dryRun: true }, next);
    expect(dry.applied.filter(({ action }) => action === 'changed')).toMatchObject([
      { kind: 'Service', changes: [{ path: 'spec.type', before: 'ClusterIP', after: 'NodePort' }] },
    ]);
    expect(server.list('Service')[0]?.['spec']).toMatchObject({ type: 'ClusterIP' });
  });

  it('takes no field from another manager, names each, and writes nothing', async () => {
    await apply();
    const service = server.list('Service')[0];
    if (service === undefined) throw new Error('no service');
    server.put({ ...service, spec: { ...(service['spec'] as object), type: 'LoadBalancer' } }, 'kubectl-edit');
    const next = changed('Deployment', (deployment) => {
      (deployment['spec'] as { revisionHistoryLimit: number }).revisionHistoryLimit = 9;
    });
    const result = await apply({}, next);
    expect(result.conflicts).toMatchObject([
      { kind: 'Service', name: service.metadata.name, field: '.spec.type', manager: 'kubectl-edit' },
    ]);
    expect(result.applied).toEqual([]);
    expect(server.list('Deployment')[0]?.['spec']).toMatchObject({ revisionHistoryLimit: 5 });
  });

  it('converges when it was interrupted', async () => {
    server.faults.push({
      method: 'PATCH',
      path: '/deployments/',
      status: 503,
      reason: 'ServiceUnavailable',
      message: 'etcd leader changed',
      times: 1,
    });
    expect(await refusal(apply())).toMatchObject({ code: 'cluster.unreachable' });
    expect(server.list('ConfigMap').length).toBeGreaterThan(0);
    expect(server.list('Job')).toEqual([]);
    expect((await apply()).conflicts).toEqual([]);
    expect(server.list('Job')).toHaveLength(1);
  });

  it('waits for what a delete has marked and is not gone yet, as an apply to it would be lost', async () => {
    const applied = await apply();
    const claim = applied.applied.find(({ kind }) => kind === 'PersistentVolumeClaim')?.name ?? '';
    const live = server.get('PersistentVolumeClaim', namespace, claim);
    if (live === undefined) throw new Error('The bundle has no claim.');
    // As a claim that pods use.
    server.put({ ...live, metadata: { ...live.metadata, finalizers: ['kubernetes.io/pvc-protection'] } });
    await deleteBundle(client, objects);
    expect(server.get('PersistentVolumeClaim', namespace, claim)).toBeDefined();
    expect(await refusal(apply({ dryRun: true }))).toMatchObject({
      code: 'cluster.conflict',
      message: `PersistentVolumeClaim/${claim} is being deleted.`,
    });
    server.requests.length = 0;
    const again = apply();
    await expect.poll(() => server.requests.filter((line) => line.endsWith(`/${claim}`)).length).toBeGreaterThan(0);
    expect(server.list('Job')).toEqual([]);
    server.delete('PersistentVolumeClaim', namespace, claim);
    expect((await again).applied).toContainEqual(expect.objectContaining({ name: claim, action: 'created' }));
    expect(server.get('PersistentVolumeClaim', namespace, claim)?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('gives rights where the account has those of the role but may not bind any', async () => {
    const argo = await buildOverlay(overlayFolder(await bundle('argo')));
    const kinds = (await apply({}, argo)).applied.map(({ kind, action }) => `${kind} ${action}`);
    expect(kinds).toContain('RoleBinding created');
  });

  it('lets two people apply the same bundle at the same time, and is the same afterwards', async () => {
    const both = await Promise.allSettled([apply(), apply()]);
    // Whoever came second may be told of it; nothing is half done after one of them applies again.
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
    const again = await apply();
    expect(again.conflicts).toEqual([]);
    expect(again.applied.every(({ action }) => action === 'unchanged')).toBe(true);
    expect(server.list('Job')).toHaveLength(1);
  });

  it('removes what an earlier export left, and only what is its own', async () => {
    const old = changed('Job', (job) => {
      job.metadata.name = 'penguins-run-old';
    });
    await apply({}, old);
    const labels = { 'slipway.dev/bundle': 'penguins', 'app.kubernetes.io/managed-by': 'slipway' };
    server.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'copied-labels', namespace, labels } });
    const withoutClaim = objects.filter(({ kind }) => kind !== 'PersistentVolumeClaim');
    const result = await apply({}, withoutClaim);
    expect(result.pruned).toMatchObject([{ kind: 'Job', name: 'penguins-run-old' }]);
    expect(server.get('Job', namespace, 'penguins-run-old')).toBeUndefined();
    expect(server.get('ConfigMap', namespace, 'copied-labels')).toBeDefined();
    expect(server.list('PersistentVolumeClaim')).toHaveLength(1);
  });
});

describe('delete', () => {
  it('removes all that was applied, and nothing else', async () => {
    await apply();
    server.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'someone-elses', namespace } });
    const { deleted } = await deleteBundle(client, objects);
    expect(deleted).toHaveLength(objects.length - 1);
    expect(server.list('ConfigMap').map(({ metadata }) => metadata.name)).toEqual(['someone-elses']);
    expect(server.list('Job')).toEqual([]);
    expect(server.get('Namespace', null, namespace)).toBeDefined();
    expect((await deleteBundle(client, objects)).deleted).toEqual([]);
  });
});

describe('what a cluster refuses is explained', () => {
  it('a field it does not know', async () => {
    await apply();
    const bad = changed('Service', (service) => {
      service['specc'] = {};
    });
    const error = await refusal(apply({}, bad));
    expect(error).toMatchObject({ code: 'cluster.rejected' });
    expect(error.message).toContain('specc');
  });

  it('a Job that has another image', async () => {
    await apply();
    const bad = changed('Job', (job) => {
      (job['spec'] as { template: { spec: { containers: { image: string }[] } } }).template.spec.containers[0]!.image =
        'x';
    });
    expect(await refusal(apply({}, bad))).toMatchObject({
      code: 'cluster.rejected',
      fix: expect.stringContaining('delete'),
    });
  });

  it.each([
    ['the workload "x" is already managed by the hpa "x"', 'kubectl delete hpa'],
    ['images must come from registry.example.org', 'overlay'],
  ])('a rule of the cluster: %s', async (message, fix) => {
    server.faults.push({
      method: 'PATCH',
      path: '/configmaps/',
      status: 403,
      reason: 'Forbidden',
      message: `admission webhook "rules.example.org" denied the request: ${message}`,
      times: 1,
    });
    await expect(apply()).rejects.toMatchObject({
      code: 'cluster.rejected',
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });

  it('a custom resource that is not installed', async () => {
    server.removeGroup('argoproj.io/v1alpha1');
    const argo = await buildOverlay(overlayFolder(join(folder, 'argo')));
    const error = await refusal(apply({}, argo));
    expect(error).toMatchObject({ code: 'cluster.missing-crd', fix: expect.stringContaining('Argo Workflows') });
    expect(server.requests.some((line) => line.startsWith('PATCH'))).toBe(false);
  });

  it.each([
    ['no right', 403, 'Forbidden', 'jobs.batch is forbidden: User "me" cannot patch', 'cluster.forbidden'],
    ['a quota', 403, 'Forbidden', 'exceeded quota: small, requested: count/jobs=1', 'cluster.quota'],
  ])('%s', async (_name, status, reason, message, code) => {
    server.faults.push({ method: 'PATCH', path: '/jobs/', status, reason, message, times: 1 });
    expect(await refusal(apply())).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('credentials that have expired, a context that is not there, a server that is gone', async () => {
    expect(await refusal(applyBundle(openCluster('expired', env), objects))).toMatchObject({
      code: 'cluster.credentials',
    });
    expect(() => openCluster('nowhere', env)).toThrow(expect.objectContaining({ code: 'cluster.config' }));
    expect(() => openCluster(undefined, { HOME: folder })).toThrow(expect.objectContaining({ code: 'cluster.config' }));
    await server.close();
    expect(await refusal(apply())).toMatchObject({ code: 'cluster.unreachable' });
  });
});

/** A pod of the Job, with the states of its containers in plan order. */
function jobPod(name: string, states: readonly object[], extra: object = {}): void {
  const job = objectOf(({ kind }) => kind === 'Job');
  const spec = (job['spec'] as { template: { spec: Record<'initContainers' | 'containers', { name: string }[]> } })
    .template.spec;
  const names = [...spec.initContainers, ...spec.containers].map((container) => container.name);
  const statuses = names.map((container, index) => ({
    name: container,
    state: states[index] ?? { waiting: { reason: 'PodInitializing' } },
  }));
  server.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: {
        'app.kubernetes.io/name': 'penguins',
        'app.kubernetes.io/component': 'run',
        'batch.kubernetes.io/job-name': runName(),
      },
    },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      initContainerStatuses: statuses.slice(0, -1),
      containerStatuses: statuses.slice(-1),
      ...extra,
    },
  });
}

const done = { terminated: { exitCode: 0, reason: 'Completed' } };

/** Follows the bundle and lets a test wait for what it should say. */
function following() {
  const stop = new AbortController();
  const events: ClusterEvent[] = [];
  let failed: Error | undefined;
  const placed = placedObjects(client, objects, undefined);
  const task = (async () => {
    for await (const event of followBundle(client, placed.objects, {
      namespace,
      signal: stop.signal,
      firstDelayMs: 10,
    })) {
      events.push(event);
    }
  })().catch((error: unknown) => {
    failed = error as Error;
  });
  return {
    events,
    task,
    stop: () => stop.abort(),
    stepIs: async (id: string, state: string, reason = '') => {
      for (let tries = 0; tries < 6_000; tries++) {
        if (failed !== undefined) throw failed;
        const last = events.findLast((event) => event.type === 'step.status' && event.id === id);
        if (last?.type === 'step.status' && last.state === state && (last.reason ?? '').includes(reason)) return last;
        await sleep(10);
      }
      throw new Error(`${id} is never ${state}: ${JSON.stringify(events, null, 1)}`);
    },
  };
}

function jobStatus(status: object): void {
  const job = server.get('Job', namespace, runName());
  if (job === undefined) throw new Error('no job');
  server.put({ ...job, status }, 'kube-controller-manager');
}

describe('preflight', () => {
  const stateOf = (found: Awaited<ReturnType<typeof preflight>>, id: string) =>
    found.checks.find((check) => check.id === id);

  it('says what is there and which targets can be used', async () => {
    server.put({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1' },
      status: { allocatable: { cpu: '8', 'nvidia.com/gpu': '2' } },
    });
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    server.put({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'nfs', annotations } });
    server.groups.push('custom.metrics.k8s.io');
    const found = await preflight(client);
    expect(found).toMatchObject({ context: 'test', namespace: 'from-context' });
    for (const id of ['cluster', 'rights', 'roles', 'argo', 'custom-metrics', 'gpu', 'storage'])
      expect(stateOf(found, id)?.state, id).toBe('ok');
    expect(stateOf(found, 'gpu')?.message).toContain('2 × nvidia.com/gpu');
    expect(stateOf(found, 'kserve')?.state).toBe('warning');
    expect(found.targets).toEqual([
      { id: 'kubernetes', usable: true, missing: [] },
      { id: 'triton', usable: true, missing: [] },
      { id: 'triton-ensemble', usable: true, missing: [] },
      { id: 'torchserve', usable: true, missing: [] },
      { id: 'argo', usable: true, missing: [] },
      { id: 'kserve', usable: false, missing: ['KServe'] },
      { id: 'ray', usable: false, missing: ['KubeRay'] },
    ]);
  });

  it('warns of volumes that pods of several nodes cannot share', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    server.put({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local-path', annotations },
      provisioner: 'rancher.io/local-path',
    });
    expect(stateOf(await preflight(client), 'storage')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('local-path'),
      fix: expect.stringContaining('ReadWriteOnce'),
    });
  });

  it('says which targets need the right to give roles', async () => {
    server.denied.add('create rolebindings');
    const found = await preflight(client);
    expect(stateOf(found, 'rights')?.state).toBe('ok');
    expect(stateOf(found, 'roles')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('create rolebindings'),
      fix: expect.stringContaining('--pods 1'),
    });
    const missing = Object.fromEntries(found.targets.map((target) => [target.id, target.missing]));
    expect(missing).toMatchObject({ kubernetes: [], argo: ['rights on roles'] });
  });

  it('says which rights the bundles of one target need besides', async () => {
    expect(stateOf(await preflight(client), 'argo-rights')?.state).toBe('ok');
    // Argo bundles bring a Secret with the token of the containers beside the steps.
    server.denied.add('create secrets');
    const found = await preflight(client);
    expect(stateOf(found, 'rights')?.state).toBe('ok');
    expect(stateOf(found, 'argo-rights')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('create secrets'),
      fix: expect.stringContaining('another target'),
    });
    const missing = Object.fromEntries(found.targets.map((target) => [target.id, target.missing]));
    expect(missing).toMatchObject({ kubernetes: [], argo: ['rights on secrets'] });
    // What is not installed needs no rights.
    expect(stateOf(found, 'kserve-rights')).toBeUndefined();
  });

  it('says what is missing: rights, custom resources, storage, the cluster itself', async () => {
    server.denied.add('patch jobs');
    server.removeGroup('argoproj.io/v1alpha1');
    server.faults.push({
      method: 'GET',
      path: '/nodes',
      status: 403,
      reason: 'Forbidden',
      message: 'nodes is forbidden',
      times: 1,
    });
    const found = await preflight(client, 'team');
    expect(stateOf(found, 'rights')).toMatchObject({ state: 'error', message: expect.stringContaining('patch jobs') });
    expect(stateOf(found, 'argo')?.state).toBe('warning');
    expect(stateOf(found, 'gpu')).toMatchObject({ state: 'warning', message: expect.stringContaining('forbidden') });
    expect(stateOf(found, 'storage')?.state).toBe('warning');
    expect(found.targets.find(({ id }) => id === 'argo')?.missing).toEqual(['rights', 'Argo Workflows 4']);
    const expired = await preflight(openCluster('expired', env));
    expect(expired.checks).toMatchObject([{ id: 'cluster', state: 'error' }]);
    await server.close();
    expect((await preflight(client)).checks).toMatchObject([{ id: 'cluster', state: 'error' }]);
  });
});

describe('watch', () => {
  let steps: string[];
  beforeEach(async () => {
    await apply();
    const plan = objectOf(
      (object) => (object['data'] as Record<string, string> | undefined)?.['plan.json'] !== undefined,
    );
    const text = (plan['data'] as Record<string, string>)['plan.json'] ?? '';
    steps = (JSON.parse(text) as { steps: { id: string }[] }).steps.map(({ id }) => id);
  });

  it('tells pending, scheduling and why, pulling, running, done, and ends with the run', async () => {
    const follow = following();
    await follow.stepIs(steps[0] as string, 'pending');
    jobPod('p1', [], {
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes: Insufficient memory' },
      ],
    });
    expect((await follow.stepIs(steps[0] as string, 'scheduling', 'Insufficient memory')).fix).toContain(
      'lower the requests',
    );
    jobPod('p1', [{ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } }]);
    expect((await follow.stepIs(steps[0] as string, 'pulling', 'Back-off')).fix).toContain('kustomization.yaml');
    jobPod('p1', [{ running: { startedAt: '2026-01-01T00:00:00Z' } }]);
    await follow.stepIs(steps[0] as string, 'running');
    await follow.stepIs(steps[1] as string, 'pending');
    jobPod('p1', [done, { running: {} }]);
    await follow.stepIs(steps[0] as string, 'done');
    await follow.stepIs(steps[1] as string, 'running');
    jobPod(
      'p1',
      steps.map(() => done),
      { phase: 'Succeeded' },
    );
    jobStatus({ conditions: [{ type: 'Complete', status: 'True' }] });
    await follow.task;
    expect(follow.events.at(-1)).toEqual({ type: 'run.status', state: 'succeeded', reason: null });
  });

  it('tells why a step failed, with warnings and the end of its log, and what is skipped', async () => {
    const follow = following();
    const pod = 'p1';
    server.logs.set(`${namespace}/${pod}/1-${steps[0]}`, ['reading', 'no such column']);
    server.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e1', namespace },
      involvedObject: { kind: 'Pod', name: pod },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting',
      count: 2,
    });
    jobPod(pod, [{ terminated: { exitCode: 137, reason: 'OOMKilled' } }]);
    const failed = await follow.stepIs(steps[0] as string, 'failed', 'OOMKilled');
    expect(failed.fix).toContain('memory');
    expect(failed.warnings).toEqual([{ reason: 'BackOff', message: 'Back-off restarting', count: 2 }]);
    jobStatus({
      conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }],
    });
    await follow.task;
    expect(follow.events).toContainEqual({ type: 'step.log', id: steps[0], lines: ['reading', 'no such column'] });
    await follow.stepIs(steps[1] as string, 'skipped', 'backoff limit');
    expect(follow.events.at(-1)).toMatchObject({ type: 'run.status', state: 'failed' });
  });

  it('begins with the newest pod when an earlier one was lost', async () => {
    const follow = following();
    jobPod('p1', [done, { running: {} }]);
    await follow.stepIs(steps[1] as string, 'running');
    jobPod('p1', [done], { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' });
    await follow.stepIs(steps[1] as string, 'failed', 'low on resource');
    await sleep(5);
    jobPod('p2', [{ running: {} }]);
    expect((await follow.stepIs(steps[0] as string, 'running')).attempts).toBe(2);
    await follow.stepIs(steps[1] as string, 'pending');
    follow.stop();
    await follow.task;
  });

  it.each([
    [{ waiting: { reason: 'ErrImagePull', message: 'not found' } }, {}, 'pulling', 'ErrImagePull', /image/],
    [
      {},
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
      'failed',
      'low on resource',
      /tried again/,
    ],
    [
      { waiting: { reason: 'CreateContainerConfigError', message: 'secret "s" not found' } },
      {},
      'pulling',
      'secret',
      /Secret/,
    ],
    [{ terminated: { exitCode: 137, reason: 'OOMKilled' } }, {}, 'failed', 'OOMKilled', /memory/],
  ])('explains %j on the node it concerns', async (state, extra, name, reason, fix) => {
    await apply();
    const followed = following();
    try {
      jobPod('p1', [state], extra);
      const status = await followed.stepIs('penguins', name, reason);
      expect(status.fix ?? '').toMatch(fix);
    } finally {
      followed.stop();
      await followed.task;
    }
  });

  it('says that a quota keeps the pod from being made', async () => {
    const follow = following();
    server.put({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e1', namespace },
      involvedObject: { kind: 'Job', name: runName() },
      type: 'Warning',
      reason: 'FailedCreate',
      message: 'pods "x" is forbidden: exceeded quota: small',
    });
    expect((await follow.stepIs(steps[0] as string, 'scheduling', 'exceeded quota')).fix).toContain('quota');
    follow.stop();
    await follow.task;
  });

  it('goes on after lost connections, and after versions that are too old', async () => {
    const follow = following();
    await follow.stepIs(steps[0] as string, 'pending');
    server.breakWatches();
    jobPod('p1', [{ running: {} }]);
    await follow.stepIs(steps[0] as string, 'running');
    server.breakWatches();
    jobPod('p1', [done, { running: {} }]);
    server.compact();
    await follow.stepIs(steps[1] as string, 'running');
    follow.stop();
    await follow.task;
    expect(follow.events.filter((event) => event.type === 'connection').map((event) => event.lost)).toContain(false);
  });

  it('reads a log from its end, or from where it stopped', async () => {
    server.logs.set(`${namespace}/p1/c`, ['one', 'two', '', 'four']);
    const read = async (tailLines?: number) => {
      const lines = [];
      const options = { namespace, pod: 'p1', container: 'c', ...(tailLines === undefined ? {} : { tailLines }) };
      for await (const line of podLog(client, options)) lines.push(line);
      return lines;
    };
    expect(await read()).toEqual(['one', 'two', '', 'four']);
    expect(await read(2)).toEqual(['', 'four']);
  });

  it('reads each line of a log once, though lines have the same time and the connection was lost between them', async () => {
    const at = (second: number, text: string) => `2026-01-01T00:00:0${second}.000000000Z ${text}`;
    const all = [at(1, 'a'), at(1, 'b'), at(1, 'c'), at(2, 'd'), at(2, 'd')];
    const asked: (string | undefined)[] = [];
    const cut: typeof client = {
      ...client,
      // As a server whose clock counts seconds, and gives all of the second it is asked from.
      async *lines({ query }) {
        asked.push(query?.['sinceTime']);
        yield* all.slice(0, [2, 4][asked.length - 1]);
        if (asked.length < 3) throw new AppError('cluster.unreachable', 'The connection was lost.', { fix: '' });
      },
    };
    const lines = [];
    for await (const line of podLog(cut, { namespace, pod: 'p1', container: 'c' })) lines.push(line);
    expect(lines).toEqual(['a', 'b', 'c', 'd', 'd']);
    expect(asked).toEqual([undefined, '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z']);
  });
});
