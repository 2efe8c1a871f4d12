import { z } from 'zod';
import { noteKindUse } from './kind-use.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { carryGroups, groupsOfNodes, placeGroup } from '../../shared/graph/carry-groups.ts';
import {
  type GraphDocument,
  type GraphEdge,
  type GraphNode,
  graphEdgeSchema,
  graphGroupSchema,
  graphNodeSchema,
} from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { formatPlural } from '../ui/format.ts';
import type { PlacedBox } from './arrange-selection.ts';
import { activeGraph, editGraph } from './graph-store.ts';
import { freeId } from './node-names.ts';
import { select } from './selection-store.ts';
import { healingEdges, insertionEdges } from './splice.ts';
import { t } from './text.ts';
import { nodeDefinition } from './node-definition.ts';
import { kindTitle } from '../translation/kind-titles.ts';

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
  if (node.title !== undefined) return node.title;
  const definition = nodeDefinition(node);
  return definition === undefined ? id : kindTitle(definition);
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
  editGraph(
    t.add(kindTitle(definition)),
    (draft) => {
      draft.nodes[id] = { kind, version: definition.version, params: {} };
      draft.layout.nodes[id] = { ...snap(at) };
      if (link?.port !== undefined && link.from !== undefined)
        draft.edges.push({ from: link.from, to: `${id}.${link.port}` });
      if (link?.port !== undefined && link.to !== undefined)
        draft.edges.push({ from: `${id}.${link.port}`, to: link.to });
    },
    `insert:${id}`,
  );
  select([id]);
  const beside = parsePortRef(link?.from ?? link?.to ?? '')?.node;
  noteKindUse(kind, beside === undefined ? undefined : graph.document.nodes[beside]?.kind);
  return id;
}

function touches(edge: GraphEdge, ids: ReadonlySet<string>): boolean {
  const from = parsePortRef(edge.from)?.node;
  const to = parsePortRef(edge.to)?.node;
  return (from !== undefined && ids.has(from)) || (to !== undefined && ids.has(to));
}

/** Deleting more nodes than this at once leaves gaps: each costs a look at the whole graph. */
const mostHealed = 20;

/** Leads an edge (by `edgeId`) through a node; false where its ports do not fit there. */
export function insertIntoEdge(nodeId: string, edge: string): boolean {
  const document = activeGraph()?.document;
  const present = document?.edges.find((other) => edgeId(other) === edge);
  const edges = document && present && insertionEdges(document, nodeId, present);
  if (!edges) return false;
  editGraph(
    t.insertIntoTheConnection,
    (draft) => {
      draft.edges = [...draft.edges.filter((other) => edgeId(other) !== edge), ...edges];
    },
    `insert:${nodeId}`,
  );
  return true;
}

export function hasEdges(nodeId: string): boolean {
  return activeGraph()?.document.edges.some((edge) => touches(edge, new Set([nodeId]))) ?? false;
}

/** Name of an edge for selections and the canvas. */
export function edgeId(edge: { from: string; to: string }): string {
  return `${edge.from}→${edge.to}`;
}

/** Deletes nodes with their edges, and edges by `edgeId`; what fed a deleted node feeds what it fed, where that fits. */
export function removeItems(nodes: readonly string[], edges: readonly string[]): void {
  if (nodes.length === 0 && edges.length === 0) return;
  const gone = new Set(nodes);
  const goneEdges = new Set(edges);
  const label =
    nodes.length > 0
      ? t.deleteCounted(formatPlural(nodes.length, 'node'))
      : t.deleteCounted(formatPlural(edges.length, 'connection'));
  const document = activeGraph()?.document;
  const healed = document && nodes.length <= mostHealed ? healingEdges(document, nodes) : [];
  editGraph(label, (draft) => {
    for (const id of nodes) {
      delete draft.nodes[id];
      delete draft.layout.nodes[id];
    }
    draft.edges = draft.edges.filter((edge) => !touches(edge, gone) && !goneEdges.has(edgeId(edge)));
    draft.edges.push(...healed);
  });
  select([]);
}

