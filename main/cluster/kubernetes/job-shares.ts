import { shareCount } from '../../../shared/plan/fan-out.ts';
import type { PlanStep } from '../../../shared/plan/plan.ts';
import { apiServerPolicy } from '../api-server-policy.ts';
import type { KubernetesObject } from '../bundle.ts';
import { sharesLabel, toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names, planFolder, storeFolder } from '../names.ts';
import { shareLabel } from '../ownership.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { stepArguments, stepContainer, stepVolumes } from '../step-container.ts';
import { gpuPlacement } from '../step-resources.ts';
import { storeEnvironment } from '../store-environment.ts';

/** The CronJob controller adds 11 characters to the name, and so do we. */
const maxCronJobName = 52;
const indexAnnotation = "metadata.annotations['batch.kubernetes.io/job-completion-index']";
/** Where clients look for the account of their pod. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A step whose trials or folds several pods do. */
export interface SharedStep {
  step: PlanStep;
  /** Of the container in the Job's pod that starts them. */
  label: string;
  /** Of the suspended CronJob that is their template. */
  template: string;
  count: number;
}

/** Steps of the plan whose items are done by pods of their own; `labelOf` names a step's container. */
export function sharedSteps(
  context: ExportContext,
  names: Names,
  labelOf: (step: PlanStep, index: number) => string,
): SharedStep[] {
  return context.plan.steps.flatMap((step, index) => {
    const count = shareCount(step, context.definitionOf, context.mostPods);
    if (count === 0) return [];
    const label = sharesLabel(labelOf(step, index));
    return [{ step, label, template: toDnsLabel(`${names.graph}-${label}`, maxCronJobName), count }];
  });
}

/** Templates of the Jobs with the shares, and the right of the run to start them. */
export function shareObjects(shared: readonly SharedStep[], context: ExportContext, names: Names): KubernetesObject[] {
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
  { step, label, template, count }: SharedStep,
  context: ExportContext,
  names: Names,
): KubernetesObject {
  const labels = { ...labelsOf(names.graph, 'run', context.version), [shareLabel]: label };
  const container = stepContainer(step, context, names, step.id, `$(SLIPWAY_SHARE)/${count}`);
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
              ...gpuPlacement([step]),
              containers: [{ name: label, ...container, env: [...(container['env'] as unknown[]), index] }],
              volumes: stepVolumes(names.planConfigMap, names.storeClaim),
            },
          },
        },
      },
    },
  };
}

/** Starts the Job of a step's shares and waits for it; nothing where the step is up to date. Only it has a token. */
export function shareStarter({ step, label, template }: SharedStep, names: Names): Record<string, unknown> {
  const { env, ...credentials } = storeEnvironment(names);
  return {
    name: label,
    image: imageName,
    imagePullPolicy,
    ...engineCommand([...stepArguments(step.id), '--start', `cronjob/${template}`]),
    ...credentials,
    env,
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
