import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { StoreDatabase } from './database.ts';
import { createModelRegistry } from './model-registry.ts';
import { createPins } from './pins.ts';
import { isAlive } from '../compute/paths/process-identity.ts';
import { createRunRecords } from './run-records.ts';
import { createStepHistory } from './step-history.ts';

export interface CollectedGarbage {
  /** Digests. */
  removed: string[];
  freedBytes: number;
  keptArtifacts: number;
  keptBytes: number;
}

/** So that the last changes of a node can still be undone at once. */
const usualPerNode = 3;

export interface GarbageOptions {
  /** Results kept of every node that ever ran: those it used last; default 3. */
  keepPerNode?: number;
  /** Of these, the least recently used go as well until what is left takes no more than this. */
  maxBytes?: number | undefined;
  /** Says what would be removed, and removes nothing. */
  dryRun?: boolean | undefined;
}

/**
 * Removes the artifacts that nothing refers to. Registered models, the reports and features they were made from, and
 * results of pinned nodes are always kept, whatever the budget; of the tables behind models a trace stays. Throws `store.open` while a run is going on.
 */
export async function collectGarbage(
  store: ArtifactStore,
  database: StoreDatabase,
  { keepPerNode = usualPerNode, maxBytes, dryRun = false }: GarbageOptions,
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
  const manifests = new Map<string, Pick<ArtifactManifest, 'type' | 'inputs'>>();
  for await (const { digest, files, type, inputs } of store.list()) {
    sizes.set(
      digest,
      files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    manifests.set(digest, { type, inputs });
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
  const registered = createModelRegistry(database)
    .list()
    .map(({ digest }) => digest);
  const madeFrom = await ancestorsOf(registered, manifests, store);
  // Endpoints and monitors read the reports and features of a model; its tables would be most of the store.
  keep([...registered, ...[...madeFrom].filter((digest) => manifests.get(digest)?.type !== 'table')]);
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
    for (const digest of removed) await store.remove(digest, { keepTrace: madeFrom.has(digest) });
  }
  return {
    removed,
    freedBytes: removed.reduce((sum, digest) => sum + (sizes.get(digest) ?? 0), 0),
    keptArtifacts: sizes.size - removed.length,
    keptBytes,
  };
}

/** Everything some artifacts were made from, as far back as is known. */
async function ancestorsOf(
  digests: readonly string[],
  manifests: ReadonlyMap<string, Pick<ArtifactManifest, 'inputs'>>,
  store: ArtifactStore,
): Promise<Set<string>> {
  const found = new Set<string>();
  let layer = [...digests];
  while (layer.length > 0) {
    const next: string[] = [];
    for (const digest of layer) {
      const { inputs = {} } = manifests.get(digest) ?? (await store.getTrace(digest)) ?? {};
      for (const input of Object.values(inputs).flat()) {
        if (found.has(input)) continue;
        found.add(input);
        next.push(input);
      }
    }
    layer = next;
  }
  return found;
}
