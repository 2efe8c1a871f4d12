import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { editRoot, isDirty, openGraph, showGraph, showScope, useGraphs } from './graph-store.ts';
import { dropRecovery, keepClosed, type RecoveryCopy } from './recovery.ts';
import { t } from './text.ts';

/**
 * Opens a copy of unsaved work in a tab. Where its file is open it becomes a change of that, which can be undone: a tab without a
 * file would count as made here, and do what the file is not trusted for.
 */
export function openRecovery(copy: RecoveryCopy): void {
  const read = readGraphValue(copy.document, definitionOf);
  if (!read.document) return;
  const recovered = read.document;
  const { graphs } = useGraphs.getState();
  const present = Object.values(graphs).find((graph) => copy.path !== undefined && graph.path === copy.path);
  dropRecovery(copy.key);
  if (present) {
    // Undo alone does not outlive the window.
    if (isDirty(present)) keepClosed(present);
    showGraph(present.tabId);
    showScope([]);
    editRoot(t.recover, (draft) => {
      Object.assign(draft, recovered);
    });
  } else openGraph({ document: recovered, path: copy.path, writable: read.writable, unsaved: true });
}
