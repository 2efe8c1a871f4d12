import { isDirty, type OpenGraph, useGraphs } from './graph-store.ts';

/** Unsaved work as kept in the window's local storage. */
export interface RecoveryCopy {
  key: string;
  name: string;
  path: string | undefined;
  savedMs: number;
  /** The person closed it, or opened another copy over it; else its window closed or crashed. */
  wasClosed: boolean;
  document: unknown;
}

type StoredCopy = Omit<RecoveryCopy, 'key' | 'wasClosed'>;

const prefix = 'slipway.recovery.';
/** Copies are named after this window, so that two windows do not overwrite each other's. */
const session = Math.random().toString(36).slice(2, 8);
const delayMs = 800;
/** Work of tabs that were closed without saving. */
const closedPrefix = `${prefix}closed.`;
const mostClosed = 10;
let lastClosed = 0;

function storageKey(tabId: string): string {
  return tabId.startsWith(prefix) ? tabId : `${prefix}${session}.${tabId}`;
}

export function dropRecovery(tabId: string): void {
  localStorage.removeItem(storageKey(tabId));
}

/** Copies of unsaved work, of tabs that were closed and of windows that closed or crashed, newest first. */
export function listRecovery(): RecoveryCopy[] {
  const copies: RecoveryCopy[] = [];
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(prefix) || key.startsWith(`${prefix}${session}.`)) continue;
    try {
      copies.push({
        ...(JSON.parse(localStorage.getItem(key) ?? '') as StoredCopy),
        key,
        wasClosed: key.startsWith(closedPrefix),
      });
    } catch {
      localStorage.removeItem(key);
    }
  }
  return copies.sort((a, b) => b.savedMs - a.savedMs);
}

function keepCopy(key: string, { root, path }: OpenGraph): StoredCopy {
  const copy = { name: root.name, path, savedMs: Date.now(), document: root };
  try {
    localStorage.setItem(key, JSON.stringify(copy));
  } catch {
    // Storage is full: saving still works, only the recovery copy is missing.
  }
  return copy;
}

/**
 * Keeps what a tab had unsaved that is closed, or gives way to another copy, until it is opened or discarded; of older
 * ones only the newest.
 */
export function keepClosed(graph: OpenGraph): RecoveryCopy {
  // A tab may give way more than once.
  const key = `${closedPrefix}${session}-${graph.tabId}-${lastClosed++}`;
  const copy = keepCopy(key, graph);
  for (const old of listRecovery()
    .filter(({ wasClosed }) => wasClosed)
    .slice(mostClosed)) {
    dropRecovery(old.key);
  }
  return { ...copy, key, wasClosed: true };
}

/** Writes a copy 0.8 s after each edit of an unsaved graph; once, at start. */
export function startRecovery(): void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  useGraphs.subscribe((state, before) => {
    for (const [tabId, graph] of Object.entries(state.graphs)) {
      if (graph === before.graphs[tabId] || graph.root === before.graphs[tabId]?.root) continue;
      clearTimeout(timers.get(tabId));
      timers.set(
        tabId,
        setTimeout(() => {
          const now = useGraphs.getState().graphs[tabId];
          if (!now) return;
          if (!isDirty(now) || Object.keys(now.root.nodes).length === 0) {
            dropRecovery(tabId);
            return;
          }
          keepCopy(storageKey(tabId), now);
        }, delayMs),
      );
    }
  });
}
