import { definitionOf } from '../../nodes/catalog.ts';
import { canConnect } from '../../shared/graph/connect.ts';
import type { GraphDocument, GraphEdge } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { definitionOfNode } from '../../shared/graph/group-definition.ts';

function without(document: GraphDocument, id: string): GraphDocument {
  const nodes = { ...document.nodes };
  delete nodes[id];
  const edges = document.edges.filter(
    (edge) => parsePortRef(edge.from)?.node !== id && parsePortRef(edge.to)?.node !== id,
  );
  return { ...document, nodes, edges };
}

/**
 * Edges that close the gaps which deleted nodes leave: from what fed a node to what it fed, where the types fit and the
 * connection is allowed.
 */
export function healingEdges(document: GraphDocument, ids: readonly string[]): GraphEdge[] {
  let left = document;
  const added: GraphEdge[] = [];
  for (const id of ids) {
    const into = left.edges.filter((edge) => parsePortRef(edge.to)?.node === id);
    const out = left.edges.filter((edge) => parsePortRef(edge.from)?.node === id);
    left = without(left, id);
    for (const edge of out) {
      const source = into.find(({ from }) => canConnect(left, definitionOf, from, edge.to).ok);
      if (!source) continue;
      const healed = { from: source.from, to: edge.to };
      added.push(healed);
      left = { ...left, edges: [...left.edges, healed] };
    }
  }
  const gone = new Set(ids);
  return added.filter(({ from, to }) => {
    const ends = [parsePortRef(from)?.node, parsePortRef(to)?.node];
    return ends.every((end) => end !== undefined && !gone.has(end));
  });
}

/** The two edges that put a node of the document into an edge; undefined where its ports do not fit there. */
export function insertionEdges(
  document: GraphDocument,
  id: string,
  edge: { from: string; to: string },
): [GraphEdge, GraphEdge] | undefined {
  const node = document.nodes[id];
  const definition = node && definitionOfNode(document, node, definitionOf);
  if (!node || !definition) return undefined;
  const open = {
    ...document,
    edges: document.edges.filter((other) => other.from !== edge.from || other.to !== edge.to),
  };
  const ports = portsOf(definition, node.params);
  const input = Object.keys(ports.inputs).find((port) => canConnect(open, definitionOf, edge.from, `${id}.${port}`).ok);
  if (input === undefined) return undefined;
  const first = { from: edge.from, to: `${id}.${input}` };
  const half = { ...open, edges: [...open.edges, first] };
  const output = Object.keys(ports.outputs).find((port) => canConnect(half, definitionOf, `${id}.${port}`, edge.to).ok);
  return output === undefined ? undefined : [first, { from: `${id}.${output}`, to: edge.to }];
}
