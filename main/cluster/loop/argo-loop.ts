import { apiServerPolicy } from '../api-server-policy.ts';
import { workflowPodFields } from '../argo/argo-executor.ts';
import type { Names } from '../names.ts';
import type { LoopKinds, LoopWorkload } from './loop-part.ts';

/** A CronWorkflow for the monitor and a WorkflowTemplate for the retraining (Argo 4). */
export function argoLoop(names: Names): LoopKinds {
  const spec = (workload: LoopWorkload, name: string) => ({
    entrypoint: name,
    serviceAccountName: workload.account,
    automountServiceAccountToken: workload.needsToken,
    ...workflowPodFields(names),
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
    objects: (_names, labels) => [
      apiServerPolicy(names, { name: `${names.graph}-loop-executor`, labels, component: ['monitor', 'retrain'] }),
    ],
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
