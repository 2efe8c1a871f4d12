import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFailure, type ApiStatus } from './api-failure.ts';
import type { ClusterClient } from './cluster-client.ts';
import { explainFailure } from './explain-failure.ts';

interface LiveObject {
  metadata: { uid: string; name: string; resourceVersion?: string };
}

interface ObjectList<T> {
  metadata: { resourceVersion?: string };
  items: T[];
}

type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; object: { metadata: { resourceVersion?: string } } }
  | { type: 'ERROR'; object: ApiStatus };

export interface FollowOptions<T> {
  /** Path of a list. */
  path: string;
  query?: Record<string, string>;
  signal: AbortSignal;
  /** All objects by uid, after each change. */
  onChange: (objects: ReadonlyMap<string, T>) => void;
  /** The connection was lost (true) or is back (false). */
  onInterruption?: (lost: boolean) => void;
  /** Wait before the first reconnection, doubled for every further one; default 500. */
  firstDelayMs?: number;
}

const watchSeconds = 240;
const longestDelayMs = 30_000;
/** Answers that another try would get again. */
const final = new Set([400, 401, 403, 404, 405]);

/**
 * Keeps the objects of a list up to date until `signal` is aborted: list, then watch, from the last seen version after a
 * lost connection, from a new list when that version is too old. Throws `cluster.*` when the cluster refuses.
 */
export async function followList<T extends LiveObject>(
  client: ClusterClient,
  options: FollowOptions<T>,
): Promise<void> {
  const { path, query, signal } = options;
  const firstDelayMs = options.firstDelayMs ?? 500;
  const objects = new Map<string, T>();
  let version: string | undefined;
  let failures = 0;
  const back = () => {
    if (failures > 0) options.onInterruption?.(false);
    failures = 0;
  };
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await client.json<ObjectList<T>>({ path, signal, ...(query === undefined ? {} : { query }) });
        objects.clear();
        for (const item of list.items) objects.set(item.metadata.uid, item);
        version = list.metadata.resourceVersion ?? '';
        back();
        options.onChange(objects);
      }
      const watch = {
        ...query,
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: version,
        timeoutSeconds: String(watchSeconds),
      };
      const startedMs = Date.now();
      for await (const line of client.lines({ path, query: watch, signal })) {
        if (line.trim() === '') continue;
        const event = JSON.parse(line) as WatchEvent<T>;
        back();
        if (event.type === 'ERROR') throw new ApiFailure(event.object.code ?? 500, event.object);
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type === 'BOOKMARK') continue;
        if (event.type === 'DELETED') objects.delete(event.object.metadata.uid);
        else objects.set(event.object.metadata.uid, event.object);
        options.onChange(objects);
      }
      back();
      // A server that ends every watch at once is not asked in a tight loop.
      if (Date.now() - startedMs < firstDelayMs) await sleep(firstDelayMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiFailure && error.statusCode === 410) {
        version = undefined;
        continue;
      }
      if (error instanceof ApiFailure && final.has(error.statusCode)) throw explainFailure(error, `Watching ${path}`);
      if (failures === 0) options.onInterruption?.(true);
      failures++;
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 10));
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
