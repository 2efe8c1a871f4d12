import type { ServerVolume } from './model-server.ts';
import { type Names, storeFolder } from './names.ts';

/** What an endpoint of our own engine asks for. */
export const endpointResources = {
  requests: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
  limits: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Gi' },
};

/** The artifact store, which an endpoint only reads. */
export function storeVolume(names: Names): ServerVolume {
  return {
    name: 'store',
    mountPath: storeFolder,
    readOnly: true,
    source: { persistentVolumeClaim: { claimName: names.storeClaim, readOnly: true } },
  };
}
