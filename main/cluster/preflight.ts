import { toWireError } from '../../shared/errors/app-error.ts';
import { ApiFailure } from './api/api-failure.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { createResourceFinder } from './api/resource-paths.ts';

export interface ClusterCheck {
  id: string;
  state: 'ok' | 'warning' | 'error';
  message: string;
  fix?: string;
}

export interface Preflight {
  context: string;
  server: string;
  namespace: string;
  checks: ClusterCheck[];
  /** Targets of `slipway export` and what the cluster lacks for each. */
  targets: { id: string; usable: boolean; missing: string[] }[];
}

/** What apply and watch need: resource, its group, verbs. */
const rights: readonly [group: string, resource: string, verbs: readonly string[]][] = [
  ['', 'configmaps', ['get', 'create', 'patch', 'delete', 'list']],
  ['', 'services', ['get', 'create', 'patch', 'delete', 'list']],
  ['', 'serviceaccounts', ['get', 'create', 'patch', 'delete', 'list']],
  ['', 'persistentvolumeclaims', ['get', 'create', 'patch', 'delete', 'list']],
  ['', 'pods', ['get', 'list', 'watch']],
  ['', 'pods/log', ['get']],
  ['', 'events', ['list', 'watch']],
  ['apps', 'deployments', ['get', 'create', 'patch', 'delete', 'list', 'watch']],
  ['batch', 'jobs', ['get', 'create', 'patch', 'delete', 'list', 'watch']],
  ['batch', 'cronjobs', ['get', 'create', 'patch', 'delete', 'list']],
  ['autoscaling', 'horizontalpodautoscalers', ['get', 'create', 'patch', 'delete', 'list']],
  ['networking.k8s.io', 'networkpolicies', ['get', 'create', 'patch', 'delete', 'list']],
  ['policy', 'poddisruptionbudgets', ['get', 'create', 'patch', 'delete', 'list']],
];

const objectVerbs = ['get', 'create', 'patch', 'delete', 'list'] as const;

function rightsOn(group: string, ...resources: string[]): typeof rights {
  return resources.map((resource) => [group, resource, objectVerbs]);
}

/** What bundles need besides that start pods of their own: Argo Workflows, and Jobs with trials, folds or items side by side. */
const roleRights = rightsOn('rbac.authorization.k8s.io', 'roles', 'rolebindings');

/** What bundles of one target need besides. Argo finds the token of the containers beside its steps in a Secret. */
const targetRights: Readonly<Record<string, typeof rights>> = {
  argo: [...rightsOn('', 'secrets'), ...rightsOn('argoproj.io', 'workflows', 'workflowtemplates', 'cronworkflows')],
  kserve: rightsOn('serving.kserve.io', 'inferenceservices', 'servingruntimes', 'inferencegraphs'),
  ray: rightsOn('ray.io', 'rayjobs', 'rayservices'),
};

