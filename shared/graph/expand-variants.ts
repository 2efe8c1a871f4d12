import type { DefinitionOf } from './graph-index.ts';
import type { GraphDocument, GraphEdge, GraphNode } from './document.ts';
import type { ExpandedGraph } from './expand-groups.ts';
import { innerStepId } from './group-ids.ts';
import { idPattern, parsePortRef, portRef } from './ids.ts';
import { pointer } from './json-pointer.ts';

/** A step that stands beside another with other settings of one node. */
export interface StepVariant {
  /** The step it stands beside. */
  of: string;
  /** The node whose settings differ. */
  node: string;
  name: string;
}

export interface GraphWithVariants extends ExpandedGraph {
  /** By step id. */
  variants: ReadonlyMap<string, StepVariant>;
}

/** A graph of more nodes or edges, its variants expanded, keeps the rest of them out. */
const mostNodes = 20_000;
const mostEdges = 100_000;

/**
 * The graph with a branch of its own for every variant of a node: the node with the variant's params in place of its
 * own, and all steps below it but those that change something outside, such as registrations. Branches share what is
 * above and differ in one node each.
 */
export function expandVariants(expanded: ExpandedGraph, definitionOf: DefinitionOf): GraphWithVariants {
  const { document } = expanded;
  const nodes: Record<string, GraphNode> = { ...document.nodes };
  const edges: GraphEdge[] = [...document.edges];
  const edgePointers = [...expanded.edgePointers];
  const places = new Map(expanded.places);
  const variants = new Map<string, StepVariant>();
  let count = Object.keys(nodes).length;
  const below = downstreamOf(document);
  const above = upstreamOf(document);
  for (const [id, node] of Object.entries(document.nodes)) {
    if (node.variants === undefined) continue;
    const branch = branchOf(document, id, below, definitionOf, mostNodes - count);
    if (branch === undefined) continue;
    const inner = [...branch].flatMap((step) => above.get(step) ?? []).sort((a, b) => a.index - b.index);
    for (const [name, params] of Object.entries(node.variants)) {
      if (!idPattern.test(name) || typeof params !== 'object' || params === null || Array.isArray(params)) continue;
      if (count + branch.size > mostNodes || edges.length + inner.length > mostEdges) continue;
      count += branch.size;
      const taken = (candidate: string) => Object.hasOwn(document.nodes, candidate);
      const copyOf = (step: string) => innerStepId([step, step === id ? name : `${id}_${name}`], taken);
      for (const step of branch) {
        const original = document.nodes[step] as GraphNode;
        const place = expanded.places.get(step);
        const at = place?.pointer ?? pointer('nodes', step);
        const own = step === id ? { params: { ...original.params, ...(params as Record<string, unknown>) } } : {};
        nodes[copyOf(step)] = withoutVariants({ ...original, ...own });
        places.set(copyOf(step), {
          path: place?.path ?? [step],
          pointer: step === id ? `${at}${pointer('variants', name)}` : at,
        });
        variants.set(copyOf(step), { of: step, node: id, name });
      }
      for (const { index, edge, from, to } of inner) {
        edges.push({
          ...edge,
          from: branch.has(from.node) ? portRef(copyOf(from.node), from.port) : edge.from,
          to: portRef(copyOf(to.node), to.port),
        });
        edgePointers.push(expanded.edgePointers[index] ?? '');
      }
    }
  }
  return { ...expanded, document: { ...document, nodes, edges }, places, edgePointers, variants };
}

function withoutVariants({ variants: _variants, pinned: _pinned, ...node }: GraphNode): GraphNode {
  return node;
}

/** The steps of a branch that begins with a node; undefined for more than `mostSteps`. */
function branchOf(
  document: GraphDocument,
  start: string,
  below: ReadonlyMap<string, readonly string[]>,
  definitionOf: DefinitionOf,
  mostSteps: number,
): Set<string> | undefined {
  const branch = new Set([start]);
  const queue = [start];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (branch.size > mostSteps) return undefined;
    for (const next of below.get(at) ?? []) {
      const kind = document.nodes[next]?.kind ?? '';
      const repeatable = definitionOf(kind)?.deploy.workload === 'job' && !actsOutside(kind);
      if (branch.has(next) || !repeatable) continue;
      branch.add(next);
      queue.push(next);
    }
  }
  return branch;
}

function actsOutside(kind: string): boolean {
  return kind === 'train.register' || kind.startsWith('data.write-');
}

function downstreamOf(document: GraphDocument): Map<string, string[]> {
  const below = new Map<string, string[]>();
  for (const edge of document.edges) {
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    if (from === undefined || to === undefined) continue;
    const list = below.get(from.node);
    if (list === undefined) below.set(from.node, [to.node]);
    else list.push(to.node);
  }
  return below;
}

type PortRef = NonNullable<ReturnType<typeof parsePortRef>>;

interface EdgeAbove {
  index: number;
  edge: GraphEdge;
  from: PortRef;
  to: PortRef;
}

/** The edges into each node. */
function upstreamOf(document: GraphDocument): Map<string, EdgeAbove[]> {
  const above = new Map<string, EdgeAbove[]>();
  for (const [index, edge] of document.edges.entries()) {
    const to = parsePortRef(edge.to);
    const from = parsePortRef(edge.from);
    if (to === undefined || from === undefined) continue;
    const list = above.get(to.node);
    if (list === undefined) above.set(to.node, [{ index, edge, from, to }]);
    else list.push({ index, edge, from, to });
  }
  return above;
}
