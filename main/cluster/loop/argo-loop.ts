import type { KubernetesObject } from '../bundle.ts';
import { executorName } from '../argo/argo-executor.ts';
import type { Names } from '../names.ts';
import { restrictedPod } from '../pod-security.ts';
import { apiServerPorts, type LoopKinds, type LoopWorkload } from './loop-part.ts';

/** A CronWorkflow for the monitor and a WorkflowTemplate for the retraining (Argo 4). */
export function argoLoop(names: Names): LoopKinds {
  const spec = (workload: LoopWorkload, name: string) => ({
    entrypoint: name,
    serviceAccountName: workload.account,
    automountServiceAccountToken: workload.needsToken,
    executor: { serviceAccountName: executorName(names) },
    securityContext: restrictedPod,
    podMetadata: { labels: workload.labels },
    activeDeadlineSeconds: workload.deadlineSeconds,
    ttlStrategy: { secondsAfterCompletion: 3600 },
    volumes: workload.volumes,
    templates: [{ name, ...workload.placement, container: { name: 'main', ...workload.container } }],
  });
  return {
    start: 'workflowtemplate',
    rules: () => [{ apiGroups: ['argoproj.io'], resources: ['workflows'], verbs: ['create'] }],
    // The batch part brings the executor's account.
    objects: (_names, labels) => [executorPolicy(names, labels)],
    monitor: (workload) => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'CronWorkflow',
      metadata: { name: workload.name, labels: workload.labels },
      spec: {
        schedules: [workload.schedule],
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        workflowSpec: spec(workload, 'monitor'),
      },
    }),
    retrain: (workload) => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTemplate',
      metadata: { name: workload.name, labels: workload.labels },
      spec: {
        arguments: { parameters: [{ name: 'reasons', value: '' }] },
        synchronization: { mutexes: [{ name: workload.name }] },
        ...spec(workload, 'retrain'),
      },
    }),
  };
}

/** The executor beside each container reports to the API server. */
function executorPolicy(names: Names, labels: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${names.graph}-loop-executor`, labels },
    spec: {
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': names.graph },
        matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['monitor', 'retrain'] }],
      },
      policyTypes: ['Egress'],
      egress: [{ ports: apiServerPorts.map((port) => ({ port, protocol: 'TCP' })) }],
    },
  };
}
