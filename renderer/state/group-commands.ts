import type { Draft } from 'immer';
import type { GraphDocument, GraphEdge, GraphGroup, GraphNode } from '../../shared/graph/document.ts';
import { parameterReference } from '../../shared/graph/graph-parameters.ts';
import { groupKind, groupOfNode, groupVersion, isGroupKind, mapKind } from '../../shared/graph/group-definition.ts';
import { idPattern, parsePortRef } from '../../shared/graph/ids.ts';
import { mapParams } from '../../shared/graph/map-items.ts';
import { titleOf, type Point } from './graph-commands.ts';
import { activeGraph, editGraph, editRoot, showScope } from './graph-store.ts';
import { freeId, slug } from './node-names.ts';
import { select } from './selection-store.ts';
import { t } from './text.ts';

type Layout = GraphDocument['layout'];

/** A group and how it is tied into the graph around it. */
export interface Collapsed {
  group: GraphGroup & { layout: Layout };
  /** Edges around the group's node `id`, in the order of those they stand for. */
  edges: GraphEdge[];
}

function free(name: string, taken: Readonly<Record<string, unknown>>): string {
  return freeId(idPattern.test(name) ? name : slug(name), (other) => Object.hasOwn(taken, other));
}

/**
 * Nodes of a graph as a group, and the edges of the graph once `groupNode` stands for them. Inner ports that are fed by
 * the same outside ports share an input; each inner port that feeds the outside is an output. Pure.
 */
export function collapse(document: GraphDocument, ids: readonly string[], groupNode: string): Collapsed {
  const inside = new Set(ids);
  const isInside = (ref: string) => inside.has(parsePortRef(ref)?.node ?? '');
  const sources = new Map<string, string[]>();
  for (const edge of document.edges) {
    if (isInside(edge.to) && !isInside(edge.from)) sources.set(edge.to, [...(sources.get(edge.to) ?? []), edge.from]);
  }
  const inputs: Record<string, { to: string[] }> = {};
  const inputOf = new Map<string, string>();
  for (const [to, from] of sources) {
    const key = from.join(' ');
    const known = inputOf.get(key);
    if (known !== undefined) {
      inputs[known]?.to.push(to);
      continue;
    }
    const port = free(parsePortRef(to)?.port ?? 'input', inputs);
    inputs[port] = { to: [to] };
    inputOf.set(key, port);
  }
  const outputs: Record<string, { from: string }> = {};
  const outputOf = new Map<string, string>();
  const edges: GraphEdge[] = [];
  const tied = new Set<string>();
  for (const edge of document.edges) {
    const [fromInside, toInside] = [isInside(edge.from), isInside(edge.to)];
    if (fromInside && toInside) continue;
    if (toInside) {
      const port = inputOf.get((sources.get(edge.to) ?? []).join(' ')) ?? 'input';
      const key = `${edge.from} ${port}`;
      if (!tied.has(key)) edges.push({ ...edge, to: `${groupNode}.${port}` });
      tied.add(key);
    } else if (fromInside) {
      const port = outputOf.get(edge.from) ?? free(parsePortRef(edge.from)?.port ?? 'output', outputs);
      outputOf.set(edge.from, port);
      outputs[port] = { from: edge.from };
      edges.push({ ...edge, from: `${groupNode}.${port}` });
    } else edges.push(edge);
  }
  const pick = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => inside.has(id)));
  return {
    group: {
      nodes: pick(document.nodes),
      edges: document.edges.filter((edge) => isInside(edge.from) && isInside(edge.to)),
      inputs,
      outputs,
      layout: { nodes: pick(document.layout.nodes), frames: [] },
    },
    edges,
  };
}

