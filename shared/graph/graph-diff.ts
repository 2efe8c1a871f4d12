import type { GraphDocument, GraphEdge } from './document.ts';
import { parsePortRef } from './ids.ts';

type Json = unknown;
type Tree = { [key: string]: Json };

/** One difference in what a graph does; where things stand on the canvas is none. */
export interface GraphChange {
  /** E.g. `['nodes', 'trees', 'params', 'learningRate']`, `['edges', 'trees.features']`, `['groups', 'prep', 'nodes', 'scale']`. */
  path: readonly string[];
  kind: 'added' | 'removed' | 'changed';
  /** Undefined where it was not there. Of edges: the list of the ports that feed the one in the path. */
  before: Json;
  after: Json;
}

/** Something both sides changed in different ways. */
export interface MergeConflict {
  path: readonly string[];
  base: Json;
  ours: Json;
  theirs: Json;
}

export interface GraphMerge {
  /** With our side where there is a conflict. */
  document: GraphDocument;
  conflicts: MergeConflict[];
  /** Edges left out because one side deleted a node they need. */
  dropped: GraphEdge[];
}

function isTree(value: Json): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON, whatever the order of keys. */
function equal(a: Json, b: Json): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => equal(a[key], b[key]));
}

/** Whether what stands at a path is compared part by part. */
function hasParts(path: readonly string[]): boolean {
  const [first, second, ...rest] = path;
  if (first === 'groups') return second === undefined || rest.length === 0 || hasParts(rest);
  if (path.length === 0) return true;
  if (first === 'nodes') return path.length <= 2 || (path.length === 3 && path[2] === 'params');
  return path.length === 1 && ['edges', 'parameters', 'inputs', 'outputs'].includes(first ?? '');
}

/** Edges by the port they lead to; an edge without fields of its own is the port it comes from. */
function edgeTree(edges: readonly GraphEdge[]): Tree {
  const tree: Record<string, Json[]> = {};
  for (const { from, to, ...more } of edges)
    (tree[to] ??= []).push(Object.keys(more).length === 0 ? from : { from, ...more });
  return tree;
}

function edgeList(tree: Json): GraphEdge[] {
  if (!isTree(tree)) return [];
  return Object.entries(tree).flatMap(([to, sources]) =>
    (Array.isArray(sources) ? sources : []).flatMap((source: Json): GraphEdge[] => {
      if (typeof source === 'string') return [{ from: source, to }];
      return isTree(source) ? [{ ...source, from: String(source['from']), to }] : [];
    }),
  );
}

/** A graph without its layout, as a tree whose parts are compared by name. */
function toTree(document: GraphDocument): Tree {
  const { layout: _layout, ...logic } = document;
  const groups = Object.entries(document.groups).map(([id, { layout: _own, ...group }]) => [
    id,
    { ...group, edges: edgeTree(group.edges) },
  ]);
  return { ...logic, edges: edgeTree(document.edges), groups: Object.fromEntries(groups) };
}

/** The graph of a tree; places come from the first of `layouts` that knows them. */
function fromTree(tree: Tree, layouts: readonly GraphDocument[]): GraphDocument {
  const groups = Object.entries(isTree(tree['groups']) ? tree['groups'] : {}).flatMap(([id, group]) => {
    if (!isTree(group)) return [];
    const nodes = isTree(group['nodes']) ? group['nodes'] : {};
    const own = layouts.map(
      (document) => document.groups[id]?.['layout'] as Partial<GraphDocument['layout']> | undefined,
    );
    const layout = own.some((one) => one !== undefined) ? { layout: joined(own, nodes) } : {};
    return [[id, { ...group, edges: edgeList(group['edges']), ...layout }]];
  });
  const nodes = isTree(tree['nodes']) ? tree['nodes'] : {};
  return {
    ...tree,
    edges: edgeList(tree['edges']),
    groups: Object.fromEntries(groups),
    layout: joined(
      layouts.map((document) => document.layout),
      nodes,
    ),
  } as GraphDocument;
}

function joined(
  layouts: readonly (Partial<GraphDocument['layout']> | undefined)[],
  nodes: Tree,
): GraphDocument['layout'] {
  const known = layouts.filter((layout) => layout !== undefined);
  const places = Object.keys(nodes).flatMap((id) => {
    const place = known.map((layout) => layout.nodes?.[id]).find((at) => at !== undefined);
    return place ? [[id, place] as const] : [];
  });
  return { ...known[0], nodes: Object.fromEntries(places), frames: known[0]?.frames ?? [] };
}

