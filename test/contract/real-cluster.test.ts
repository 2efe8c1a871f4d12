import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { openCluster } from '../../main/cluster/api/cluster-client.ts';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { podLog } from '../../main/cluster/pod-log.ts';
import { oneNodeProvisioners } from '../../main/cluster/preflight.ts';
import { numericSteps } from '../../main/cli/parity/numeric-steps.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

/*
 * Runs against a real cluster only when asked. README.md, "Tests on a real cluster", says what each variable is for:
 *   SLIPWAY_TEST_KUBECONFIG      kubeconfig; its current context is used
 *   SLIPWAY_TEST_IMAGE           engine image the cluster's nodes can have; without it only dry runs are made
 *   SLIPWAY_TEST_NAMESPACE       a namespace that exists; default is one of its own, removed at the end
 *   SLIPWAY_TEST_STORAGE_CLASS   class of the volume; default is the cluster's
 *   SLIPWAY_TEST_ACCESS_MODE     of the volume; default ReadWriteMany, on one node or with a class for one ReadWriteOnce
 *   SLIPWAY_TEST_VOLUME_CLAIM    a claim that exists in SLIPWAY_TEST_NAMESPACE and is used instead
 *   SLIPWAY_TEST_USER            user and group of the pods; default 10001
 *   SLIPWAY_TEST_TEMPLATE        sample graph; default flight-delays
 *   SLIPWAY_TEST_TIMEOUT_MINUTES for each run; default 60
 */
const kubeconfig = process.env['SLIPWAY_TEST_KUBECONFIG'];
const image = process.env['SLIPWAY_TEST_IMAGE'];
const givenNamespace = process.env['SLIPWAY_TEST_NAMESPACE'];
const storageClass = process.env['SLIPWAY_TEST_STORAGE_CLASS'];
const givenAccessMode = process.env['SLIPWAY_TEST_ACCESS_MODE'];
const claim = process.env['SLIPWAY_TEST_VOLUME_CLAIM'];
const user = process.env['SLIPWAY_TEST_USER'];
const templateId = process.env['SLIPWAY_TEST_TEMPLATE'] ?? 'flight-delays';
const template = join(repositoryRoot, `resources/templates/${templateId}.slipway.json`);
const runMs = Number(process.env['SLIPWAY_TEST_TIMEOUT_MINUTES'] ?? 60) * 60_000;
const askMs = 300_000;

/** Nodes with less may have no room for what steps ask for. */
const roomyCores = 8;

type Digests = Record<string, { digest: string; type: string }>;

/** What a bundle of the cluster's own schemas is tried with: targets, and a component by the check of doctor it needs. */
const dryRuns: readonly { target: string; component?: string; needs?: string }[] = [
  { target: 'kubernetes' },
  { target: 'kubernetes', component: 'keda', needs: 'keda' },
  { target: 'kubernetes', component: 'monitoring', needs: 'prometheus' },
  { target: 'kubernetes', component: 'queue-time' },
  { target: 'kubernetes', component: 'redis' },
  { target: 'argo' },
  { target: 'argo', component: 'keda', needs: 'keda' },
  { target: 'kserve' },
  { target: 'kserve', component: 'canary' },
  { target: 'kserve', component: 'rollout' },
  { target: 'ray' },
  { target: 'argo,kserve' },
];

