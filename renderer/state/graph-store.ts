import { applyPatches, type Draft, enablePatches, type Patch, produceWithPatches } from 'immer';
import { create } from 'zustand';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { GraphDocument, GraphNode } from '../../shared/graph/document.ts';

enablePatches();

/** One command, kept as patches in both directions. */
export interface Edit {
  id: number;
  /** What undo names, e.g. `Move 3 nodes`. */
  label: string;
  patches: Patch[];
  inverse: Patch[];
  /** Edits with the same name within 1 s become one, so that typing is one command. */
  merge: string | undefined;
  timeMs: number;
}

/** A graph in a tab. */
export interface OpenGraph {
  tabId: string;
  document: GraphDocument;
  /** Undefined until saved once. */
  path: string | undefined;
  /** False where saving would lose something (newer format, unreadable parts). */
  writable: boolean;
  past: Edit[];
  future: Edit[];
  /** Id of the last edit that is on disk; 0 for the document as opened. */
  savedEdit: number;
  /** Problems found while reading the file. */
  openProblems: Diagnostic[];
}

interface GraphState {
  graphs: Record<string, OpenGraph>;
  /** Tabs from left to right. */
  order: string[];
  active: string | undefined;
}

export const useGraphs = create<GraphState>(() => ({ graphs: {}, order: [], active: undefined }));

const mergeWithinMs = 1000;
let lastEditId = 0;
let lastTab = 0;

export function activeGraph(): OpenGraph | undefined {
  const { graphs, active } = useGraphs.getState();
  return active === undefined ? undefined : graphs[active];
}

export function useActiveGraph<T>(select: (graph: OpenGraph) => T): T | undefined {
  return useGraphs((state) => {
    const graph = state.active === undefined ? undefined : state.graphs[state.active];
    return graph === undefined ? undefined : select(graph);
  });
}

/** A node of the active graph; re-renders only when that node changes. */
export function useGraphNode(nodeId: string | undefined): GraphNode | undefined {
  return useActiveGraph((graph) => (nodeId === undefined ? undefined : graph.document.nodes[nodeId]));
}

export function isDirty(graph: OpenGraph): boolean {
  return (graph.past.at(-1)?.id ?? 0) !== graph.savedEdit;
}

/** Opens a document in a new tab and shows it; a path that is open already is shown instead. Returns the tab. */
export function openGraph(opened: {
  document: GraphDocument;
  path?: string | undefined;
  writable?: boolean;
  problems?: Diagnostic[];
  unsaved?: boolean;
}): string {
  const state = useGraphs.getState();
  const present = state.order.find((id) => opened.path !== undefined && state.graphs[id]?.path === opened.path);
  if (present !== undefined) {
    useGraphs.setState({ active: present });
    return present;
  }
  lastTab += 1;
  const tabId = `tab-${lastTab}`;
  const graph: OpenGraph = {
    tabId,
    document: opened.document,
    path: opened.path,
    writable: opened.writable ?? true,
    past: [],
    future: [],
    savedEdit: opened.unsaved ? -1 : 0,
    openProblems: opened.problems ?? [],
  };
  useGraphs.setState({
    graphs: { ...state.graphs, [tabId]: graph },
    order: [...state.order, tabId],
    active: tabId,
  });
  return tabId;
}

export function showGraph(tabId: string): void {
  useGraphs.setState({ active: tabId });
}

export function closeGraph(tabId: string): void {
  useGraphs.setState((state) => {
    const at = state.order.indexOf(tabId);
    const order = state.order.filter((id) => id !== tabId);
    const graphs = { ...state.graphs };
    delete graphs[tabId];
    const active = state.active === tabId ? (order[at] ?? order[at - 1]) : state.active;
    return { graphs, order, active };
  });
}

function replace(graph: OpenGraph): void {
  useGraphs.setState((state) => ({ graphs: { ...state.graphs, [graph.tabId]: graph } }));
}

/** Runs a command on the active graph. A recipe that changes nothing leaves no trace. */
export function editGraph(label: string, recipe: (draft: Draft<GraphDocument>) => void, merge?: string): void {
  const graph = activeGraph();
  if (!graph) return;
  const [document, patches, inverse] = produceWithPatches(graph.document, (draft) => {
    recipe(draft);
  });
  if (patches.length === 0) return;
  const timeMs = Date.now();
  lastEditId += 1;
  const last = graph.past.at(-1);
  const merged = merge !== undefined && last?.merge === merge && timeMs - last.timeMs < mergeWithinMs;
  const edit: Edit = {
    id: lastEditId,
    label,
    patches: merged ? [...last.patches, ...patches] : patches,
    inverse: merged ? [...inverse, ...last.inverse] : inverse,
    merge,
    timeMs,
  };
  replace({ ...graph, document, past: [...(merged ? graph.past.slice(0, -1) : graph.past), edit], future: [] });
}

/** Takes back the last command of the active graph and returns its name. */
export function undo(): string | undefined {
  const graph = activeGraph();
  const edit = graph?.past.at(-1);
  if (!graph || !edit) return undefined;
  replace({
    ...graph,
    document: applyPatches(graph.document, edit.inverse),
    past: graph.past.slice(0, -1),
    future: [edit, ...graph.future],
  });
  return edit.label;
}

export function redo(): string | undefined {
  const graph = activeGraph();
  const edit = graph?.future[0];
  if (!graph || !edit) return undefined;
  replace({
    ...graph,
    document: applyPatches(graph.document, edit.patches),
    past: [...graph.past, edit],
    future: graph.future.slice(1),
  });
  return edit.label;
}

/** Records that `document` is on disk at `path`; edits made since stay unsaved. */
export function markSaved(tabId: string, document: GraphDocument, path: string): void {
  const graph = useGraphs.getState().graphs[tabId];
  if (!graph) return;
  const savedEdit = graph.document === document ? (graph.past.at(-1)?.id ?? 0) : graph.savedEdit;
  replace({ ...graph, path, savedEdit });
}
