import type { KubernetesObject } from '../bundle.ts';
import type { Names } from '../names.ts';
import { restrictedPod } from '../pod-security.ts';

/** ConfigMap that says where Argo keeps artifacts and logs: nowhere. */
function artifactsName(names: Names): string {
  return `${names.batchAccount}-artifacts`;
}

const artifactsKey = 'none';

/** What Argo's own containers do without; it sets none of this unless its controller is told to. */
const executorContainer = {
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  resources: {
    requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi' },
    limits: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '512Mi' },
  },
};

/**
 * Fields of a workflow for all of its pods. Argo adds the containers `init` and `wait` to each; without the patch a namespace
 * that is *restricted*, or has a quota, refuses the pod. A controller may be set to archive logs to a storage of its own,
 * which these pods neither have the credentials for nor can reach: a reference is all that turns it off.
 */
export function workflowPodFields(names: Names): Record<string, unknown> {
  return {
    executor: { serviceAccountName: executorName(names) },
    securityContext: restrictedPod,
    podSpecPatch: JSON.stringify({
      enableServiceLinks: false,
      initContainers: [{ name: 'init', ...executorContainer }],
      containers: [{ name: 'wait', ...executorContainer }],
    }),
    artifactRepositoryRef: { configMap: artifactsName(names), key: artifactsKey },
  };
}

/** Account of the container that Argo puts beside each step. */
function executorName(names: Names): string {
  return `${names.batchAccount}-executor`;
}

/** The executor beside a step reports its outcome; the step itself has no token. */
export function argoExecutorObjects(names: Names, labels: Record<string, string>): KubernetesObject[] {
  const executor = executorName(names);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: artifactsName(names), labels },
      data: { [artifactsKey]: 'archiveLogs: false\n' },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: executor, labels } },
    // Argo mounts the executor's token from a Secret of this name; the cluster fills it in.
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `${executor}.service-account-token`,
        labels,
        annotations: { 'kubernetes.io/service-account.name': executor },
      },
      type: 'kubernetes.io/service-account-token',
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: executor, labels },
      rules: [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: executor, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: executor },
      subjects: [{ kind: 'ServiceAccount', name: executor }],
    },
  ];
}
