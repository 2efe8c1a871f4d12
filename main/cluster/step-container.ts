import { secretNames } from '../../shared/node/secret.ts';
import { secretVariablePrefix } from '../../shared/node/secret-name.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import { cudaImageName, engineCommand, imageName, imagePullPolicy } from './engine-image.ts';
import type { ExportContext } from './export-context.ts';
import { type Names, planFile, planFolder, storeFolder } from './names.ts';
import { restrictedContainer } from './pod-security.ts';
import { stepResources, usesNvidia } from './step-resources.ts';
import { storeEnvironment } from './store-environment.ts';

/** How a step ends that would fail again whatever the machine. */
export const badInputExitCode = 2;

/** Volumes of a pod that runs steps: the plan, the shared store, and room for temporary files. */
export function stepVolumes(planConfigMap: string, storeClaim: string): Record<string, unknown>[] {
  return [
    { name: 'plan', configMap: { name: planConfigMap } },
    { name: 'store', persistentVolumeClaim: { claimName: storeClaim } },
    { name: 'tmp', emptyDir: {} },
  ];
}

/**
 * The secrets of all steps: a step asks the sources above it whether they have changed, as any engine does. A pod starts
 * only once the Secret has each of them.
 */
export function secretEnvironment({ plan }: ExportContext, names: Names): Record<string, unknown>[] {
  return secretNames(plan.steps.map(({ params }) => params)).map((key) => ({
    name: `${secretVariablePrefix}${key}`,
    valueFrom: { secretKeyRef: { name: names.nodeSecret, key } },
  }));
}

/** Of `slipway`, for a part of the plan: `--step ID`, or `--items MAP`. */
export function partArguments(part: readonly string[]): string[] {
  return ['run', '--json', '--plan', planFile, ...part, '--store', '$(SLIPWAY_STORE)'];
}

/**
 * The container of one step, without its name: it starts with the engine's cache check and ends with the step. `stepId`
 * stands for the step where several share a container, `share` (INDEX/COUNT) for the trials or folds it does alone.
 */
export function stepContainer(
  step: PlanStep,
  context: ExportContext,
  names: Names,
  stepId: string = step.id,
  share?: string,
): Record<string, unknown> {
  const { env, ...credentials } = storeEnvironment(names);
  return {
    image: context.cudaImage === true && usesNvidia(step) ? cudaImageName : imageName,
    imagePullPolicy,
    ...engineCommand([...partArguments(['--step', stepId]), ...(share === undefined ? [] : ['--share', share])]),
    ...credentials,
    env: [...env, ...secretEnvironment(context, names)],
    resources: stepResources(step, context),
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: 'plan', mountPath: planFolder, readOnly: true },
      { name: 'store', mountPath: storeFolder },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
