import type { GraphDocument } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import type { StepState } from '../../shared/plan/plan.ts';

/** An artifact that the dock can show for a node. */
export interface NodeSource {
  /** `out:train`, `in:model`: stable while the graph is edited. */
  id: string;
  side: 'output' | 'input';
  port: string;
  /** Node whose step made it. */
  nodeId: string;
  digest: string;
  type: string;
}

type Outputs = Record<string, { digest: string; type: string }>;

/**
 * What there is to see of a node: its outputs first, then what is connected to its inputs. `outputsOf` gives the
 * results of a node, as far as there are any.
 */
export function nodeSources(
  document: GraphDocument,
  nodeId: string,
  outputsOf: (nodeId: string) => Outputs | undefined,
): NodeSource[] {
  const sources: NodeSource[] = [];
  for (const [port, { digest, type }] of Object.entries(outputsOf(nodeId) ?? {})) {
    sources.push({ id: `out:${port}`, side: 'output', port, nodeId, digest, type });
  }
  for (const edge of document.edges) {
    const to = parsePortRef(edge.to);
    const from = parsePortRef(edge.from);
    if (to?.node !== nodeId || !from) continue;
    const output = outputsOf(from.node)?.[from.port];
    if (!output) continue;
    sources.push({
      id: `in:${to.port}:${edge.from}`,
      side: 'input',
      port: to.port,
      nodeId: from.node,
      digest: output.digest,
      type: output.type,
    });
  }
  return sources;
}

/** The source shown first: an output that is a table or has a view of its own, else any input. */
export function firstSource(sources: readonly NodeSource[], wanted: string | undefined): NodeSource | undefined {
  return sources.find((source) => source.id === wanted) ?? sources[0];
}

/** Results of a node: those the plan says are valid, else what the last run of this tab made. */
export function resultOf(step: StepState | undefined, run: Outputs | undefined): Outputs | undefined {
  if (step?.hit && Object.keys(step.outputs).length > 0) return step.outputs;
  return run && Object.keys(run).length > 0 ? run : undefined;
}
