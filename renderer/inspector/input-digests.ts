import { parsePortRef } from '../../shared/graph/ids.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { stepIdOf, useActiveGraph } from '../state/graph-store.ts';

/** Digests of the tables at input ports, by port, as one text; undefined where one has no result yet. */
export function useInputDigests(nodeId: string, ports: readonly string[]): string | undefined {
  const graph = useActiveGraph((open) => open);
  return useAnalysis((analysis) => {
    const digests: Record<string, string> = {};
    for (const port of ports) {
      const edge = graph?.document.edges.find(({ to }) => to === `${nodeId}.${port}`);
      const from = edge && parsePortRef(edge.from);
      const step = graph && from ? analysis.steps[stepIdOf(graph, from.node)] : undefined;
      const digest = step?.hit && from ? step.outputs[from.port]?.digest : undefined;
      if (digest === undefined) return undefined;
      digests[port] = digest;
    }
    return JSON.stringify(digests);
  });
}
