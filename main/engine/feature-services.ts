import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { serviceArtifactSchema, servicePromise } from '../../shared/features/feature-service.ts';
import { joinedOfModel } from '../features/joined-of-model.ts';
import { OnlineStore } from '../features/online-store.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { ModelRegistry } from '../store/model-registry.ts';

interface RecordOptions {
  dataDir: string;
  store: Pick<ArtifactStore, 'open'>;
  registry: Pick<ModelRegistry, 'list'>;
}

/**
 * Records the version of a feature service that a table artifact lists; nothing for every other artifact. Errors:
 * `features.service-changed` where a registered model relies on what the version promised before.
 */
export async function recordFeatureService(
  { dataDir, store, registry }: RecordOptions,
  manifest: ArtifactManifest,
  origin: { graphId: string; nodeId: string },
): Promise<void> {
  const service = serviceArtifactSchema.safeParse(manifest.meta['service']).data;
  if (service === undefined) return;
  const online = OnlineStore.open(dataDir);
  try {
    const before = online.findService(service.name, service.version);
    const changed = before !== undefined && servicePromise(before) !== servicePromise(service);
    const isUsed = changed && (await usesService({ store, registry }, service));
    online.services.record({ service, digest: manifest.digest, ...origin }, isUsed);
  } finally {
    online.close();
  }
}

async function usesService(
  { store, registry }: Omit<RecordOptions, 'dataDir'>,
  { name, version }: { name: string; version: number },
): Promise<boolean> {
  for (const model of registry.list()) {
    const joined = await joinedOfModel(store, model);
    if (joined.some(({ service }) => service?.name === name && service.version === version)) return true;
  }
  return false;
}
