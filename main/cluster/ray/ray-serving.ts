import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { labelsOf, type Names } from '../names.ts';
import { servedNames } from '../served-names.ts';
import { toYaml } from '../yaml-text.ts';
import { headPorts, rayPod, rayVersion } from './ray-pod.ts';
import { rayShared } from './ray-shared.ts';

/** The operator adds to the name, and refuses longer ones. */
const maxNameLength = 47;

/** The endpoints as applications of one RayService; each replica runs the engine with one model. */
export function rayServing(context: ExportContext, names: Names): BundlePart {
  const endpoints = servedNames(plannedEndpoints(context.plan).endpoints, 'ray');
  if (endpoints.length === 0) return { groups: [], readme: { about: [] } };
  const name = toDnsLabel(`${names.graph}-serve`, maxNameLength);
  const shared = rayShared(context, names);
  return {
    groups: [...shared.groups, { file: 'serve.yaml', objects: serveObjects(context, names, name, endpoints) }],
    files: shared.files,
    readme: {
      ...shared.readme,
      about: [
        `RayService \`${name}\` serves ${endpoints.length === 1 ? 'the endpoint' : 'the endpoints below /NAME'} on port 8000 of the Service \`${name}-serve-svc\`.`,
      ],
      follow: `kubectl -n ${names.graph} get rayservices`,
    },
  };
}

function serveObjects(
  context: ExportContext,
  names: Names,
  name: string,
  endpoints: readonly { name: string; endpoint: PlannedEndpoint }[],
): KubernetesObject[] {
  const labels = labelsOf(names.graph, 'serve', context.version);
  const applications = endpoints.map(({ name: served, endpoint }) => ({
    name: endpoint.service.id,
    route_prefix: endpoints.length === 1 ? '/' : `/${served}`,
    import_path: 'serve_app:build',
    args: { model: endpoint.modelUri, name: served },
    deployments: [
      {
        name: 'Endpoint',
        autoscaling_config: { min_replicas: 1, max_replicas: 8, target_ongoing_requests: 16 },
        max_ongoing_requests: 64,
        health_check_period_s: 10,
        ray_actor_options: { num_cpus: 1 },
      },
    ],
  }));
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, automountServiceAccountToken: false },
    {
      apiVersion: 'ray.io/v1',
      kind: 'RayService',
      metadata: { name, labels },
      spec: {
        serveConfigV2: toYaml([{ applications }]),
        rayClusterConfig: {
          rayVersion,
          headGroupSpec: {
            rayStartParams: { 'dashboard-host': '0.0.0.0', 'num-cpus': '0' },
            template: rayPod(names, {
              container: 'ray-head',
              labels,
              account: name,
              plan: false,
              ports: headPorts,
              resources: {
                requests: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' },
                limits: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '4Gi' },
              },
            }),
          },
          workerGroupSpecs: [
            {
              groupName: 'endpoints',
              replicas: 2,
              minReplicas: 1,
              maxReplicas: 8,
              rayStartParams: {},
              template: rayPod(names, {
                container: 'ray-worker',
                labels,
                account: name,
                plan: false,
                resources: {
                  requests: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '1Gi' },
                  limits: { cpu: '4', memory: '4Gi', 'ephemeral-storage': '4Gi' },
                },
              }),
            },
          ],
        },
      },
    },
  ];
}
