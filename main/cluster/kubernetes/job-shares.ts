import { shareCount } from '../../../shared/plan/fan-out.ts';
import { itemShares, itemSteps } from '../../../shared/plan/item-steps.ts';
import type { PlanStep } from '../../../shared/plan/plan.ts';
import { apiServerPolicy } from '../api-server-policy.ts';
import type { KubernetesObject } from '../bundle.ts';
import { containerLabel, itemsLabel, sharesLabel, toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names, planFolder, storeFolder } from '../names.ts';
import { shareLabel } from '../ownership.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { partArguments, secretEnvironment, stepContainer, stepVolumes } from '../step-container.ts';
import { gpuPlacement, largestStep, usesNvidia } from '../step-resources.ts';
import { storeEnvironment } from '../store-environment.ts';

/** The CronJob controller adds 11 characters to the name, and so do we. */
const maxCronJobName = 52;
const indexAnnotation = "metadata.annotations['batch.kubernetes.io/job-completion-index']";
/** Where clients look for the account of their pod. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Work that several pods do before the run needs it: trials or folds of a step, or items of a map. */
export interface SharedPart {
  /** The run starts it before this step. */
  before: string;
  /** What each of its pods may have to do. */
  steps: readonly PlanStep[];
  /** Names it: `--step ID`, or `--items MAP`. */
  part: readonly [option: string, id: string];
  /** Of the container in the Job's pod that starts them. */
  label: string;
  /** Of the suspended CronJob that is their template. */
  template: string;
  count: number;
}

/** Parts of the plan that pods of their own do. What is in a map's item is done with it. */
export function sharedParts(context: ExportContext, names: Names): SharedPart[] {
  const templateOf = (label: string) => toDnsLabel(`${names.graph}-${label}`, maxCronJobName);
  const maps = itemSteps(context.plan.steps).flatMap((map): SharedPart[] => {
    const count = itemShares(map, context.mostPods);
    if (count === 0) return [];
    const label = itemsLabel(map.id);
    const steps = map.items.flat();
    return [{ before: map.startBefore, steps, part: ['--items', map.id], label, template: templateOf(label), count }];
  });
  const inItems = new Set(maps.flatMap(({ steps }) => steps));
  const spread = context.plan.steps.flatMap((step, index): SharedPart[] => {
    const count = inItems.has(step) ? 0 : shareCount(step, context.definitionOf, context.mostPods);
    if (count === 0) return [];
    const label = sharesLabel(containerLabel(step.id, index));
    return [{ before: step.id, steps: [step], part: ['--step', step.id], label, template: templateOf(label), count }];
  });
  return [...maps, ...spread];
}

/** Templates of the Jobs with the shares, and the right of the run to start them. */
export function shareObjects(shared: readonly SharedPart[], context: ExportContext, names: Names): KubernetesObject[] {
  if (shared.length === 0) return [];
  const labels = labelsOf(names.graph, 'run', context.version);
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: names.batchAccount, labels },
      rules: [
        {
          apiGroups: ['batch'],
          resources: ['cronjobs'],
          resourceNames: shared.map(({ template }) => template),
          verbs: ['get'],
        },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: names.batchAccount, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.batchAccount },
      subjects: [{ kind: 'ServiceAccount', name: names.batchAccount }],
    },
    apiServerPolicy(names, { name: names.batchAccount, labels, component: 'run' }),
    ...shared.map((one) => shareTemplate(one, context, names)),
  ];
}

/** An indexed Job, kept as a suspended CronJob: what the run starts is of this bundle and goes with it. */
function shareTemplate(
  { steps, part, label, template, count }: SharedPart,
  context: ExportContext,
  names: Names,
): KubernetesObject {
  const labels = { ...labelsOf(names.graph, 'run', context.version), [shareLabel]: label };
  const container: Record<string, unknown> = {
    ...stepContainer(steps.find(usesNvidia) ?? (steps[0] as PlanStep), context, names),
    ...engineCommand([...partArguments(part), '--share', `$(SLIPWAY_SHARE)/${count}`]),
    resources: largestStep(context, steps),
  };
  const index = { name: 'SLIPWAY_SHARE', valueFrom: { fieldRef: { fieldPath: indexAnnotation } } };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: template, labels },
    spec: {
      schedule: '0 0 1 1 *',
      suspend: true,
      concurrencyPolicy: 'Forbid',
      jobTemplate: {
        metadata: { labels },
        spec: {
          completionMode: 'Indexed',
          completions: count,
          parallelism: count,
          backoffLimit: count,
          podFailurePolicy: {
            rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
          },
          activeDeadlineSeconds: longestRunSeconds,
          ttlSecondsAfterFinished: 3600,
          template: {
            metadata: { labels },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: names.batchAccount,
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              securityContext: restrictedPod,
              ...gpuPlacement(steps),
              containers: [{ name: label, ...container, env: [...(container['env'] as unknown[]), index] }],
              volumes: stepVolumes(names.planConfigMap, names.storeClaim),
            },
          },
        },
      },
    },
  };
}

/** Starts the Job of a part's shares and waits for it; nothing where all of it is up to date. Only it has a token. */
export function shareStarter(
  { part, label, template }: SharedPart,
  context: ExportContext,
  names: Names,
): Record<string, unknown> {
  const { env, ...credentials } = storeEnvironment(names);
  return {
    name: label,
    image: imageName,
    imagePullPolicy,
    ...engineCommand([...partArguments(part), '--start', `cronjob/${template}`]),
    ...credentials,
    // It asks whether sources above have changed, too.
    env: [...env, ...secretEnvironment(context, names)],
    resources: {
      requests: { cpu: '100m', memory: '256Mi', 'ephemeral-storage': '256Mi' },
      limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
    },
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: 'plan', mountPath: planFolder, readOnly: true },
      { name: 'store', mountPath: storeFolder },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'account', mountPath: accountFolder, readOnly: true },
    ],
  };
}

/** The token of the pod's account, which only the starters mount. */
export const accountVolume = {
  name: 'account',
  projected: {
    sources: [
      { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
    ],
  },
};
