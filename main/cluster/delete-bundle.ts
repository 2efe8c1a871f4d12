import type { ClusterClient } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { createResourceFinder } from './api/resource-paths.ts';
import { type ObjectName, placedObjects } from './apply-bundle.ts';
import type { KubernetesObject } from './bundle.ts';
import { bundleIdOf } from './ownership.ts';
import { pruneBundle } from './prune-bundle.ts';

export interface DeleteResult {
  bundle: string;
  namespace: string;
  deleted: ObjectName[];
}

/**
 * Deletes all that was ever applied of a bundle and is still ours, volumes with results included. The namespace stays:
 * others may have put things there. Throws `bundle.invalid`, `cluster.*`.
 */
export async function deleteBundle(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  options: { namespace?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<DeleteResult> {
  const bundle = bundleIdOf(objects);
  const { namespace } = placedObjects(client, objects, options.namespace);
  try {
    const deleted = await pruneBundle(client, createResourceFinder(client), {
      namespace,
      bundle,
      doomed: () => true,
      dryRun: false,
      signal: options.signal,
    });
    return { bundle, namespace, deleted };
  } catch (error) {
    throw explainFailure(error, `Deleting ${bundle}`);
  }
}