export function connectPorts(from: string, to: string, replaces?: string): void {
  editGraph(t.connect, (draft) => {
    if (replaces !== undefined) draft.edges = draft.edges.filter((edge) => edgeId(edge) !== replaces);
    draft.edges.push({ from, to });
  });
}

/** Sets one parameter; undefined removes it, so that its default applies. */
export function setParam(nodeId: string, name: string, value: unknown): void {
  editGraph(
    t.change(name),
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

/** Gives a node the settings of an example; what the example leaves out takes its default. */
export function setParams(nodeId: string, params: Readonly<Record<string, unknown>>): void {
  editGraph(t.useExample, (draft) => {
    const node = draft.nodes[nodeId];
    if (node) node.params = structuredClone(params);
  });
  dropDanglingEdges(nodeId);
}

function parameterType(value: unknown): 'string' | 'number' | 'boolean' | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? (typeof value as 'string' | 'number' | 'boolean')
    : undefined;
}

/** Whether a value can become a graph parameter: one text, number or switch. */
export function canBeParameter(value: unknown): boolean {
  return parameterType(value) !== undefined;
}

/** Turns a parameter of a node into one of the graph with the same value; returns its name. */
export function makeGraphParameter(nodeId: string, name: string, value: unknown, description: string): string {
  const parameters = activeGraph()?.document.parameters ?? {};
  const type = parameterType(value);
  const free = freeId(name, (taken) => Object.hasOwn(parameters, taken));
  if (type === undefined) return free;
  editGraph(t.makeAGraphParameter(name), (draft) => {
    const node = draft.nodes[nodeId];
    if (!node) return;
    draft.parameters[free] = { type, default: value, ...(description === '' ? {} : { description }) };
    node.params[name] = { param: free };
  });
  return free;
}

/** Puts the graph parameter's default back into the node; the graph parameter stays for others. */
export function takeParameterValue(nodeId: string, name: string, parameter: string): void {
  setParam(nodeId, name, activeGraph()?.document.parameters[parameter]?.default);
}

/** Ports may follow from params: edges to ports that went away go with them. */
function dropDanglingEdges(nodeId: string): void {
  const node = activeGraph()?.document.nodes[nodeId];
  const definition = node && nodeDefinition(node);
  if (!node || !definition) return;
  const { inputs } = portsOf(definition, node.params);
  editGraph(
    t.changeInputs,
    (draft) => {
      draft.edges = draft.edges.filter((edge) => {
        const to = parsePortRef(edge.to);
        return to?.node !== nodeId || Object.hasOwn(inputs, to.port);
      });
    },
    `param:${nodeId}:inputs`,
  );
}

/** Lets every pinned node of what the canvas shows be made anew. */
export function unpinAll(): void {
  setPinned(Object.keys(activeGraph()?.document.nodes ?? {}), false);
}

/** Other settings of one node, by the variant's name. */
export function variantsOf(node: GraphNode): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const variants = Object.entries(node.variants ?? {});
  return Object.fromEntries(
    variants.map(([name, params]) => [
      name,
      typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {},
    ]),
  );
}

/** Adds a variant that begins as the node is; returns its name: `b`, `c` … */
export function addVariant(nodeId: string): string | undefined {
  const node = activeGraph()?.document.nodes[nodeId];
  if (!node) return undefined;
  const name = 'bcdefghijklmnopqrstuvwxyz'.split('').find((letter) => !Object.hasOwn(node.variants ?? {}, letter));
  if (name === undefined) return undefined;
  editGraph(t.addVariant, (draft) => {
    const own = draft.nodes[nodeId];
    if (own) own.variants = { ...own.variants, [name]: {} };
  });
  return name;
}

/** How a step is run; undefined takes a setting back to what the kind and the history say. */
export interface RunSettings {
  retry?: { attempts?: number | undefined; backoffMs?: number | undefined };
  timeoutMs?: number | undefined;
  resources?: { cpu?: number | undefined; memoryBytes?: number | undefined };
  device?: string | undefined;
}

