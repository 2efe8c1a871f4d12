import { definitionOf } from '../../nodes/catalog.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { type ParsedGraph } from '../../shared/graph/parse-graph.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { shell } from '../platform/shell.ts';
import { showToast } from '../ui/toast.tsx';
import { activeGraph, closeGraph, isDirty, markSaved, openGraph, showGraph, useGraphs } from './graph-store.ts';
import { newDocument } from './new-document.ts';
import { openRecovery } from './open-recovery.ts';
import { dropRecovery, keepClosed } from './recovery.ts';
import { followLastRun } from './run-commands.ts';
import { forgetRun } from './run-store.ts';
import { select } from './selection-store.ts';
import { navigate, openOverlay } from './ui-store.ts';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

/** With `stay` a tab that is open already keeps the front. */
function show(
  read: ParsedGraph,
  path: string | undefined,
  problems: Diagnostic[],
  writable: boolean,
  stay: boolean,
  modifiedMs?: number,
): boolean {
  if (!read.document) {
    const first = read.diagnostics[0];
    showToast({ text: first ? `${first.message} ${first.fix ?? ''}` : t.thisIsNoGraph, tone: 'failed' });
    return false;
  }
  const front = useGraphs.getState().active;
  const tabId = openGraph({
    document: read.document,
    path,
    modifiedMs,
    writable: writable && read.writable,
    problems,
  });
  if (stay && front !== undefined) showGraph(front);
  else select([]);
  followLastRun(tabId, read.document.id);
  return true;
}

/** Opens a graph file on the engine's machine in a tab, and shows it unless told to stay on the present screen. */
export async function openPath(path: string, stay = false): Promise<boolean> {
  try {
    const file = await engine.graph.open({ path });
    const read = readGraphValue(file.document, definitionOf);
    const shown = show(read, file.path, file.diagnostics, file.writable, stay, file.modifiedMs);
    if (shown) {
      if (!stay) navigate('graph');
      await shell.rememberGraph(file.path);
    }
    return shown;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** Opens a copy of a template; it has no path until saved. */
export async function openTemplate(id: string, stay = false): Promise<boolean> {
  try {
    const file = await engine.graph.openTemplate({ id });
    const shown = show(readGraphValue(file.document, definitionOf), undefined, file.diagnostics, true, stay);
    if (shown && !stay) navigate('graph');
    return shown;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** Opens an example of the help pages; it has no path until saved. */
export function openExample(document: GraphDocument): void {
  openGraph({ document: { ...document, id: newDocument(document.name).id } });
  select([]);
  navigate('graph');
}

/** Larger files are no graphs. */
const largestImportBytes = 16 * 1024 * 1024;

/** Opens a graph file of the window's machine, which may be another one than the engine's, as a restricted copy on that. */
export async function importGraph(file: File): Promise<boolean> {
  try {
    if (file.size > largestImportBytes) {
      showToast({ text: t.importTooLarge(file.name), tone: 'failed' });
      return false;
    }
    const { path } = await engine.graph.import({ text: await file.text() });
    return await openPath(path);
  } catch (error) {
    showError(error);
    return false;
  }
}

export function newGraph(): void {
  const count = useGraphs.getState().order.length;
  openGraph({ document: newDocument(count === 0 ? t.untitled : t.untitledNumber(count + 1)) });
  select([]);
  navigate('graph');
}

export async function openWithDialog(): Promise<void> {
  if (!shell.capabilities.fileDialogs) {
    openOverlay('open');
    return;
  }
  const path = await shell.openGraphDialog();
  if (path !== undefined) await openPath(path);
}

/** Saves the active graph to its file, asking for one when it has none. */
export async function save(): Promise<void> {
  const graph = activeGraph();
  if (!graph) return;
  if (!graph.writable) {
    showToast({
      text: t.savingWouldLose,
      tone: 'failed',
    });
    return;
  }
  if (graph.path === undefined) {
    await saveAs();
    return;
  }
  await saveTo(graph.path);
}

export async function saveAs(): Promise<void> {
  const graph = activeGraph();
  if (!graph) return;
  if (!shell.capabilities.fileDialogs) {
    openOverlay('save-as');
    return;
  }
  const path = await shell.saveGraphDialog(`${graph.document.id}.slipway.json`);
  if (path !== undefined) await saveTo(path);
}

/** Without a path the engine puts the file into its own graphs folder. */
export async function saveTo(path: string | undefined, overwrite = false): Promise<boolean> {
  const graph = activeGraph();
  if (!graph) return false;
  const { root: document, tabId, path: from, modifiedMs } = graph;
  const knownMs = overwrite || path !== from ? undefined : modifiedMs;
  try {
    const saved = await engine.graph.save({
      document,
      ...(path === undefined ? {} : { path }),
      ...(from === undefined ? {} : { from }),
      ...(knownMs === undefined ? {} : { knownMs }),
    });
    markSaved(tabId, document, saved.path, saved.modifiedMs);
    dropRecovery(tabId);
    await shell.rememberGraph(saved.path);
    return true;
  } catch (error) {
    if (toEngineError(error).code === 'graph.changed-on-disk') {
      showToast({
        text: t.changedOnDisk(document.name),
        tone: 'failed',
        action: { label: t.overwrite, onSelect: () => void saveTo(path, true) },
      });
      return false;
    }
    showError(error);
    return false;
  }
}

/** Closes a tab; unsaved work stays on the home screen until the person says otherwise. */
export function closeTab(tabId: string): void {
  const graph = useGraphs.getState().graphs[tabId];
  if (!graph) return;
  if (isDirty(graph) && Object.keys(graph.root.nodes).length > 0) {
    const copy = keepClosed(graph);
    showToast({
      text: t.closedWithoutSaving(copy.name),
      action: {
        label: t.reopen,
        onSelect: () => {
          openRecovery(copy);
          navigate('graph');
        },
      },
    });
  }
  dropRecovery(tabId);
  forgetRun(tabId);
  closeGraph(tabId);
  select([]);
}
