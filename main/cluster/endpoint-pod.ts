import type { ServerVolume } from './model-server.ts';
import { type ExportContext, isMonitored, type PlannedEndpoint } from './export-context.ts';
import { imageName, imagePullPolicy, nodePath } from './engine-image.ts';
import { type Names, requestsFolder, requestsName, requestsVolume, storeFolder } from './names.ts';
import { restrictedContainer } from './pod-security.ts';

/** What an endpoint of our own engine asks for. */
export const endpointResources = {
  requests: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
  limits: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Gi' },
};

/** A monitored endpoint keeps requests until they are handed over. */
export const monitoredResources = {
  requests: { ...endpointResources.requests, 'ephemeral-storage': '2Gi' },
  limits: { ...endpointResources.limits, 'ephemeral-storage': '8Gi' },
};

export function storeSource(names: Names): Record<string, unknown> {
  return { persistentVolumeClaim: { claimName: names.storeClaim } };
}

/** Where replicas put their requests: a folder of the shared volume, so that servers cannot write where models are. */
export const requestsMount = { name: 'store', mountPath: requestsFolder, subPath: requestsName };

/** For pods that write models as well: the folder need not be there before they are. */
export const requestsVolumeMount = { name: 'store', mountPath: requestsVolume };

/** The artifact store, which an endpoint only reads. */
export function storeVolume(names: Names): ServerVolume {
  return {
    name: 'store',
    mountPath: storeFolder,
    readOnly: true,
    // The mount is read-only, not the claim: some drivers attach a volume either to read or to write.
    source: storeSource(names),
  };
}

/** The artifact store and, of the same volume, the folder for requests. */
export function monitoredVolumes(names: Names): ServerVolume[] {
  const source = storeSource(names);
  return [
    { name: 'store', mountPath: storeFolder, readOnly: true, source },
    { ...requestsMount, source },
  ];
}

/**
 * Makes the folder for requests before a container mounts it: kubelet would make it as root, and on volumes that do not take
 * the pod's group (NFS) nobody else could then write there.
 */
export function requestsFolderMaker(): Record<string, unknown> {
  return {
    name: 'requests-folder',
    image: imageName,
    imagePullPolicy,
    command: [nodePath, '-e', `require("node:fs").mkdirSync(${JSON.stringify(requestsFolder)}, { recursive: true })`],
    resources: {
      requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
      limits: { cpu: '500m', memory: '128Mi', 'ephemeral-storage': '64Mi' },
    },
    securityContext: restrictedContainer,
    volumeMounts: [requestsVolumeMount],
  };
}

export function requestsEnvironment(names: Names): Record<string, unknown>[] {
  return [
    {
      name: 'SLIPWAY_REQUESTS',
      valueFrom: { configMapKeyRef: { name: names.storeSettings, key: 'SLIPWAY_REQUESTS' } },
    },
  ];
}

/** Params of the node that differ from those of an endpoint without settings; addresses are the cluster's. */
export function settingsArguments(context: ExportContext, endpoint: PlannedEndpoint): string[] {
  const { params } = endpoint.service;
  const defaults = context.definitionOf('serve.endpoint')?.params.parse({}) ?? {};
  const changed = Object.entries(params).filter(
    ([name, value]) => name !== 'name' && name !== 'port' && JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  return [
    ...(changed.length === 0 ? [] : ['--settings', JSON.stringify(Object.fromEntries(changed))]),
    ...(isMonitored(context.plan, endpoint) ? ['--monitored'] : []),
  ];
}
