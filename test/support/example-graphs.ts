import { catalog, definitionOf } from '../../nodes/catalog.ts';
import { exampleGraph, exampleNeeds } from '../../shared/docs/example-graph.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';

/** Kinds whose example runs on data of its own. */
export const runningExamples: readonly NodeDefinition[] = Object.values(catalog).filter(
  ({ kind }) => exampleNeeds(kind) === undefined,
);

/**
 * Every example that runs in one graph, so that one engine runs them all; the nodes of a kind have its place in
 * `runningExamples` in front (`k7-…`).
 */
export function examplesTogether(): GraphDocument {
  const nodes: GraphDocument['nodes'] = {};
  const edges: GraphDocument['edges'] = [];
  for (const [index, definition] of runningExamples.entries()) {
    const graph = exampleGraph(definition, definitionOf);
    for (const [id, node] of Object.entries(graph.nodes)) nodes[`k${index}-${id}`] = node;
    for (const { from, to } of graph.edges) edges.push({ from: `k${index}-${from}`, to: `k${index}-${to}` });
  }
  const [first] = runningExamples;
  if (first === undefined) throw new Error('No kind has an example that runs.');
  return {
    ...exampleGraph(first, definitionOf),
    id: 'examples',
    name: 'Examples',
    nodes,
    edges,
    layout: { nodes: {}, frames: [] },
  };
}
