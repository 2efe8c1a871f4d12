import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { StoreDatabase } from './database.ts';
import { createModelRegistry } from './model-registry.ts';
import { createPins } from './pins.ts';
import { isAlive } from './process-identity.ts';
import { createRunRecords } from './run-records.ts';
import { createStepHistory } from './step-history.ts';

export interface CollectedGarbage {
  /** Digests. */
  removed: string[];
  freedBytes: number;
  keptArtifacts: number;
  keptBytes: number;
}

export interface GarbageOptions {
  /** Results kept of every node that ever ran: those it used last. */
  keepPerNode: number;
  /** Of these, the least recently used go as well until what is left takes no more than this. */
  maxBytes?: number | undefined;
  /** Says what would be removed, and removes nothing. */
  dryRun?: boolean | undefined;
}

/**
 * Removes the artifacts that nothing refers to. Registered models and results of pinned nodes are always kept, whatever
 * the budget. Throws `store.open` while a run is going on.
 */
export async function collectGarbage(
  store: ArtifactStore,
  database: StoreDatabase,
  { keepPerNode, maxBytes, dryRun = false }: GarbageOptions,
): Promise<CollectedGarbage> {
  const running = createRunRecords(database)
    .open()
    .filter(({ owner }) => isAlive(owner));
  if (running.length > 0) {
    throw new AppError('store.open', `Run ${running[0]?.runId} is going on and may need what would be removed.`, {
      fix: 'Wait until it has finished, or cancel it.',
    });
  }
  const sizes = new Map<string, number>();
  for await (const { digest, files } of store.list()) {
    sizes.set(
      digest,
      files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
  }
  const records = new Map<string, string[]>();
  for await (const { key, outputs } of store.listSteps()) {
    records.set(
      key,
      Object.values(outputs).map(({ digest }) => digest),
    );
  }

  const kept = new Set<string>();
  const keptKeys = new Set<string>();
  let keptBytes = 0;
  const keep = (digests: readonly string[]) => {
    for (const digest of digests) {
      if (kept.has(digest)) continue;
      kept.add(digest);
      keptBytes += sizes.get(digest) ?? 0;
    }
  };
  keep(
    createModelRegistry(database)
      .list()
      .map(({ digest }) => digest),
  );
  for (const key of createPins(database).keys()) {
    keptKeys.add(key);
    keep(records.get(key) ?? []);
  }
  for (const key of createStepHistory(database).latestKeys(keepPerNode)) {
    const outputs = records.get(key) ?? [];
    const more = outputs.reduce((sum, digest) => sum + (kept.has(digest) ? 0 : (sizes.get(digest) ?? 0)), 0);
    if (maxBytes !== undefined && keptBytes + more > maxBytes) continue;
    keptKeys.add(key);
    keep(outputs);
  }

  const removed = [...sizes.keys()].filter((digest) => !kept.has(digest));
  if (!dryRun) {
    // Records first: what is left after an interruption is a miss at worst.
    for (const key of records.keys()) if (!keptKeys.has(key)) await store.removeStep(key);
    for (const digest of removed) await store.remove(digest);
  }
  return {
    removed,
    freedBytes: removed.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0),
    keptArtifacts: sizes.size - removed.length,
    keptBytes,
  };
}
