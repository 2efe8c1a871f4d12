import { create } from 'zustand';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { acceptDiskTime, isDirty, reloadGraph, useGraphs } from './graph-store.ts';
import { followNewRun } from './run-commands.ts';

interface DiskState {
  /** Tabs with unsaved changes whose file is another one than they were opened from. */
  changed: readonly string[];
}

export const useDisk = create<DiskState>(() => ({ changed: [] }));

const pollMs = 3000;
/** Times of the files that were offered beside unsaved work, by tab. */
const offered = new Map<string, number>();

function drop(tabId: string): void {
  useDisk.setState((state) => ({ changed: state.changed.filter((id) => id !== tabId) }));
}

/** Reads the file of a tab again and puts it in the place of what the tab shows. */
export async function reloadFromDisk(tabId: string): Promise<void> {
  const path = useGraphs.getState().graphs[tabId]?.path;
  if (path === undefined) return;
  const file = await engine.graph.open({ path });
  const read = readGraphValue(file.document, definitionOf);
  if (!read.document) return;
  reloadGraph(tabId, read.document, file.modifiedMs);
  drop(tabId);
}

/** Keeps what the tab shows; the next save replaces the file. */
export function keepMine(tabId: string): void {
  const time = offered.get(tabId);
  if (time !== undefined) acceptDiskTime(tabId, time);
  drop(tabId);
}

async function look(): Promise<void> {
  const { graphs, active } = useGraphs.getState();
  const open = Object.values(graphs).flatMap((graph) =>
    graph.path === undefined ? [] : [{ ...graph, path: graph.path }],
  );
  if (open.length > 0) {
    const times = await engine.graph.modified({ paths: [...new Set(open.map((graph) => graph.path))].slice(0, 50) });
    for (const graph of open) {
      const time = times[graph.path];
      if (time === null || time === undefined || graph.modifiedMs === undefined || time <= graph.modifiedMs) continue;
      // It may have been saved by this window while the answer was under way.
      const now = useGraphs.getState().graphs[graph.tabId];
      if (!now || now.modifiedMs !== graph.modifiedMs || offered.get(graph.tabId) === time) continue;
      if (!isDirty(now)) {
        await reloadFromDisk(graph.tabId);
        continue;
      }
      offered.set(graph.tabId, time);
      useDisk.setState((state) => ({ changed: [...new Set([...state.changed, graph.tabId])] }));
    }
  }
  const shown = active === undefined ? undefined : graphs[active];
  if (shown) await followNewRun(shown.tabId, shown.root.id);
}

/**
 * Keeps windows on one engine in step: files saved elsewhere are read again, or, with unsaved changes here, offered; runs
 * started elsewhere are followed. Once, at start.
 */
export function startDiskWatch(): void {
  let busy = false;
  setInterval(() => {
    if (busy || document.visibilityState !== 'visible' || useConnection.getState().state !== 'online') return;
    busy = true;
    look()
      // The next look tells; a lost engine is shown by the offline bar.
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, pollMs);
}
