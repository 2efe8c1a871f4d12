import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createArtifactStore } from '../../main/store/artifact-store.ts';
import { copyStep } from '../../main/store/copy-step.ts';
import { createDirectoryDriver } from '../../main/store/directory-driver.ts';
import { createS3Driver } from '../../main/store/s3-driver.ts';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { connectRpc } from '../support/rpc-client.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { type S3Server, s3Credentials, startS3Server } from '../support/s3-server.ts';
import { removeFolder } from '../support/remove-folder.ts';

const template = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
const namespace = 'penguins-run';
let folder: string;
let server: ApiServer;
let env: Record<string, string>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cluster-run-'));
  server = await startApiServer();
  server.removeGroup('argoproj.io/v1alpha1');
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig);
  env = { KUBECONFIG: join(folder, 'kubeconfig'), SLIPWAY_IMAGE: 'registry.example.org/engine:1' };
});
afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

interface JobSpec {
  template: { spec: Record<'initContainers' | 'containers', { name: string; image: string; args: string[] }[]> };
}

/** The Job of the run, once it is there. */
async function jobOfRun() {
  await expect.poll(() => server.list('Job').length).toBe(1);
  const [job] = server.list('Job');
  if (job === undefined) throw new Error('no job');
  return job;
}

/** As kubelet and controller report a pod whose steps did what the local run did. */
function finish(
  job: Awaited<ReturnType<typeof jobOfRun>>,
  lines: (stepId: string) => string[],
  failing?: { step: string; exitCode: number },
): void {
  const { spec } = (job['spec'] as JobSpec).template;
  const containers = [...spec.initContainers, ...spec.containers];
  let over = false;
  const statuses = containers.map(({ name, args }) => {
    const stepId = args[args.indexOf('--step') + 1] ?? '';
    server.logs.set(`${namespace}/run-pod/${name}`, lines(stepId));
    if (over) return { name, state: { waiting: { reason: 'PodInitializing' } } };
    over = failing?.step === stepId;
    const exitCode = over ? (failing?.exitCode ?? 1) : 0;
    return { name, state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } } };
  });
  server.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'run-pod',
      namespace,
      labels: { ...job.metadata.labels, 'batch.kubernetes.io/job-name': job.metadata.name },
    },
    status: {
      phase: over ? 'Failed' : 'Succeeded',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
      initContainerStatuses: statuses.slice(0, -1),
      containerStatuses: statuses.slice(-1),
    },
  });
  const condition = over
    ? { type: 'Failed', status: 'True', message: 'Pod failed with exit code 2' }
    : { type: 'Complete', status: 'True' };
  server.put({ ...job, status: { conditions: [condition] } }, 'kube-controller-manager');
}

function lineOf(stepId: string, key = `key-${stepId}`): string {
  return JSON.stringify({
    type: 'run.finished',
    runId: 'r',
    status: 'succeeded',
    steps: [{ id: stepId, kind: 'k', status: 'executed', key, durationMs: 5 }],
    outputs: { [`${stepId}.out`]: { digest: 'd'.repeat(64), type: 'table' } },
    metrics: stepId === 'evaluate' ? { evaluate: { accuracy: 0.9 } } : {},
  });
}