export function setRunSettings(nodeId: string, label: string, settings: RunSettings): void {
  editGraph(
    t.change(label),
    (draft) => {
      const node = draft.nodes[nodeId];
      if (!node) return;
      for (const [name, value] of Object.entries(settings) as [keyof RunSettings, unknown][]) {
        const kept = typeof value === 'object' ? withoutUndefined(value as Record<string, unknown>) : value;
        if (kept === undefined) delete node[name];
        else Object.assign(node, { [name]: kept });
      }
    },
    `run-settings:${nodeId}:${label}`,
  );
}

/** Nothing where nothing is left. */
function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept = Object.entries(values).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

export function setVariantParam(nodeId: string, variant: string, name: string, value: unknown): void {
  editGraph(
    t.change(name),
    (draft) => {
      const params = draft.nodes[nodeId]?.variants?.[variant] as Record<string, unknown> | undefined;
      if (!params) return;
      if (value === undefined) delete params[name];
      else params[name] = value;
    },
    `variant:${nodeId}:${variant}:${name}`,
  );
}

/** Drops a variant; with `use` the node takes its settings first. */
export function removeVariant(nodeId: string, variant: string, use: boolean): void {
  editGraph(use ? t.useVariant : t.removeVariant, (draft) => {
    const node = draft.nodes[nodeId];
    const params = node?.variants?.[variant] as Record<string, unknown> | undefined;
    if (!node?.variants || !params) return;
    if (use) Object.assign(node.params, params);
    delete node.variants[variant];
    if (Object.keys(node.variants).length === 0) delete node.variants;
  });
}

/** Sets a graph parameter, or with undefined deletes it. */
export function setGraphParameter(name: string, parameter: GraphDocument['parameters'][string] | undefined): void {
  editGraph(
    t.change(name),
    (draft) => {
      if (parameter === undefined) delete draft.parameters[name];
      else draft.parameters[name] = parameter;
    },
    `parameter:${name}`,
  );
}

export function setTitle(nodeId: string, title: string): void {
  editGraph(
    t.rename,
    (draft) => {
      const node = draft.nodes[nodeId];
      if (!node) return;
      if (title.trim() === '') delete node.title;
      // Not trimmed while it is typed: a space comes before the next word.
      else node.title = title.trimStart();
    },
    `title:${nodeId}`,
  );
}

/** Keeps the last result of nodes whatever changes above them, or lets go of it. */
export function setPinned(ids: readonly string[], pinned: boolean): void {
  editGraph(pinned ? t.pin : t.unpin, (draft) => {
    for (const id of ids) {
      const node = draft.nodes[id];
      if (node === undefined) continue;
      if (pinned) node.pinned = true;
      else delete node.pinned;
    }
  });
}

/** Keeps the present settings of a node as a variant, to be compared with what it is changed to. Returns its name. */
export function saveVariant(nodeId: string): string | undefined {
  const node = activeGraph()?.document.nodes[nodeId];
  if (node === undefined) return undefined;
  const taken = Object.keys(node.variants ?? {});
  let number = taken.length + 1;
  while (taken.includes(`variant-${number}`)) number++;
  const name = `variant-${number}`;
  editGraph(t.saveVariant, (draft) => {
    const target = draft.nodes[nodeId];
    if (target) target.variants = { ...target.variants, [name]: { ...target.params } };
  });
  return name;
}

export function renameGraph(name: string): void {
  editGraph(t.renameGraph, (draft) => {
    draft.name = name;
  });
}

export function moveNodes(positions: Record<string, Point>, label?: string): void {
  const ids = Object.keys(positions);
  editGraph(label ?? t.move(formatPlural(ids.length, 'node')), (draft) => {
    for (const id of ids) {
      const at = positions[id];
      const before = draft.layout.nodes[id];
      if (!at || !draft.nodes[id] || (before?.x === at.x && before.y === at.y)) continue;
      draft.layout.nodes[id] = { ...before, x: at.x, y: at.y };
    }
  });
}

const framePaddingPx = { side: 24, top: 40, bottom: 24 };

