import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument, GraphEdge, GraphNode } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { formatPlural } from '../ui/format.ts';
import { activeGraph, editGraph } from './graph-store.ts';
import { freeId } from './node-names.ts';
import { select } from './selection-store.ts';

export interface Point {
  x: number;
  y: number;
}

export const gridPx = 8;

export function snap(point: Point): Point {
  return { x: Math.round(point.x / gridPx) * gridPx, y: Math.round(point.y / gridPx) * gridPx };
}

/** Title a node shows: its own, else that of its kind. */
export function titleOf(node: GraphNode, id: string): string {
  return node.title ?? definitionOf(node.kind)?.title ?? id;
}

/** Adds a node and selects it; with `from` or `to` (`node.port`) also an edge. Returns its id. */
export function addNode(
  kind: string,
  at: Point,
  link?: { from?: string; to?: string; port?: string },
): string | undefined {
  const definition = definitionOf(kind);
  const graph = activeGraph();
  if (!definition || !graph) return undefined;
  const id = freeId(kind.slice(kind.indexOf('.') + 1), (name) => Object.hasOwn(graph.document.nodes, name));
  editGraph(`Add ${definition.title}`, (draft) => {
    draft.nodes[id] = { kind, version: definition.version, params: {} };
    draft.layout.nodes[id] = { ...snap(at) };
    if (link?.port !== undefined && link.from !== undefined)
      draft.edges.push({ from: link.from, to: `${id}.${link.port}` });
    if (link?.port !== undefined && link.to !== undefined)
      draft.edges.push({ from: `${id}.${link.port}`, to: link.to });
  });
  select([id]);
  return id;
}

function touches(edge: GraphEdge, ids: ReadonlySet<string>): boolean {
  const from = parsePortRef(edge.from)?.node;
  const to = parsePortRef(edge.to)?.node;
  return (from !== undefined && ids.has(from)) || (to !== undefined && ids.has(to));
}

/** Name of an edge for selections and the canvas. */
export function edgeId(edge: { from: string; to: string }): string {
  return `${edge.from}→${edge.to}`;
}

/** Deletes nodes with their edges, and edges by `edgeId`. */
export function removeItems(nodes: readonly string[], edges: readonly string[]): void {
  if (nodes.length === 0 && edges.length === 0) return;
  const gone = new Set(nodes);
  const goneEdges = new Set(edges);
  const label =
    nodes.length > 0
      ? `Delete ${formatPlural(nodes.length, 'node')}`
      : `Delete ${formatPlural(edges.length, 'connection')}`;
  editGraph(label, (draft) => {
    for (const id of nodes) {
      delete draft.nodes[id];
      delete draft.layout.nodes[id];
    }
    draft.edges = draft.edges.filter((edge) => !touches(edge, gone) && !goneEdges.has(edgeId(edge)));
  });
  select([]);
}

export function connectPorts(from: string, to: string, replaces?: string): void {
  editGraph('Connect', (draft) => {
    if (replaces !== undefined) draft.edges = draft.edges.filter((edge) => edgeId(edge) !== replaces);
    draft.edges.push({ from, to });
  });
}

/** Sets one parameter; undefined removes it, so that its default applies. */
export function setParam(nodeId: string, name: string, value: unknown): void {
  editGraph(
    `Change ${name}`,
    (draft) => {
      const node = draft.nodes[nodeId];
      if (!node) return;
      if (value === undefined) delete node.params[name];
      else node.params[name] = value;
    },
    `param:${nodeId}:${name}`,
  );
  if (name === 'inputs') dropDanglingEdges(nodeId);
}

/** Ports may follow from params: edges to ports that went away go with them. */
function dropDanglingEdges(nodeId: string): void {
  const node = activeGraph()?.document.nodes[nodeId];
  const definition = node && definitionOf(node.kind);
  if (!node || !definition) return;
  const { inputs } = portsOf(definition, node.params);
  editGraph(
    'Change inputs',
    (draft) => {
      draft.edges = draft.edges.filter((edge) => {
        const to = parsePortRef(edge.to);
        return to?.node !== nodeId || Object.hasOwn(inputs, to.port);
      });
    },
    `param:${nodeId}:inputs`,
  );
}

