import { type InputPort, type NodeDefinition, type OutputPort, type Ports, portsOf } from '../node/define-node.ts';
import type { GraphDocument, GraphNode } from './document.ts';
import { substituteParameters } from './graph-parameters.ts';
import { definitionOfNode } from './group-definition.ts';
import { idPattern, parsePortRef } from './ids.ts';
import type { Lineage } from './port-types.ts';

export type DefinitionOf = (kind: string) => NodeDefinition | undefined;

export interface IndexedNode {
  id: string;
  node: GraphNode;
  /** Made from the group for a group's node; undefined for an unknown kind or a version newer than the definition. */
  definition: NodeDefinition | undefined;
  /** Params with graph parameters substituted. */
  params: Record<string, unknown>;
  ports: Ports;
}

export interface EdgeEnd {
  node: string;
  port: string;
}

export interface IndexedEdge {
  index: number;
  from: EdgeEnd;
  to: EdgeEnd;
}

/** Lookup tables over a graph. Edges whose ends do not parse or name missing nodes are left out of `edges`. */
export interface GraphIndex {
  nodes: ReadonlyMap<string, IndexedNode>;
  edges: readonly IndexedEdge[];
  /** Edges into a node, in edge order. */
  incoming(node: string): readonly IndexedEdge[];
  outgoing(node: string): readonly IndexedEdge[];
}

export function indexGraph(document: GraphDocument, definitionOf: DefinitionOf): GraphIndex {
  const nodes = new Map<string, IndexedNode>();
  for (const [id, node] of Object.entries(document.nodes)) {
    if (!idPattern.test(id)) continue;
    const known = definitionOfNode(document, node, definitionOf);
    const definition = known !== undefined && node.version <= known.version ? known : undefined;
    const { params } = substituteParameters(node.params, document.parameters);
    const ports = definition === undefined ? { inputs: {}, outputs: {} } : portsOf(definition, params);
    nodes.set(id, { id, node, definition, params, ports });
  }
  const edges: IndexedEdge[] = [];
  const incoming = new Map<string, IndexedEdge[]>();
  const outgoing = new Map<string, IndexedEdge[]>();
  document.edges.forEach((edge, index) => {
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    if (from === undefined || to === undefined || !nodes.has(from.node) || !nodes.has(to.node)) return;
    const indexed = { index, from, to };
    edges.push(indexed);
    append(incoming, to.node, indexed);
    append(outgoing, from.node, indexed);
  });
  return {
    nodes,
    edges,
    incoming: (node) => incoming.get(node) ?? [],
    outgoing: (node) => outgoing.get(node) ?? [],
  };
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

export function inputPort(node: IndexedNode, port: string): InputPort | undefined {
  return Object.hasOwn(node.ports.inputs, port) ? node.ports.inputs[port] : undefined;
}

export function outputPort(node: IndexedNode, port: string): OutputPort | undefined {
  return Object.hasOwn(node.ports.outputs, port) ? node.ports.outputs[port] : undefined;
}

/**
 * Which rows leave an output: its declared lineage, else that of the edge into the node's first connected input.
 * Undefined where the graph does not say; a cycle gives undefined.
 */
export function createLineageReader(index: GraphIndex): (from: EdgeEnd) => Lineage | undefined {
  const known = new Map<string, Lineage | undefined>();
  return (start) => {
    const chain: string[] = [];
    let at: EdgeEnd | undefined = start;
    let found: Lineage | undefined;
    const seen = new Set<string>();
    while (at !== undefined) {
      const id = `${at.node}.${at.port}`;
      if (known.has(id)) {
        found = known.get(id);
        break;
      }
      if (seen.has(id)) break;
      seen.add(id);
      chain.push(id);
      const node = index.nodes.get(at.node);
      const declared = node === undefined ? undefined : outputPort(node, at.port)?.lineage;
      if (declared !== undefined) {
        found = declared;
        break;
      }
      at = node === undefined ? undefined : firstInput(index, node);
    }
    for (const id of chain) known.set(id, found);
    return found;
  };
}

function firstInput(index: GraphIndex, node: IndexedNode): EdgeEnd | undefined {
  const incoming = index.incoming(node.id);
  for (const port of Object.keys(node.ports.inputs)) {
    const edge = incoming.find((candidate) => candidate.to.port === port);
    if (edge !== undefined) return edge.from;
  }
  return undefined;
}