describe.skipIf(kubeconfig === undefined)('on the cluster of SLIPWAY_TEST_KUBECONFIG', () => {
  let folder: string;
  let dataDir: string;
  let installed: Set<string>;
  /** Ids of the checks of doctor that are well. */
  let present: Set<string>;
  let accessMode: string | undefined;
  let small: boolean;
  const ownNamespaces: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-real-cluster-'));
    dataDir = join(folder, 'data');
    process.env['KUBECONFIG'] = kubeconfig;
    const { last } = await runSlipway(['doctor', '--context', openCluster(undefined).context], dataDir);
    const targets = last['targets'] as { id: string; missing: string[] }[] | undefined;
    installed = new Set(
      (targets ?? []).filter(({ missing }) => missing.every((what) => what === 'rights')).map(({ id }) => id),
    );
    const checks = (last['checks'] ?? []) as { id: string; state: string }[];
    present = new Set(checks.filter(({ state }) => state === 'ok').map(({ id }) => id));
    // Who may not see the nodes gets what the bundle says.
    const nodes = await openCluster(undefined)
      .json<{ items: { status?: { allocatable?: { cpu?: string } } }[] }>({ path: '/api/v1/nodes' })
      .then(({ items }) => items.map(({ status }) => coresOf(status?.allocatable?.cpu)))
      .catch(() => []);
    const stays = await volumesStayOnOneNode().catch(() => false);
    // With one node every class of volumes will do; a volume that stays on one draws all pods there.
    accessMode = givenAccessMode ?? (nodes.length === 1 || stays ? 'ReadWriteOnce' : undefined);
    small = nodes.length > 0 && Math.min(...nodes) < roomyCores;
  }, askMs);
  afterAll(async () => {
    const client = openCluster(undefined);
    for (const namespace of ownNamespaces) {
      await client.json({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}` }).catch((error: unknown) => {
        process.stderr.write(`The namespace ${namespace} could not be removed: ${String(error)}\n`);
      });
    }
    await removeFolder(folder);
  }, askMs);

  /** A namespace that is there, as strict as bundles are made for. */
  async function namespaceFor(purpose: string): Promise<string> {
    if (givenNamespace !== undefined) return givenNamespace;
    const name = `slipway-test-${purpose}-${Date.now().toString(36)}`;
    await openCluster(undefined).json({
      method: 'PATCH',
      path: `/api/v1/namespaces/${name}`,
      query: { fieldManager: 'slipway-test' },
      contentType: 'application/apply-patch+yaml',
      body: {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      },
    });
    ownNamespaces.push(name);
    return name;
  }

  /** The bundle with what the variables say in its example overlay. */
  async function exported(target: string, component?: string): Promise<string> {
    const dir = join(folder, component === undefined ? target : `${target}-${component}`);
    const result = await runSlipway(['export', template, '--target', target, '--out', dir], dataDir);
    expect(result.code, result.stderr).toBe(0);
    const path = join(dir, 'overlays/example/kustomization.yaml');
    let text = readFileSync(path, 'utf8');
    if (image !== undefined) {
      const [name = '', digest] = image.split('@');
      const colon = name.lastIndexOf(':');
      const tagged = colon > name.lastIndexOf('/');
      text = text
        .replace(/newName: .*/g, `newName: "${tagged ? name.slice(0, colon) : name}"`)
        .replace(
          /newTag: .*/g,
          digest === undefined ? `newTag: "${tagged ? name.slice(colon + 1) : 'latest'}"` : `digest: "${digest}"`,
        );
    }
    const patches: { target: { kind: string; name?: string }; patch: unknown }[] = [];
    const ofClaim = (operation: object) =>
      patches.push({ target: { kind: 'PersistentVolumeClaim' }, patch: [operation] });
    if (claim === undefined) {
      if (storageClass !== undefined) ofClaim({ op: 'add', path: '/spec/storageClassName', value: storageClass });
      if (accessMode !== undefined) ofClaim({ op: 'replace', path: '/spec/accessModes', value: [accessMode] });
    }
    for (const file of readdirSync(join(dir, 'base')).filter((name) => name !== 'kustomization.yaml')) {
      const objectsFile = join(dir, 'base', file);
      let objects = readFileSync(objectsFile, 'utf8');
      if (user !== undefined) objects = objects.replace(/(runAsUser|runAsGroup|fsGroup): \d+/g, `$1: ${user}`);
      // Where nothing else runs they would wait for room for ever; limits stay.
      if (small) objects = objects.replace(/(requests:\n\s+cpu: )"[1-9]\d*"/g, '$1"250m"');
      if (claim !== undefined) objects = objects.replace(/claimName: ".*"/g, `claimName: "${claim}"`);
      writeFileSync(objectsFile, objects);
      for (const document of parseAllDocuments(objects)) {
        const object = document.toJS() as { kind: string; metadata: { name: string } };
        if (object.kind === 'PersistentVolumeClaim' && claim !== undefined) {
          patches.push({ target: { kind: object.kind }, patch: { $patch: 'delete', ...object } });
        }
      }
    }
    if (component !== undefined) text += `components:\n  - ../../components/${component}\n`;
    if (patches.length > 0) {
      text += `patches:\n${patches
        .map((entry) => `  - ${JSON.stringify({ target: entry.target, patch: JSON.stringify(entry.patch) })}\n`)
        .join('')}`;
    }
    writeFileSync(path, text);
    return dir;
  }

  it(
    'doctor reaches it',
    async () => {
      const context = openCluster(undefined).context;
      const { last } = await runSlipway(['doctor', '--context', context], dataDir);
      expect(last['checks']).toContainEqual(expect.objectContaining({ id: 'cluster', state: 'ok' }));
    },
    askMs,
  );

  it.for(dryRuns)(
    "$target $component: the cluster's own schemas accept every object",
    { timeout: askMs },
    async ({ target, component, needs }, { skip }) => {
      const missing = target.split(',').filter((id) => !installed.has(id));
      if (needs !== undefined && !present.has(needs)) missing.push(needs);
      if (missing.length > 0) skip(`the cluster lacks what ${missing.join(', ')} needs`);
      // Inside a namespace that does not exist nothing would be checked.
      const namespace = await namespaceFor('dry');
      const dir = await exported(target, component);
      const { code, last, stderr } = await runSlipway(['apply', dir, '--namespace', namespace, '--dry-run'], dataDir);
      expect(code, stderr).toBe(0);
      expect(last['conflicts']).toEqual([]);
      expect((last['applied'] as unknown[]).length).toBeGreaterThan(5);
    },
  );

  it.skipIf(image === undefined).each(['kubernetes', 'argo'])(
    '%s: the run with SLIPWAY_TEST_IMAGE gives the artifacts of the local run',
    async (target) => {
      expect([...installed]).toContain(target);
      const local = await runSlipway(['run', template], dataDir);
      expect(local.code, local.stderr).toBe(0);
      const expected = local.last['outputs'] as Digests;
      const { plan } = exportContextOf(readGraphText(readFileSync(template, 'utf8'), definitionOf));
      const numeric = numericSteps(plan, definitionOf);
      const namespace = await namespaceFor(target);
      const dir = await exported(target);
      try {
        const watched = ['apply', dir, '--namespace', namespace, '--watch'];
        // Stopped before the test is, it still tells what it saw.
        const applied = await runSlipway(watched, dataDir, {}, runMs);
        const story = applied.lines.map((line) => JSON.stringify(line)).join('\n');
        expect(applied.code, `${applied.stderr}\n${story}`).toBe(0);
        const outputs = await outputsOf(namespace, applied.lines);
        expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(expected).toSorted());
        let compared = 0;
        for (const [name, { digest }] of Object.entries(outputs)) {
          // What is trained numerically may differ within tolerance; all else may not.
          if (numeric.has(name.slice(0, name.lastIndexOf('.')))) continue;
          expect(digest, name).toBe(expected[name]?.digest);
          compared++;
        }
        expect(compared).toBeGreaterThan(0);
        await endpointsReady(namespace);
        const again = await runSlipway(['apply', dir, '--namespace', namespace], dataDir);
        expect((again.last['applied'] as { action: string }[]).filter(({ action }) => action !== 'unchanged')).toEqual(
          [],
        );
      } finally {
        const deleted = await runSlipway(['delete', dir, '--namespace', namespace], dataDir);
        expect(deleted.code, deleted.stderr).toBe(0);
      }
    },
    runMs + 4 * askMs,
  );

  /** Endpoints wait for the model, then answer. */
  async function endpointsReady(namespace: string): Promise<void> {
    const client = openCluster(undefined);
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    for (let waitedMs = 0; ; waitedMs += 5_000) {
      const { items } = await client.json<{ items: { status?: { readyReplicas?: number } }[] }>({ path });
      if (items.length > 0 && items.every(({ status }) => (status?.readyReplicas ?? 0) > 0)) return;
      if (waitedMs > askMs)
        throw new Error(`No endpoint became ready: ${JSON.stringify(items.map(({ status }) => status))}`);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }
  }
});

/** Whether the class that volumes will have makes them on a node's own disk, and so refuses to share them among nodes. */
async function volumesStayOnOneNode(): Promise<boolean> {
  const { items } = await openCluster(undefined).json<{
    items: { metadata: { name: string; annotations?: Record<string, string> }; provisioner: string }[];
  }>({ path: '/apis/storage.k8s.io/v1/storageclasses' });
  const isDefault = 'storageclass.kubernetes.io/is-default-class';
  const used = items.find(({ metadata }) =>
    storageClass === undefined ? metadata.annotations?.[isDefault] === 'true' : metadata.name === storageClass,
  );
  return used !== undefined && oneNodeProvisioners.has(used.provisioner);
}

/** Of a quantity of cores: `4`, `3920m`. */
function coresOf(quantity: string | undefined): number {
  const amount = Number.parseFloat(quantity ?? '');
  return quantity?.endsWith('m') ? amount / 1_000 : amount;
}

/** Outputs by `node.port`, from the last line that the container of each step wrote. */
async function outputsOf(namespace: string, lines: readonly Record<string, unknown>[]): Promise<Digests> {
  const client = openCluster(undefined);
  const outputs: Digests = {};
  for (const step of lastOfEachStep(lines)) {
    let result: { outputs: Digests } | undefined;
    for await (const line of podLog(client, { namespace, ...step })) {
      if (line.startsWith('{') && line.includes('"run.finished"')) result = JSON.parse(line) as { outputs: Digests };
    }
    Object.assign(outputs, result?.outputs);
  }
  return outputs;
}

function lastOfEachStep(lines: readonly Record<string, unknown>[]): { pod: string; container: string }[] {
  const steps = new Map<string, { pod: string; container: string }>();
  for (const line of lines) {
    if (line['type'] !== 'step.status' || typeof line['pod'] !== 'string') continue;
    steps.set(String(line['id']), { pod: line['pod'], container: String(line['container']) });
  }
  return [...steps.values()];
}