export function setTitle(nodeId: string, title: string): void {
  editGraph(
    'Rename',
    (draft) => {
      const node = draft.nodes[nodeId];
      if (!node) return;
      if (title.trim() === '') delete node.title;
      else node.title = title.trim();
    },
    `title:${nodeId}`,
  );
}

export function renameGraph(name: string): void {
  editGraph('Rename graph', (draft) => {
    draft.name = name;
  });
}

export function moveNodes(positions: Record<string, Point>, label?: string): void {
  const ids = Object.keys(positions);
  editGraph(label ?? `Move ${formatPlural(ids.length, 'node')}`, (draft) => {
    for (const id of ids) {
      const at = positions[id];
      const before = draft.layout.nodes[id];
      if (!at || !draft.nodes[id] || (before?.x === at.x && before.y === at.y)) continue;
      draft.layout.nodes[id] = { ...before, x: at.x, y: at.y };
    }
  });
}

/** Nodes and the edges among them, for the clipboard. */
export interface GraphFragment {
  format: 'slipway/fragment';
  nodes: Record<string, GraphNode>;
  edges: GraphEdge[];
  positions: Record<string, Point>;
}

export function copyFragment(document: GraphDocument, ids: readonly string[]): GraphFragment {
  const wanted = new Set(ids.filter((id) => document.nodes[id]));
  return {
    format: 'slipway/fragment',
    nodes: Object.fromEntries([...wanted].map((id) => [id, document.nodes[id] as GraphNode])),
    edges: document.edges.filter((edge) => {
      const from = parsePortRef(edge.from)?.node;
      const to = parsePortRef(edge.to)?.node;
      return from !== undefined && to !== undefined && wanted.has(from) && wanted.has(to);
    }),
    positions: Object.fromEntries(
      [...wanted].map((id) => {
        const at = document.layout.nodes[id];
        return [id, { x: at?.x ?? 0, y: at?.y ?? 0 }];
      }),
    ),
  };
}

/** A fragment from clipboard text, or undefined when the text is something else. */
export function parseFragment(text: string): GraphFragment | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Partial<GraphFragment>;
    if (value.format !== 'slipway/fragment' || typeof value.nodes !== 'object' || !Array.isArray(value.edges)) {
      return undefined;
    }
    return { format: 'slipway/fragment', nodes: value.nodes, edges: value.edges, positions: value.positions ?? {} };
  } catch {
    return undefined;
  }
}

/** Adds the nodes of a fragment under free ids, moved by `offset`, and selects them. */
export function pasteFragment(fragment: GraphFragment, offset: Point): void {
  const graph = activeGraph();
  const ids = Object.keys(fragment.nodes);
  if (!graph || ids.length === 0) return;
  const renamed = new Map<string, string>();
  const taken = new Set(Object.keys(graph.document.nodes));
  for (const id of ids) {
    const free = freeId(id, (name) => taken.has(name));
    taken.add(free);
    renamed.set(id, free);
  }
  const rename = (ref: string) => {
    const end = parsePortRef(ref);
    return end ? `${renamed.get(end.node) ?? end.node}.${end.port}` : ref;
  };
  editGraph(`Paste ${formatPlural(ids.length, 'node')}`, (draft) => {
    for (const [id, free] of renamed) {
      const node = fragment.nodes[id];
      const at = fragment.positions[id] ?? { x: 0, y: 0 };
      if (!node) continue;
      draft.nodes[free] = structuredClone(node);
      draft.layout.nodes[free] = { ...snap({ x: at.x + offset.x, y: at.y + offset.y }) };
    }
    for (const edge of fragment.edges) draft.edges.push({ ...edge, from: rename(edge.from), to: rename(edge.to) });
  });
  select([...renamed.values()]);
}

export function duplicateNodes(ids: readonly string[]): void {
  const graph = activeGraph();
  if (graph) pasteFragment(copyFragment(graph.document, ids), { x: 24, y: 32 });
}