/** Makes the nodes one node that holds them; they are shown by opening it. Returns its id. */
export function collapseNodes(ids: readonly string[]): string | undefined {
  const graph = activeGraph();
  const document = graph?.document;
  const known = ids.filter((id) => document?.nodes[id]);
  if (!document || known.length === 0) return undefined;
  const groupId = freeId('group', (name) => Object.hasOwn(document.groups, name));
  const nodeId = freeId(groupId, (name) => Object.hasOwn(document.nodes, name));
  const { group, edges } = collapse(document, known, nodeId);
  const places = known.flatMap((id) => document.layout.nodes[id] ?? []);
  const middle = (axis: 'x' | 'y') =>
    Math.round(places.reduce((sum, at) => sum + at[axis], 0) / Math.max(1, places.length) / 8) * 8;
  editGraph(t.collapse, (draft) => {
    draft.groups[groupId] = { ...group, title: t.groupTitle } as Draft<GraphGroup>;
    for (const id of known) {
      delete draft.nodes[id];
      delete draft.layout.nodes[id];
    }
    draft.nodes[nodeId] = { kind: groupKind, version: groupVersion, params: { group: groupId } };
    draft.layout.nodes[nodeId] = { x: middle('x'), y: middle('y') };
    draft.edges = edges as Draft<GraphEdge>[];
  });
  select([nodeId]);
  return nodeId;
}

/** A value with references to the group's parameters replaced by what its node gives. */
function resolved(value: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const name = parameterReference(value);
  if (name !== undefined) return Object.hasOwn(values, name) ? values[name] : value;
  if (Array.isArray(value)) return value.map((item) => resolved(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, values)]));
}

/** Puts the nodes of a group back into the graph in the place of the node that held them. */
export function expandNode(nodeId: string): void {
  const document = activeGraph()?.document;
  const node = document?.nodes[nodeId];
  const found = node && groupOfNode(document, node);
  if (!document || !node || !found) return;
  const { group, id: groupId } = found;
  const layout = (group as { layout?: Partial<Layout> }).layout?.nodes ?? {};
  const values: Record<string, unknown> = {};
  for (const [name, { default: value }] of Object.entries(group.parameters ?? {})) {
    const given = name !== 'group' && Object.hasOwn(node.params, name) ? node.params[name] : value;
    if (given !== undefined) values[name] = given;
  }
  const taken = new Set(Object.keys(document.nodes).filter((id) => id !== nodeId));
  const renamed = new Map<string, string>();
  for (const id of Object.keys(group.nodes)) {
    const name = freeId(id, (other) => taken.has(other));
    taken.add(name);
    renamed.set(id, name);
  }
  const rename = (ref: string) => {
    const end = parsePortRef(ref);
    return end ? `${renamed.get(end.node) ?? end.node}.${end.port}` : ref;
  };
  const at = document.layout.nodes[nodeId] ?? { x: 0, y: 0 };
  const inner = Object.values(layout);
  const left = Math.min(...inner.map((place) => place.x), Number.MAX_SAFE_INTEGER);
  const top = Math.min(...inner.map((place) => place.y), Number.MAX_SAFE_INTEGER);
  const placeOf = (id: string, index: number): Point => {
    const place = layout[id];
    return place
      ? { x: at.x + place.x - left, y: at.y + place.y - top }
      : { x: at.x + (index % 4) * 216, y: at.y + Math.floor(index / 4) * 168 };
  };
  editGraph(t.expand, (draft) => {
    delete draft.nodes[nodeId];
    delete draft.layout.nodes[nodeId];
    Object.entries(group.nodes).forEach(([id, member], index) => {
      const name = renamed.get(id) ?? id;
      draft.nodes[name] = {
        ...structuredClone(member),
        params: resolved(member.params, values) as Record<string, unknown>,
      } as Draft<GraphNode>;
      draft.layout.nodes[name] = { ...placeOf(id, index) };
    });
    draft.edges = [
      ...document.edges.flatMap((edge): GraphEdge[] => {
        const from = parsePortRef(edge.from);
        const to = parsePortRef(edge.to);
        if (from?.node === nodeId) {
          const output = group.outputs[from.port];
          return output ? [{ ...edge, from: rename(output.from) }] : [];
        }
        if (to?.node !== nodeId) return [edge];
        return (group.inputs[to.port]?.to ?? []).map((ref) => ({ ...edge, to: rename(ref) }));
      }),
      ...group.edges.map((edge) => ({ ...edge, from: rename(edge.from), to: rename(edge.to) })),
    ] as Draft<GraphEdge>[];
    const used = [draft.nodes, ...Object.values(draft.groups).map((other) => other.nodes)].some((nodes) =>
      Object.values(nodes).some((other) => isGroupKind(other.kind) && other.params['group'] === groupId),
    );
    if (!used) delete draft.groups[groupId];
  });
  select([...renamed.values()]);
}

