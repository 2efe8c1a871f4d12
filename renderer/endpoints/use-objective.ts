import { definitionOf } from '../../nodes/catalog.ts';
import { useGraphs } from '../state/graph-store.ts';

/** Latency objective of an endpoint node, ms for p99; undefined while its graph is not open. */
export function useObjective(graphId: string, nodeId: string): number | undefined {
  return useGraphs((state) => {
    const graph = Object.values(state.graphs).find((open) => open.document.id === graphId);
    const node = graph?.root.nodes[nodeId];
    if (!node) return undefined;
    const parsed = definitionOf(node.kind)?.params.safeParse(node.params);
    const value = parsed?.success ? parsed.data.objectiveP99Ms : undefined;
    return typeof value === 'number' ? value : undefined;
  });
}
