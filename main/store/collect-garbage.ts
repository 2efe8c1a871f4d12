import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { StoreDatabase } from './database.ts';
import { createModelRegistry } from './model-registry.ts';
import { isAlive } from './process-identity.ts';
import { createRunRecords } from './run-records.ts';
import { createStepHistory } from './step-history.ts';

export interface CollectedGarbage {
  /** Digests. */
  removed: string[];
  freedBytes: number;
  keptArtifacts: number;
}

/**
 * Removes the artifacts that nothing refers to. Kept are registered models and, for every node that ever ran, the
 * results it used last (`keepPerNode` of them). Throws `store.open` while a run is going on.
 */
export async function collectGarbage(
  store: ArtifactStore,
  database: StoreDatabase,
  keepPerNode: number,
): Promise<CollectedGarbage> {
  const running = createRunRecords(database)
    .open()
    .filter(({ owner }) => isAlive(owner));
  if (running.length > 0) {
    throw new AppError('store.open', `Run ${running[0]?.runId} is going on and may need what would be removed.`, {
      fix: 'Wait until it has finished, or cancel it.',
    });
  }
  const keys = new Set(createStepHistory(database).latestKeys(keepPerNode));
  const reachable = new Set(
    createModelRegistry(database)
      .list()
      .map(({ digest }) => digest),
  );
  const unused: string[] = [];
  for await (const record of store.listSteps()) {
    if (!keys.has(record.key)) unused.push(record.key);
    else for (const { digest } of Object.values(record.outputs)) reachable.add(digest);
  }
  const result: CollectedGarbage = { removed: [], freedBytes: 0, keptArtifacts: 0 };
  const doomed: string[] = [];
  for await (const { digest, files } of store.list()) {
    if (reachable.has(digest)) result.keptArtifacts++;
    else {
      doomed.push(digest);
      result.freedBytes += files.reduce((sum, file) => sum + file.sizeBytes, 0);
    }
  }
  // Records first: what is left after an interruption is a miss at worst.
  for (const key of unused) await store.removeStep(key);
  for (const digest of doomed) {
    await store.remove(digest);
    result.removed.push(digest);
  }
  return result;
}
