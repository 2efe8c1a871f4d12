import type { KubernetesObject } from '../bundle.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, type Names } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { restrictedPod } from '../pod-security.ts';
import { stepContainer, stepVolumes } from '../step-container.ts';

/**
 * The batch part as one Job: every step is a container of its own with its own resources, in plan order (init containers,
 * the last step as the main one). Each starts with the engine's cache check, so a retried pod goes on where it stopped.
 */
export function batchObjects(context: ExportContext, names: Names, planText: string): KubernetesObject[] {
  const { plan, version } = context;
  if (plan.steps.length === 0) return [];
  const labels = labelsOf(names.graph, 'run', version);
  const containers = plan.steps.map((step, index) => ({
    // The number keeps names apart where two ids give one label, and shows the order.
    name: toDnsLabel(`${index + 1}-${step.id}`),
    ...stepContainer(step, context, names),
  }));
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: names.batchAccount, labels },
      automountServiceAccountToken: false,
    },
    planConfigMap(names, labels, planText),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: names.run, labels },
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: 6 * 3600,
        ttlSecondsAfterFinished: 7 * 24 * 3600,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            serviceAccountName: names.batchAccount,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPod,
            ...(containers.length > 1 ? { initContainers: containers.slice(0, -1) } : {}),
            containers: containers.slice(-1),
            volumes: stepVolumes(names.planConfigMap, names.storeClaim),
          },
        },
      },
    },
  ];
}
