import type { PlanStep } from '../../../shared/plan/plan.ts';
import type { KubernetesObject } from '../bundle.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName } from '../engine-image.ts';
import type { ExportContext } from '../export-context.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { stepResources } from '../step-resources.ts';
import { labelsOf, type Names, planFile, planFolder, storeFolder, storeUri } from './names.ts';

/**
 * The batch part as one Job: every step is a container of its own with its own resources, in plan order (init containers,
 * the last step as the main one). Each starts with the engine's cache check, so a retried pod goes on where it stopped.
 */
export function batchObjects(context: ExportContext, names: Names, planText: string): KubernetesObject[] {
  const { plan, version } = context;
  if (plan.steps.length === 0) return [];
  const labels = labelsOf(names.graph, 'run', version);
  const containers = plan.steps.map((step, index) => stepContainer(step, index, context));
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: names.batchAccount, labels },
      automountServiceAccountToken: false,
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: names.planConfigMap, labels },
      immutable: true,
      data: { 'plan.json': planText },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: names.job, labels },
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
            volumes: [
              { name: 'plan', configMap: { name: names.planConfigMap } },
              { name: 'store', persistentVolumeClaim: { claimName: names.storeClaim } },
              { name: 'tmp', emptyDir: {} },
            ],
          },
        },
      },
    },
  ];
}

function stepContainer(step: PlanStep, index: number, context: ExportContext): Record<string, unknown> {
  return {
    // The number keeps names apart where two ids give one label, and shows the order.
    name: toDnsLabel(`${index + 1}-${step.id}`),
    image: imageName,
    ...engineCommand(['run', '--json', '--plan', planFile, '--step', step.id, '--store', storeUri]),
    env: [
      { name: 'SLIPWAY_DATA_DIR', value: '/tmp/slipway' },
      { name: 'HOME', value: '/tmp' },
    ],
    resources: stepResources(step, context),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: 'plan', mountPath: planFolder, readOnly: true },
      { name: 'store', mountPath: storeFolder },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