/** Custom resources by the system that brings them, in the version bundles use. */
const systems: readonly { id: string; title: string; apiVersion: string; kind: string; target?: string }[] = [
  {
    id: 'argo',
    title: 'Argo Workflows 4',
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'WorkflowTemplate',
    target: 'argo',
  },
  {
    id: 'kserve',
    title: 'KServe',
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    target: 'kserve',
  },
  { id: 'kuberay', title: 'KubeRay', apiVersion: 'ray.io/v1', kind: 'RayJob', target: 'ray' },
  { id: 'keda', title: 'KEDA', apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
  { id: 'prometheus', title: 'Prometheus operator', apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' },
];

/** Makers of volumes that only the pods of one node can share; they refuse a claim that asks for more. */
export const oneNodeProvisioners = new Set(['rancher.io/local-path', 'openebs.io/local']);

/** The first that knows `preStop.sleep` without a feature gate. */
const oldestMinor = 30;

/**
 * Looks at a cluster before anything is written: can it be reached, which rights there are, what is installed, GPUs and
 * storage. Problems are checks, never thrown.
 */
export async function preflight(client: ClusterClient, namespace: string = client.namespace): Promise<Preflight> {
  const result: Preflight = { context: client.context, server: client.server, namespace, checks: [], targets: [] };
  try {
    result.checks.push(await versionCheck(client));
    result.checks.push(await rightsCheck(client, namespace));
    result.checks.push(await rolesCheck(client, namespace));
  } catch (error) {
    const { message, fix } = toWireError(explainFailure(error, 'Asking the cluster'));
    result.checks.push({ id: 'cluster', state: 'error', message, ...(fix === undefined ? {} : { fix }) });
    return result;
  }
  const finder = createResourceFinder(client);
  const missing = new Set<string>();
  const deniedOf = new Map<string, string[]>();
  for (const system of systems) {
    const check = await guarded(system.id, async () => {
      const found = await finder.find(system.apiVersion, system.kind);
      if (found === undefined) missing.add(system.id);
      return found === undefined
        ? {
            id: system.id,
            state: 'warning',
            message: `${system.title} (${system.apiVersion} ${system.kind}) is not installed.`,
          }
        : { id: system.id, state: 'ok', message: `${system.title} is installed (${system.apiVersion}).` };
    });
    result.checks.push(check);
    const asked = missing.has(system.id) ? undefined : targetRights[system.target ?? ''];
    if (asked === undefined) continue;
    const id = `${system.id}-rights`;
    const lacking = await guarded(id, async () => {
      const denied = await deniedRights(client, namespace, asked);
      if (denied.length > 0) deniedOf.set(system.id, [...new Set(denied.map((right) => right.split(' ')[1] ?? ''))]);
      return denied.length === 0
        ? { id, state: 'ok', message: `All rights in namespace ${namespace} that ${system.title} needs.` }
        : {
            id,
            state: 'warning',
            message: `In namespace ${namespace} this account may not: ${denied.join(', ')}.`,
            fix: 'Ask for these rights, or export to another target.',
          };
    });
    result.checks.push(lacking);
  }
  result.checks.push(await guarded('custom-metrics', () => customMetricsCheck(client)));
  result.checks.push(await guarded('gpu', () => gpuCheck(client)));
  result.checks.push(await guarded('storage', () => storageCheck(client)));
  const rightsMissing = result.checks.some((check) => check.id === 'rights' && check.state === 'error');
  const common = rightsMissing ? ['rights'] : [];
  const rolesMissing = result.checks.some((check) => check.id === 'roles' && check.state !== 'ok');
  result.targets = [
    ...['kubernetes', 'triton', 'triton-ensemble', 'torchserve'].map((id) => ({
      id,
      usable: common.length === 0,
      missing: [...common],
    })),
    ...systems.flatMap(({ id, title, target }) => {
      if (target === undefined) return [];
      const roles = target === 'argo' && rolesMissing ? ['rights on roles'] : [];
      const own = (deniedOf.get(id) ?? []).map((resource) => `rights on ${resource}`);
      const lacks = [...common, ...roles, ...own, ...(missing.has(id) ? [title] : [])];
      return [{ id: target, usable: lacks.length === 0, missing: lacks }];
    }),
  ];
  return result;
}

/** A look that this account may not take, or that fails, is a warning. */
async function guarded(id: string, check: () => Promise<ClusterCheck>): Promise<ClusterCheck> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ApiFailure && error.statusCode === 403) {
      return { id, state: 'warning', message: `This account may not look: ${error.message}` };
    }
    return { id, state: 'warning', message: toWireError(explainFailure(error, `Checking ${id}`)).message };
  }
}

async function versionCheck(client: ClusterClient): Promise<ClusterCheck> {
  const { gitVersion = '', minor = '' } = await client.json<{ gitVersion?: string; minor?: string }>({
    path: '/version',
  });
  const message = `${client.server} answers: Kubernetes ${gitVersion}.`;
  return Number.parseInt(minor, 10) < oldestMinor
    ? { id: 'cluster', state: 'warning', message, fix: `Bundles are written for 1.${oldestMinor} and newer.` }
    : { id: 'cluster', state: 'ok', message };
}

async function rightsCheck(client: ClusterClient, namespace: string): Promise<ClusterCheck> {
  const denied = await deniedRights(client, namespace, rights);
  if (denied.length === 0) return { id: 'rights', state: 'ok', message: `All rights in namespace ${namespace}.` };
  return {
    id: 'rights',
    state: 'error',
    message: `In namespace ${namespace} this account may not: ${denied.join(', ')}.`,
    fix: 'Ask for these rights, or choose another namespace or context.',
  };
}