it('runs the batch part alone, under a name of its own, and gives what the steps gave', async () => {
  const running = runSlipway(['run', template, '--target', 'cluster'], join(folder, 'data'), env);
  const job = await jobOfRun();
  finish(job, (id) => ['a warning', lineOf(id)]);
  const { code, last, lines, stderr } = await running;
  expect(code, stderr).toBe(0);
  expect(server.list('Deployment')).toEqual([]);
  const { containers } = (job['spec'] as JobSpec).template.spec;
  expect(containers[0]?.image).toBe('registry.example.org/engine:1');
  expect(job.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': namespace });
  expect(last).toMatchObject({ type: 'run.finished', status: 'succeeded', metrics: { evaluate: { accuracy: 0.9 } } });
  const steps = last['steps'] as { id: string; status: string; key: string }[];
  expect(steps.map(({ id }) => id)).toContain('register');
  expect(steps.every(({ id, status, key }) => status === 'executed' && key === `key-${id}`)).toBe(true);
  expect(last['outputs']).toMatchObject({ 'clean.out': { type: 'table' } });
  expect(lines.some((line) => line['type'] === 'step.status')).toBe(true);
});

it('says which step failed and what is left out because of it', async () => {
  const running = runSlipway(['run', template, '--target', 'cluster'], join(folder, 'data'), env);
  finish(await jobOfRun(), (id) => [lineOf(id)], { step: 'clean', exitCode: 2 });
  const { code, last } = await running;
  expect(code).toBe(1);
  const steps = Object.fromEntries((last['steps'] as { id: string }[]).map((step) => [step.id, step]));
  expect(last).toMatchObject({ status: 'failed' });
  expect(steps['penguins']).toMatchObject({ status: 'executed' });
  expect(steps['clean']).toMatchObject({ status: 'failed' });
  expect(steps['split']).toMatchObject({ status: 'skipped' });
});

it.each([
  ['no image', {}, { SLIPWAY_IMAGE: '' }],
  ['a store that no pod reaches', { store: pathToFileURL('/somewhere').href }, {}],
])('refuses %s before anything is written', async (_name, options: { store?: string }, changed) => {
  const args = [
    'run',
    template,
    '--target',
    'cluster',
    ...(options.store === undefined ? [] : ['--store', options.store]),
  ];
  const { code, last } = await runSlipway(args, join(folder, 'data'), { ...env, ...changed });
  expect(code).toBe(2);
  expect(last).toMatchObject({ error: { code: 'cli.usage' } });
  expect(server.list('Job')).toEqual([]);
});

it('brings results from one store to another, where a run finds them', async () => {
  const from = join(folder, 'from');
  const to = join(folder, 'to');
  const first = await runSlipway(['run', template], from);
  const remote = createArtifactStore(createDirectoryDriver(from));
  const local = createArtifactStore(createDirectoryDriver(to));
  for (const { key } of first.last['steps'] as { key: string }[]) expect(await copyStep(key, remote, local)).toBe(true);
  expect(await copyStep('0'.repeat(64), remote, local)).toBe(false);
  const second = await runSlipway(['run', template], to);
  expect(new Set((second.last['steps'] as { status: string }[]).map(({ status }) => status))).toEqual(
    new Set(['cached']),
  );
  expect(second.last['outputs']).toEqual(first.last['outputs']);
});

/** What a run elsewhere gave, in an object storage; keys by step. */
async function resultsIn(storage: S3Server) {
  const pods = join(folder, 'pods');
  const { last } = await runSlipway(['run', template], pods);
  const uri = `s3://results/run?endpoint=${storage.endpoint}`;
  const remote = createArtifactStore(createS3Driver(uri, { cacheDir: join(folder, 'cache'), env: s3Credentials }));
  const keys = new Map<string, string>();
  for (const { id, key } of last['steps'] as { id: string; key: string }[]) {
    await copyStep(key, createArtifactStore(createDirectoryDriver(pods)), remote);
    keys.set(id, key);
  }
  return { uri, keys, outputs: last['outputs'] };
}

/** A run in the data folder has nothing left to do, and the model is registered there. */
async function expectResults(data: string, outputs: unknown): Promise<void> {
  const again = await runSlipway(['run', template], data);
  expect(new Set((again.last['steps'] as { status: string }[]).map(({ status }) => status))).toEqual(
    new Set(['cached']),
  );
  expect(again.last['outputs']).toEqual(outputs);
  const models = await runSlipway(['models', 'list'], data);
  expect(JSON.stringify(models.last)).toContain('penguins');
}

it('fetches results from object storage, and registers what the run gave', async () => {
  const storage = await startS3Server(['results']);
  try {
    const data = join(folder, 'data');
    const { uri, keys, outputs } = await resultsIn(storage);
    const args = ['run', template, '--target', 'cluster', '--store', uri];
    const running = runSlipway(args, data, { ...env, ...s3Credentials });
    finish(await jobOfRun(), (id) => [lineOf(id, keys.get(id))]);
    const { code, stderr } = await running;
    expect(code, stderr).toBe(0);
    await expectResults(data, outputs);
  } finally {
    await storage.close();
  }
});

it('brings results of a bundle that the app has applied into its engine, from object storage', async () => {
  const storage = await startS3Server(['results']);
  const data = join(folder, 'data');
  const app = await startSlipway(['ui', '--port', '0', '--data-dir', data], 'ui.ready', { ...env, ...s3Credentials });
  try {
    const { uri, keys, outputs } = await resultsIn(storage);
    const rpc = await connectRpc(String(app.event['url']));
    const document = JSON.parse(readFileSync(template, 'utf8')) as Record<string, unknown>;
    const bundle = { document, target: 'kubernetes', image: 'registry.example.org/engine:1', store: uri };
    await rpc.client.cluster.apply({ bundle, namespace, dryRun: false });
    finish(await jobOfRun(), (id) => [lineOf(id, keys.get(id))]);
    let steps: { pod: string | null; container: string | null }[] = [];
    for await (const status of await rpc.client.cluster.watch({ bundle, namespace })) {
      steps = status.steps.map(({ pod, container }) => ({ pod, container }));
      if (status.run?.state === 'succeeded') break;
    }
    const gone = steps.map((step, index) => (index === 0 ? { pod: null, container: null } : step));
    const metrics = { evaluate: { accuracy: 0.9 } };
    expect(await rpc.client.cluster.results({ bundle, namespace, steps: gone })).toEqual({
      metrics,
      runId: null,
      reason: 'pods-gone',
    });
    const found = await rpc.client.cluster.results({ bundle, namespace, steps });
    expect(found).toEqual({ metrics, runId: expect.any(String), reason: null });
    const ends: unknown[] = [];
    for await (const event of await rpc.client.run.events({ runId: String(found.runId), after: 0 })) {
      if (event.type === 'run.finished') ends.push(event.status);
    }
    expect(ends).toEqual(['succeeded']);
    rpc.close();
    await endProcess(app.child);
    await expectResults(data, outputs);
  } finally {
    await endProcess(app.child);
    await storage.close();
  }
});
