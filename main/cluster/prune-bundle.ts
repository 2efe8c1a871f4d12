import { ApiFailure } from './api/api-failure.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { type ResourceFinder, resourcePath } from './api/resource-paths.ts';
import type { ObjectName } from './apply-bundle.ts';
import type { KubernetesObject } from './bundle.ts';
import { bundleLabel, isOurs } from './ownership.ts';

/** Kinds that any version of a bundle may hold; what runs goes before what it needs. Never Namespaces. */
const kinds: readonly [apiVersion: string, kind: string][] = [
  ['argoproj.io/v1alpha1', 'CronWorkflow'],
  ['argoproj.io/v1alpha1', 'Workflow'],
  ['argoproj.io/v1alpha1', 'WorkflowTemplate'],
  ['batch/v1', 'CronJob'],
  ['batch/v1', 'Job'],
  ['ray.io/v1', 'RayJob'],
  ['ray.io/v1', 'RayService'],
  ['serving.kserve.io/v1alpha1', 'InferenceGraph'],
  ['serving.kserve.io/v1beta1', 'InferenceService'],
  ['serving.kserve.io/v1alpha1', 'ServingRuntime'],
  ['keda.sh/v1alpha1', 'ScaledObject'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['apps/v1', 'Deployment'],
  ['v1', 'Service'],
  ['apps/v1', 'StatefulSet'],
  ['monitoring.coreos.com/v1', 'ServiceMonitor'],
  ['monitoring.coreos.com/v1', 'PodMonitor'],
  ['monitoring.coreos.com/v1', 'PrometheusRule'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1', 'Role'],
  ['v1', 'Secret'],
  ['v1', 'ServiceAccount'],
  ['v1', 'ConfigMap'],
  ['v1', 'PersistentVolumeClaim'],
];

export interface PruneOptions {
  namespace: string;
  bundle: string;
  doomed: (object: ObjectName) => boolean;
  dryRun: boolean;
  signal?: AbortSignal | undefined;
}

type LiveObject = KubernetesObject & { metadata: { uid: string; resourceVersion: string } };

/** Deletes objects of the bundle that are doomed and ours, and nothing else. Returns them. */
export async function pruneBundle(
  client: ClusterClient,
  finder: ResourceFinder,
  options: PruneOptions,
): Promise<ObjectName[]> {
  const removed: ObjectName[] = [];
  for (const [apiVersion, kind] of kinds) {
    const resource = await finder.find(apiVersion, kind);
    if (resource === undefined) continue;
    for (const { metadata } of await listOurs(client, resourcePath(resource, options.namespace), options)) {
      const object: ObjectName = { apiVersion, kind, name: metadata.name, namespace: options.namespace };
      if (!isOurs(metadata, options.bundle) || !options.doomed(object)) continue;
      try {
        await client.json({
          method: 'DELETE',
          path: resourcePath(resource, options.namespace, metadata.name),
          query: options.dryRun ? { dryRun: 'All' } : {},
          // Only the very object that was looked at.
          body: {
            kind: 'DeleteOptions',
            apiVersion: 'v1',
            propagationPolicy: 'Background',
            preconditions: { uid: metadata.uid },
          },
          signal: options.signal,
        });
      } catch (error) {
        if (error instanceof ApiFailure && (error.statusCode === 404 || error.statusCode === 409)) continue;
        throw explainFailure(error, `Deleting ${kind}/${metadata.name}`);
      }
      removed.push(object);
    }
  }
  return removed;
}

async function listOurs(client: ClusterClient, path: string, options: PruneOptions): Promise<LiveObject[]> {
  try {
    const list = await client.json<{ items: LiveObject[] }>({
      path,
      query: { labelSelector: `${bundleLabel}=${options.bundle}` },
      signal: options.signal,
    });
    return list.items;
  } catch (error) {
    // What we may not see we have not made.
    if (error instanceof ApiFailure && (error.statusCode === 403 || error.statusCode === 404)) return [];
    throw error;
  }
}
