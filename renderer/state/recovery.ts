import { isDirty, useGraphs } from './graph-store.ts';

/** Unsaved work as kept in the window's local storage. */
export interface RecoveryCopy {
  key: string;
  name: string;
  path: string | undefined;
  savedMs: number;
  document: unknown;
}

const prefix = 'slipway.recovery.';
/** Copies are named after this window, so that two windows do not overwrite each other's. */
const session = Math.random().toString(36).slice(2, 8);
const delayMs = 800;

function storageKey(tabId: string): string {
  return tabId.startsWith(prefix) ? tabId : `${prefix}${session}.${tabId}`;
}

export function dropRecovery(tabId: string): void {
  localStorage.removeItem(storageKey(tabId));
}

/** Copies left by windows that closed or crashed with unsaved work, newest first. */
export function listRecovery(): RecoveryCopy[] {
  const copies: RecoveryCopy[] = [];
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(prefix) || key.startsWith(`${prefix}${session}.`)) continue;
    try {
      copies.push({ ...(JSON.parse(localStorage.getItem(key) ?? '') as Omit<RecoveryCopy, 'key'>), key });
    } catch {
      localStorage.removeItem(key);
    }
  }
  return copies.sort((a, b) => b.savedMs - a.savedMs);
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
          const copy: Omit<RecoveryCopy, 'key'> = {
            name: now.root.name,
            path: now.path,
            savedMs: Date.now(),
            document: now.root,
          };
          try {
            localStorage.setItem(storageKey(tabId), JSON.stringify(copy));
          } catch {
            // Storage is full: saving still works, only the recovery copy is missing.
          }
        }, delayMs),
      );
    }
  });
}