/** A bundle can be had without them. */
async function rolesCheck(client: ClusterClient, namespace: string): Promise<ClusterCheck> {
  const denied = await deniedRights(client, namespace, roleRights);
  if (denied.length === 0) return { id: 'roles', state: 'ok', message: 'Runs may get the right to start pods.' };
  return {
    id: 'roles',
    state: 'warning',
    message: `In namespace ${namespace} this account may not: ${denied.join(', ')}.`,
    fix: 'Ask for these rights, or export to Jobs with --pods 1: trials, folds and items of maps then run one after another.',
  };
}

/** Of the rights, as `VERB RESOURCE`. */
async function deniedRights(client: ClusterClient, namespace: string, asked: typeof rights): Promise<string[]> {
  const allowed = async (group: string, name: string, verb: string): Promise<boolean> => {
    const [resource, subresource] = name.split('/');
    const attributes = { namespace, group, resource, verb, ...(subresource === undefined ? {} : { subresource }) };
    const review = await client.json<{ status: { allowed: boolean } }>({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      },
    });
    return review.status.allowed;
  };
  // Resources side by side, the verbs of one after another: few connections, few waits.
  const lacking = await Promise.all(
    asked.map(async ([group, resource, verbs]) => {
      const denied: string[] = [];
      for (const verb of verbs) if (!(await allowed(group, resource, verb))) denied.push(`${verb} ${resource}`);
      return denied;
    }),
  );
  return lacking.flat();
}

/** What autoscalers read besides CPU and memory. */
async function customMetricsCheck(client: ClusterClient): Promise<ClusterCheck> {
  const id = 'custom-metrics';
  const { groups } = await client.json<{ groups: { name: string }[] }>({ path: '/apis' });
  return groups.some(({ name }) => name === 'custom.metrics.k8s.io')
    ? { id, state: 'ok', message: 'Autoscalers may read metrics of pods: endpoints can be scaled by their queue time.' }
    : {
        id,
        state: 'warning',
        message: 'There is no custom metrics API: endpoints are scaled by CPU.',
        fix: 'To scale by queue time install prometheus-adapter (components/queue-time) or KEDA (components/keda).',
      };
}

async function gpuCheck(client: ClusterClient): Promise<ClusterCheck> {
  const { items } = await client.json<{ items: { status?: { allocatable?: Record<string, string> } }[] }>({
    path: '/api/v1/nodes',
  });
  const totals = new Map<string, number>();
  for (const node of items) {
    for (const [resource, count] of Object.entries(node.status?.allocatable ?? {})) {
      if (/^(nvidia|amd)\.com\/|^gpu\.intel\.com\//.test(resource) && Number(count) > 0) {
        totals.set(resource, (totals.get(resource) ?? 0) + Number(count));
      }
    }
  }
  const found = [...totals].map(([resource, count]) => `${count} × ${resource}`).join(', ');
  return { id: 'gpu', state: 'ok', message: `${items.length} nodes; ${found === '' ? 'none has a GPU' : found}.` };
}

async function storageCheck(client: ClusterClient): Promise<ClusterCheck> {
  const { items } = await client.json<{
    items: { metadata: { name: string; annotations?: Record<string, string> }; provisioner?: string }[];
  }>({ path: '/apis/storage.k8s.io/v1/storageclasses' });
  const standard = items.find(
    ({ metadata }) => metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
  );
  if (standard !== undefined && oneNodeProvisioners.has(standard.provisioner ?? '')) {
    return {
      id: 'storage',
      state: 'warning',
      message: `The storage class ${standard.metadata.name} is the default; its volumes stay on one node.`,
      fix: 'Set accessModes to ReadWriteOnce in the overlay (all pods then run on that node), or another storageClassName, or use overlays/object-storage.',
    };
  }
  if (standard !== undefined) {
    const message = `The storage class ${standard.metadata.name} is the default; it must offer ReadWriteMany for several nodes.`;
    return { id: 'storage', state: 'ok', message };
  }
  const names = items.map(({ metadata }) => metadata.name).join(', ');
  return {
    id: 'storage',
    state: 'warning',
    message:
      items.length === 0 ? 'There is no storage class.' : `No storage class is the default (there are ${names}).`,
    fix: 'Set storageClassName in the overlay, or use overlays/object-storage.',
  };
}
