import type { KubernetesObject } from '../bundle.ts';
import type { Names } from '../names.ts';

/** Account of the container that Argo puts beside each step. */
export function executorName(names: Names): string {
  return `${names.batchAccount}-executor`;
}

/** The executor beside a step reports its outcome; the step itself has no token. */
export function argoExecutorObjects(names: Names, labels: Record<string, string>): KubernetesObject[] {
  const executor = executorName(names);
  return [
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