/** Draws a titled frame around boxes. */
export function addFrame(boxes: readonly PlacedBox[]): void {
  if (boxes.length === 0) return;
  const left = Math.min(...boxes.map((box) => box.x)) - framePaddingPx.side;
  const top = Math.min(...boxes.map((box) => box.y)) - framePaddingPx.top;
  const right = Math.max(...boxes.map((box) => box.x + box.width)) + framePaddingPx.side;
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + framePaddingPx.bottom;
  editGraph(t.addAFrame, (draft) => {
    draft.layout.frames.push({
      title: t.frame,
      ...snap({ x: left, y: top }),
      width: right - left,
      height: bottom - top,
    });
  });
}

/** A note on the canvas: a frame that says something. */
export function addComment(at: Point): void {
  editGraph(t.addAComment, (draft) => {
    draft.layout.frames.push({ title: t.comment, ...snap(at), width: 240, height: 96, comment: '' });
  });
}

export function setComment(index: number, text: string): void {
  editGraph(t.editComment, (draft) => {
    const frame = draft.layout.frames[index];
    if (frame && text !== frame['comment']) frame['comment'] = text;
  });
}

const leastFramePx = 80;

export function resizeFrame(index: number, width: number, height: number): void {
  editGraph(t.resizeFrame, (draft) => {
    const frame = draft.layout.frames[index];
    if (!frame) return;
    const size = snap({ x: Math.max(leastFramePx, width), y: Math.max(leastFramePx / 2, height) });
    frame.width = size.x;
    frame.height = size.y;
  });
}

export function removeFrame(index: number): void {
  editGraph(t.deleteTheFrame, (draft) => {
    draft.layout.frames.splice(index, 1);
  });
}

export function titleFrame(index: number, title: string): void {
  editGraph(t.renameTheFrame, (draft) => {
    const frame = draft.layout.frames[index];
    if (frame && title.trim() !== '') frame.title = title.trim();
  });
}

/** Moves a frame and the nodes that lie in it. */
export function moveFrame(index: number, by: Point): void {
  const step = snap(by);
  if (step.x === 0 && step.y === 0) return;
  editGraph(t.moveTheFrame, (draft) => {
    const frame = draft.layout.frames[index];
    if (!frame) return;
    for (const at of Object.values(draft.layout.nodes)) {
      const inside =
        at.x >= frame.x && at.x < frame.x + frame.width && at.y >= frame.y && at.y < frame.y + frame.height;
      if (!inside) continue;
      at.x += step.x;
      at.y += step.y;
    }
    frame.x += step.x;
    frame.y += step.y;
  });
}

const point = z.object({ x: z.number(), y: z.number() });
const graphFragmentSchema = z.object({
  format: z.literal('slipway/fragment'),
  nodes: z.record(z.string(), graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  positions: z.record(z.string(), point).default({}),
  /** Those its nodes place. */
  groups: z.record(z.string(), graphGroupSchema).default({}),
});
/** Nodes and the edges among them, for the clipboard. */
export type GraphFragment = z.infer<typeof graphFragmentSchema>;

export function copyFragment(document: GraphDocument, ids: readonly string[]): GraphFragment {
  const wanted = new Set(ids.filter((id) => document.nodes[id]));
  const groups = groupsOfNodes(
    document,
    [...wanted].flatMap((id) => document.nodes[id] ?? []),
  );
  return {
    format: 'slipway/fragment',
    groups: { ...groups },
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
    return graphFragmentSchema.safeParse(JSON.parse(text)).data;
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
  const carried = carryGroups(graph.root.groups, fragment.groups);
  editGraph(t.paste(formatPlural(ids.length, 'node')), (draft) => {
    Object.assign(draft.groups, structuredClone(carried.groups));
    for (const [id, free] of renamed) {
      const node = fragment.nodes[id];
      const at = fragment.positions[id] ?? { x: 0, y: 0 };
      if (!node) continue;
      draft.nodes[free] = structuredClone(placeGroup(node, carried.ids));
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
