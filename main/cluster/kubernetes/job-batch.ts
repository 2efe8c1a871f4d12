import { itemShares, itemSteps } from '../../../shared/plan/item-steps.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { containerLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { restrictedPod } from '../pod-security.ts';
import { gpuPlacement } from '../step-resources.ts';
import { accountVolume, shareObjects, sharedParts, shareStarter } from './job-shares.ts';
import { badInputExitCode, stepContainer, stepVolumes } from '../step-container.ts';

/** The batch part as one Job. */
export function jobBatch(context: ExportContext, names: Names, planText: string): BundlePart {
  const count = context.plan.steps.length;
  if (count === 0) return { groups: [], readme: { about: [] } };
  return {
    groups: [{ file: 'run.yaml', objects: jobObjects(context, names, planText) }],
    readme: {
      about: [
        `Job \`${names.run}\` runs the ${count} steps of the graph in order; a retried pod goes on where it stopped.`,
        ...itemSteps(context.plan.steps).flatMap((map) => {
          const pods = itemShares(map, context.mostPods);
          return pods === 0
            ? []
            : [`The ${map.items.length} items of \`${map.id}\` are done side by side in ${pods} pods.`];
        }),
      ],
      follow: `kubectl -n ${names.graph} logs -f job/${names.run} --all-containers`,
    },
  };
}

/**
 * The batch part as one Job: every step is a container of its own with its own resources, in plan order (init containers,
 * the last step as the main one). Each starts with the engine's cache check, so a retried pod goes on where it stopped.
 * Before a step with trials or folds, and before the items of a map, a container starts a Job whose pods do them side by side.
 */
function jobObjects(context: ExportContext, names: Names, planText: string): KubernetesObject[] {
  const { plan, version } = context;
  const labels = labelsOf(names.graph, 'run', version);
  const shared = sharedParts(context, names);
  const containers = plan.steps.flatMap((step, index) => {
    return [
      ...shared.filter(({ before }) => before === step.id).map((part) => shareStarter(part, context, names)),
      { name: containerLabel(step.id, index), ...stepContainer(step, context, names) },
    ];
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: names.batchAccount, labels },
      automountServiceAccountToken: false,
    },
    planConfigMap(names, labels, planText),
    ...shareObjects(shared, context, names),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: names.run, labels },
      spec: {
        backoffLimit: 3,
        podFailurePolicy: {
          rules: [
            // A pod that its node lost is no failure of the step.
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            // Bad input stays bad.
            { action: 'FailJob', onExitCodes: { operator: 'In', values: [badInputExitCode] } },
          ],
        },
        activeDeadlineSeconds: longestRunSeconds,
        ttlSecondsAfterFinished: 7 * 24 * 3600,
        template: {
          metadata: { labels },
          spec: {
            restartPolicy: 'Never',
            serviceAccountName: names.batchAccount,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPod,
            ...gpuPlacement(plan.steps),
            ...(containers.length > 1 ? { initContainers: containers.slice(0, -1) } : {}),
            containers: containers.slice(-1),
            volumes: [
              ...stepVolumes(names.planConfigMap, names.storeClaim),
              ...(shared.length === 0 ? [] : [accountVolume]),
            ],
          },
        },
      },
    },
  ];
}
