import { applyPatches, type Draft, enablePatches, type Patch, produceWithPatches } from 'immer';
import { create } from 'zustand';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { GraphDocument, GraphGroup, GraphNode } from '../../shared/graph/document.ts';
import { groupDocument, groupOfNode } from '../../shared/graph/group-definition.ts';
import { innerStepId } from '../../shared/graph/group-ids.ts';

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
  /** Where it was made, so that undo shows what it takes back. */
  scope: readonly string[];
}

/** A graph in a tab. */
export interface OpenGraph {
  tabId: string;
  /** The whole graph: what is saved, checked and run. */
  root: GraphDocument;
  /** Ids of the group nodes that lead from the root to what the canvas shows; empty: the root itself. */
  scope: readonly string[];
  /** What the canvas shows: the root, or the inside of a group as a graph of its own. */
  document: GraphDocument;
  /** Undefined until saved once. */
  path: string | undefined;
  /** When the file was changed last, as read or saved here. */
  modifiedMs: number | undefined;
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
  modifiedMs?: number | undefined;
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
    root: opened.document,
    scope: [],
    document: opened.document,
    path: opened.path,
    modifiedMs: opened.modifiedMs,
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

/** Id of the group at the end of `scope`; undefined for the root, and where a group on the way is gone. */
export function groupAt(root: GraphDocument, scope: readonly string[]): string | undefined {
  let nodes: Readonly<Record<string, GraphNode>> = root.nodes;
  let groupId: string | undefined;
  for (const id of scope) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    const found = node && groupOfNode(root, node);
    if (!found) return undefined;
    groupId = found.id;
    nodes = found.group.nodes;
  }
  return groupId;
}

/** The part of `root` that `scope` leads to, or the nearest part above it that is still there. */
function viewOf(root: GraphDocument, scope: readonly string[]): Pick<OpenGraph, 'root' | 'scope' | 'document'> {
  for (let depth = scope.length; depth > 0; depth--) {
    const inside = scope.slice(0, depth);
    const groupId = groupAt(root, inside);
    const document = groupId === undefined ? undefined : groupDocument(root, groupId);
    if (document) return { root, scope: inside, document };
  }
  return { root, scope: [], document: root };
}

/** Shows the inside of a group, or with a shorter scope the graph around it. */
export function showScope(scope: readonly string[]): void {
  const graph = activeGraph();
  if (graph) replace({ ...graph, ...viewOf(graph.root, scope) });
}

/** Id of the step that a node of what the canvas shows becomes. */
export function stepIdOf(graph: Pick<OpenGraph, 'root' | 'scope'>, nodeId: string): string {
  if (graph.scope.length === 0) return nodeId;
  return innerStepId([...graph.scope, nodeId], (taken) => Object.hasOwn(graph.root.nodes, taken));
}

/** `stepIdOf` of the active graph; wakes when the canvas shows another part. */
export function useStepId(nodeId: string | undefined): string | undefined {
  return useActiveGraph((graph) => (nodeId === undefined ? undefined : stepIdOf(graph, nodeId)));
}

/** Lets a recipe for a whole graph work on the inside of a group; groups stay those of the root. */
function editInside(draft: Draft<GraphDocument>, groupId: string, recipe: (draft: Draft<GraphDocument>) => void): void {
  const group = draft.groups[groupId] as Draft<GraphGroup> & { layout?: Draft<GraphDocument['layout']> };
  group.layout ??= { nodes: {}, frames: [] };
  const { layout } = group;
  layout.nodes ??= {};
  layout.frames ??= [];
  const name = group.title ?? groupId;
  const inside = {
    ...draft,
    name,
    nodes: group.nodes,
    edges: group.edges,
    parameters: group.parameters ?? {},
    groups: draft.groups,
    layout,
  } as Draft<GraphDocument>;
  recipe(inside);
  if (group.nodes !== inside.nodes) group.nodes = inside.nodes;
  if (group.edges !== inside.edges) group.edges = inside.edges;
  if (inside.name !== name) group.title = inside.name;
  if (Object.keys(inside.parameters).length > 0) group.parameters = inside.parameters;
}

/** Runs a command on what the canvas shows of the active graph. A recipe that changes nothing leaves no trace. */
export function editGraph(label: string, recipe: (draft: Draft<GraphDocument>) => void, merge?: string): void {
  const graph = activeGraph();
  if (!graph) return;
  const groupId = groupAt(graph.root, graph.scope);
  editRoot(label, (draft) => (groupId === undefined ? recipe(draft) : editInside(draft, groupId, recipe)), merge);
}

/** Runs a command on the whole active graph, whatever the canvas shows of it. */
export function editRoot(label: string, recipe: (draft: Draft<GraphDocument>) => void, merge?: string): void {
  const graph = activeGraph();
  if (!graph) return;
  const [root, patches, inverse] = produceWithPatches(graph.root, (draft) => {
    recipe(draft);
  });
  if (patches.length === 0) return;
  const timeMs = Date.now();
  lastEditId += 1;
  const { scope } = graph;
  const last = graph.past.at(-1);
  const merged =
    merge !== undefined &&
    last?.merge === merge &&
    timeMs - last.timeMs < mergeWithinMs &&
    last.scope.join('/') === scope.join('/');
  const edit: Edit = {
    id: lastEditId,
    label,
    patches: merged ? [...last.patches, ...patches] : patches,
    inverse: merged ? [...inverse, ...last.inverse] : inverse,
    merge,
    timeMs,
    scope,
  };
  replace({
    ...graph,
    ...viewOf(root, scope),
    past: [...(merged ? graph.past.slice(0, -1) : graph.past), edit],
    future: [],
  });
}

/** Takes back the last command of the active graph, shows where it was made, and returns its name. */
export function undo(): string | undefined {
  const graph = activeGraph();
  const edit = graph?.past.at(-1);
  if (!graph || !edit) return undefined;
  replace({
    ...graph,
    ...viewOf(applyPatches(graph.root, edit.inverse), edit.scope),
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
    ...viewOf(applyPatches(graph.root, edit.patches), edit.scope),
    past: [...graph.past, edit],
    future: graph.future.slice(1),
  });
  return edit.label;
}

/** Puts a document from elsewhere in the place of what a tab shows; its history ends there. */
export function reloadGraph(tabId: string, document: GraphDocument, modifiedMs: number): void {
  const graph = useGraphs.getState().graphs[tabId];
  if (!graph) return;
  replace({
    ...graph,
    ...viewOf(document, graph.scope),
    past: [],
    future: [],
    savedEdit: 0,
    modifiedMs,
  });
}

/** The file as it is now may be replaced by the next save. */
export function acceptDiskTime(tabId: string, modifiedMs: number): void {
  const graph = useGraphs.getState().graphs[tabId];
  if (graph) replace({ ...graph, modifiedMs });
}

/** Records that `document` is on disk at `path`; edits made since stay unsaved. */
export function markSaved(tabId: string, document: GraphDocument, path: string, modifiedMs: number): void {
  const graph = useGraphs.getState().graphs[tabId];
  if (!graph) return;
  const savedEdit = graph.root === document ? (graph.past.at(-1)?.id ?? 0) : graph.savedEdit;
  replace({ ...graph, path, modifiedMs, savedEdit });
}
