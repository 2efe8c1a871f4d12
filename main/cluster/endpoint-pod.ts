import type { ServerVolume } from './model-server.ts';
import { type ExportContext, isMonitored, type PlannedEndpoint } from './export-context.ts';
import { type Names, requestsFolder, storeFolder } from './names.ts';

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
export const requestsMount = { name: 'store', mountPath: requestsFolder, subPath: 'requests' };

/** The artifact store, which an endpoint only reads. */
export function storeVolume(names: Names): ServerVolume {
  return {
    name: 'store',
    mountPath: storeFolder,
    readOnly: true,
    source: { persistentVolumeClaim: { claimName: names.storeClaim, readOnly: true } },
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