function collect(before: Json, after: Json, path: readonly string[], changes: GraphChange[]): void {
  if (equal(before, after)) return;
  if (hasParts(path) && isTree(before) && isTree(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const key of keys) collect(before[key], after[key], [...path, key], changes);
    return;
  }
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  changes.push({ path, kind, before, after });
}

/** What changed from one graph to another in what they do, in the order of the documents. Pure. */
export function diffGraphs(before: GraphDocument, after: GraphDocument): GraphChange[] {
  const changes: GraphChange[] = [];
  collect(toTree(before), toTree(after), [], changes);
  return changes;
}

function withPart(tree: Tree, path: readonly string[], value: Json): Tree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const next = { ...tree };
  if (rest.length > 0) {
    const inner = tree[key];
    next[key] = withPart(isTree(inner) ? inner : {}, rest, value);
  } else if (value === undefined) delete next[key];
  else next[key] = value;
  return next;
}

/** A graph with some of the changes that lead to another one; new nodes take their places from there. Pure. */
export function applyGraphChanges(
  document: GraphDocument,
  changes: readonly GraphChange[],
  other: GraphDocument,
): GraphDocument {
  const tree = changes.reduce((whole, { path, after }) => withPart(whole, path, after), toTree(document));
  return withoutDangling(fromTree(tree, [document, other])).document;
}

function withoutDangling(document: GraphDocument): { document: GraphDocument; dropped: GraphEdge[] } {
  const dropped: GraphEdge[] = [];
  const kept = (nodes: Readonly<Record<string, unknown>>, edges: readonly GraphEdge[]) =>
    edges.filter((edge) => {
      const ends = [parsePortRef(edge.from)?.node, parsePortRef(edge.to)?.node];
      const whole = ends.every((end) => end !== undefined && Object.hasOwn(nodes, end));
      if (!whole) dropped.push(edge);
      return whole;
    });
  const edges = kept(document.nodes, document.edges);
  const groups = Object.entries(document.groups).map(([id, group]) => [
    id,
    { ...group, edges: kept(group.nodes, group.edges) },
  ]);
  return { document: { ...document, edges, groups: Object.fromEntries(groups) }, dropped };
}

/** Lists of which both sides only added to, or took from, what was there. */
function mergedList(base: readonly Json[], ours: readonly Json[], theirs: readonly Json[]): Json[] {
  const has = (list: readonly Json[], item: Json) => list.some((other) => equal(other, item));
  const kept = ours.filter((item) => has(theirs, item) || !has(base, item));
  return [...kept, ...theirs.filter((item) => !has(ours, item) && !has(base, item))];
}

/**
 * Joins two graphs that come from one. A part that one side changed is taken from it; parts that both changed in
 * different ways are conflicts. `takesMany` tells input ports that take any number of edges: theirs are joined. Where
 * both sides moved a card, ours stays. Pure.
 */
export function mergeGraphs(
  base: GraphDocument,
  ours: GraphDocument,
  theirs: GraphDocument,
  takesMany: (document: GraphDocument, port: string) => boolean,
): GraphMerge {
  const conflicts: MergeConflict[] = [];
  function merge(from: Json, our: Json, their: Json, path: readonly string[]): Json {
    if (equal(our, their) || equal(from, their)) return our;
    if (equal(from, our)) return their;
    if (hasParts(path) && isTree(our) && isTree(their)) {
      const parts = isTree(from) ? from : {};
      const keys = new Set([...Object.keys(our), ...Object.keys(their)]);
      const entries = [...keys].flatMap((key) => {
        const value = merge(parts[key], our[key], their[key], [...path, key]);
        return value === undefined ? [] : [[key, value] as const];
      });
      return Object.fromEntries(entries);
    }
    const port = path.at(-1);
    if (path[0] === 'edges' && port !== undefined && takesMany(ours, port)) {
      const lists = [from, our, their].map((list) => (Array.isArray(list) ? list : []));
      return mergedList(lists[0] ?? [], lists[1] ?? [], lists[2] ?? []);
    }
    conflicts.push({ path, base: from, ours: our, theirs: their });
    return our;
  }
  const tree = merge(toTree(base), toTree(ours), toTree(theirs), []) as Tree;
  const { document, dropped } = withoutDangling(fromTree(tree, [ours, theirs]));
  // A card that only they moved goes where they put it.
  for (const [id, place] of Object.entries(theirs.layout.nodes)) {
    const present = Object.hasOwn(document.nodes, id);
    if (present && equal(base.layout.nodes[id], ours.layout.nodes[id])) document.layout.nodes[id] = place;
  }
  if (equal(base.layout.frames, ours.layout.frames)) document.layout.frames = theirs.layout.frames;
  return { document, conflicts, dropped };
}
