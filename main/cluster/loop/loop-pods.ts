import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import { requestsEnvironment, requestsVolumeMount, storeSource } from '../endpoint-pod.ts';
import type { ExportContext, PlannedEndpoint } from '../export-context.ts';
import { type Names, planFolder, storeFolder } from '../names.ts';
import { restrictedContainer } from '../pod-security.ts';
import { type ContainerResources, gpuPlacement, largestStep } from '../step-resources.ts';
import { storeEnvironment } from '../store-environment.ts';

const graphFile = `${planFolder}/graph.slipway.json`;

/** What the containers of monitors and retraining share; both read the graph and write what the replicas read. */
function container(
  names: Names,
  options: { args: readonly string[]; resources: ContainerResources; env?: readonly unknown[] },
): Record<string, unknown> {
  const { envFrom, env } = storeEnvironment(names);
  return {
    image: imageName,
    imagePullPolicy,
    ...engineCommand(options.args),
    envFrom,
    env: [...env, ...requestsEnvironment(names), ...(options.env ?? [])],
    resources: options.resources,
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: 'graph', mountPath: planFolder, readOnly: true },
      { name: 'store', mountPath: storeFolder },
      requestsVolumeMount,
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

export function loopVolumes(names: Names, graphConfigMap: string): Record<string, unknown>[] {
  return [
    { name: 'graph', configMap: { name: graphConfigMap } },
    { name: 'store', ...storeSource(names) },
    { name: 'tmp', emptyDir: {} },
  ];
}

/** Looks once; `start` names what trains again, as `KIND/NAME`. */
export function monitorContainer(names: Names, endpoint: PlannedEndpoint, start: string | undefined) {
  return container(names, {
    args: [
      'monitor',
      graphFile,
      '--json',
      '--node',
      endpoint.service.id,
      ...(start === undefined ? [] : ['--start', start]),
    ],
    resources: {
      requests: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '1Gi' },
      limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '4Gi' },
    },
  });
}

/** One retraining, from the training table to the canary. It asks for what the largest step needs. */
export function retrainContainer(
  context: ExportContext,
  names: Names,
  endpoint: PlannedEndpoint,
  env: readonly unknown[] = [],
) {
  return container(names, {
    args: ['retrain', graphFile, '--json', '--node', endpoint.service.id],
    resources: largestStep(context),
    env,
  });
}

export function retrainPlacement(context: ExportContext) {
  return gpuPlacement(context.plan.steps);
}
