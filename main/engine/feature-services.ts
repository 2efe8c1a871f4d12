import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { serviceArtifactSchema, servicePromise, viewRowsGone } from '../../shared/features/feature-service.ts';
import type { FoundService } from '../../shared/node/runner.ts';
import type { TableSchema } from '../../shared/table/schema.ts';
import { joinedOfModel } from '../features/joined-of-model.ts';
import { OnlineStore } from '../features/online-store.ts';
import { findService, type RecordedService } from '../features/service-records.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { ModelRegistry } from '../store/model-registry.ts';

/** Looks up services that graphs of this data directory have made. Nothing is written. */
export function createServiceFinder(
  dataDir: string,
  store: Pick<ArtifactStore, 'get'>,
): (reference: string) => Promise<FoundService> {
  return async (reference) => {
    const records = readServices(dataDir);
    const named = (name: string, version?: number) =>
      records.find(({ service }) => service.name === name && (version === undefined || service.version === version));
    const { name, version } = findService(
      reference,
      (wanted, number) => named(wanted, number)?.service,
      () => records.map(({ service }) => service),
    );
    const found = named(name, version);
    if (found === undefined) throw new AppError('internal.bug', `The service ${reference} was found and is not there.`);
    const { service, digest } = found;
    const schemas: Record<string, TableSchema> = {};
    for (const { view } of service.views) {
      const manifest = await store.get(service.digests[view.name] ?? '');
      if (manifest?.schema === undefined) throw viewRowsGone(view.name, service);
      schemas[view.name] = manifest.schema;
    }
    return { service, digest, schemas };
  };
}

/** By name, the newest version first; none where no view was ever made. */
function readServices(dataDir: string): RecordedService[] {
  if (!OnlineStore.exists(dataDir)) return [];
  const online = OnlineStore.open(dataDir);
  try {
    return online.services.list();
  } finally {
    online.close();
  }
}

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
