import { create } from 'zustand';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { applyGraphChanges, type GraphChange } from '../../shared/graph/graph-diff.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { engine } from '../client/engine-client.ts';
import { showToast } from '../ui/toast.tsx';
import { current } from 'immer';
import { editRoot } from './graph-store.ts';
import { t } from './text.ts';
import { openOverlay } from './ui-store.ts';
import { showError } from '../ui/show-error.ts';

interface Compared {
  /** The graph the active one is compared with, and the name it goes by. */
  other: GraphDocument | undefined;
  name: string;
}

export const useCompared = create<Compared>(() => ({ other: undefined, name: '' }));

/** Compares the active graph with one that is at hand. */
export function compareWith(other: GraphDocument, name: string): void {
  useCompared.setState({ other, name });
  openOverlay('compare');
}

/** Compares the active graph with a file on the engine's machine. */
export async function compareWithFile(path: string): Promise<void> {
  try {
    const read = readGraphValue((await engine.graph.open({ path })).document, definitionOf);
    if (read.document) compareWith(read.document, path.split(/[\\/]/).at(-1) ?? path);
    else showToast({ text: t.thisIsNoGraph, tone: 'failed' });
  } catch (error) {
    showError(error);
  }
}

/** Takes changes from the compared graph into the active one, as one command. */
export function takeChanges(changes: readonly GraphChange[], other: GraphDocument): void {
  if (changes.length === 0) return;
  editRoot(t.takeChanges, (draft) => {
    const next = applyGraphChanges(current(draft) as GraphDocument, changes, other);
    Object.assign(draft, next);
  });
}