/** Shows the inside of a group node of what the canvas shows. */
export function openGroup(nodeId: string): void {
  const graph = activeGraph();
  const node = graph?.document.nodes[nodeId];
  if (!graph || !node || !groupOfNode(graph.document, node)) return;
  showScope([...graph.scope, nodeId]);
  select([]);
}

/** Shows the graph around the group that the canvas shows; false at the root. */
export function leaveGroup(): boolean {
  const graph = activeGraph();
  const last = graph?.scope.at(-1);
  if (!graph || last === undefined) return false;
  showScope(graph.scope.slice(0, -1));
  select([last]);
  return true;
}

/** Titles on the way from the root to what the canvas shows, with the scope each leads to. */
export function breadcrumbs(graph: {
  root: GraphDocument;
  scope: readonly string[];
}): { title: string; scope: string[] }[] {
  const crumbs = [{ title: graph.root.name, scope: [] as string[] }];
  let nodes: Readonly<Record<string, GraphNode>> = graph.root.nodes;
  graph.scope.forEach((id, depth) => {
    const node = nodes[id];
    const found = node && groupOfNode(graph.root, node);
    crumbs.push({ title: node ? titleOf(node, id) : id, scope: graph.scope.slice(0, depth + 1) });
    nodes = found?.group.nodes ?? {};
  });
  return crumbs;
}

/** Ties a port of a node inside the group that the canvas shows to a port of the group. */
export function addGroupPort(groupId: string, side: 'input' | 'output', ref: string): void {
  const port = parsePortRef(ref)?.port ?? side;
  editRoot(side === 'input' ? t.addInput : t.addOutput, (draft) => {
    const group = draft.groups[groupId];
    if (!group) return;
    if (side === 'input') group.inputs[free(port, group.inputs)] = { to: [ref] };
    else group.outputs[free(port, group.outputs)] = { from: ref };
  });
}

/** Makes a node repeat its group for several values, of the group's first parameter if it has one, or place it once again. */
export function setRepeated(nodeId: string, repeated: boolean): void {
  const document = activeGraph()?.document;
  const node = document?.nodes[nodeId];
  const found = node === undefined || document === undefined ? undefined : groupOfNode(document, node);
  if (!found) return;
  const [parameter = ''] = Object.keys(found.group.parameters ?? {});
  const [input = ''] = parameter === '' ? Object.keys(found.group.inputs) : [];
  editGraph(repeated ? t.repeatGroup : t.placeOnce, (draft) => {
    const target = draft.nodes[nodeId];
    if (!target) return;
    target.kind = repeated ? mapKind : groupKind;
    const own = { items: [], ...(parameter === '' ? { itemInput: input } : { itemParameter: parameter }) };
    if (repeated) target.params = { ...own, ...target.params };
    else for (const name of Object.keys(mapParams)) delete target.params[name];
  });
}

/** Takes a port off a group, with the edges to it from every node that places the group. */
export function removeGroupPort(groupId: string, side: 'input' | 'output', port: string): void {
  editRoot(t.removePort(port), (draft) => {
    const group = draft.groups[groupId];
    if (!group) return;
    delete group[side === 'input' ? 'inputs' : 'outputs'][port];
    for (const scope of [draft, ...Object.values(draft.groups)]) {
      const placed = new Set(
        Object.entries(scope.nodes)
          .filter(([, node]) => isGroupKind(node.kind) && node.params['group'] === groupId)
          .map(([id]) => `${id}.${port}`),
      );
      scope.edges = scope.edges.filter((edge) => !placed.has(side === 'input' ? edge.to : edge.from));
    }
  });
}
