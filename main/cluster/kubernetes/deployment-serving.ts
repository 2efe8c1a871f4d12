import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName } from '../engine-image.ts';
import { type ExportContext, isMonitored, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { modelServerObjects, temporaryVolume } from '../model-server.ts';
import { httpPort, longestRunSeconds, type Names } from '../names.ts';
import {
  endpointResources,
  monitoredResources,
  monitoredVolumes,
  requestsEnvironment,
  requestsFolderMaker,
  settingsArguments,
  storeVolume,
} from '../endpoint-pod.ts';
import { storeEnvironment } from '../store-environment.ts';

/** A Deployment for each endpoint. */
export function deploymentServing(context: ExportContext, names: Names): BundlePart {
  return {
    groups: plannedEndpoints(context.plan).endpoints.map((endpoint) => ({
      file: `endpoint-${endpoint.service.id}.yaml`,
      objects: servingObjects(context, names, endpoint),
    })),
    readme: { about: [] },
  };
}

function servingObjects(context: ExportContext, names: Names, endpoint: PlannedEndpoint): KubernetesObject[] {
  const serve = [
    'serve',
    endpoint.modelUri,
    '--json',
    '--wait',
    '--name',
    endpoint.name,
    ...settingsArguments(context, endpoint),
  ];
  const monitored = isMonitored(context.plan, endpoint);
  const { envFrom, env } = storeEnvironment(names);
  return modelServerObjects(
    {
      name: toDnsLabel(`${names.graph}-${endpoint.service.id}`),
      container: 'endpoint',
      image: imageName,
      ...engineCommand([...serve, '--host', '0.0.0.0', '--http', String(httpPort), '--keys', 'none']),
      ports: [{ name: 'http', port: httpPort, servicePort: 80 }],
      readyPath: '/v2/health/ready',
      livePath: '/v2/health/live',
      // Until the first run has registered the model the container waits for it.
      startSeconds: longestRunSeconds,
      metrics: { port: httpPort, path: '/metrics' },
      environment: { envFrom, env: [...env, ...(monitored ? requestsEnvironment(names) : [])] },
      resources: monitored ? monitoredResources : endpointResources,
      ...(monitored ? { before: [requestsFolderMaker()] } : {}),
      volumes: [...(monitored ? monitoredVolumes(names) : [storeVolume(names)]), temporaryVolume],
    },
    names,
    context.version,
  );
}
