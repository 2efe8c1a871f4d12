import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { reasonText } from '../inspector/param-names.ts';
import { useAnalysis, useNodeProblems, useStepState } from '../state/analysis-store.ts';
import { findEndpoint, useEndpoints } from '../state/endpoint-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph, useGraphNode, useGraphs } from '../state/graph-store.ts';
import { useRuns } from '../state/run-store.ts';
import type { RunView, StepRun } from '../state/run-view.ts';
import { type NodeStatus, nodeStatus, stillFailed } from './node-status.ts';

/** The run of the active tab. */
export function useActiveRun<T>(select: (run: RunView) => T): T | undefined {
  const tabId = useGraphs((state) => state.active);
  return useRuns((state) => {
    const run = tabId === undefined ? undefined : state.runs[tabId];
    return run === undefined ? undefined : select(run);
  });
}

export function useStepRun(nodeId: string): StepRun | undefined {
  return useActiveRun((run) => run.steps[nodeId]);
}

/** Long-lived kinds are opened instead of run. */
export function serviceOf(kind: string): 'endpoint' | 'monitor' | undefined {
  const definition = definitionOf(kind);
  if (definition === undefined) return undefined;
  if (definition.stage === 'monitor') return 'monitor';
  const streams =
    typeof definition.ports !== 'function' &&
    Object.values(definition.ports.outputs).some((port) => port.type === 'stream');
  return definition.stage === 'serve' && streams ? 'endpoint' : undefined;
}

function upstream(document: GraphDocument, nodeId: string): string[] {
  return document.edges.flatMap((edge) => {
    const to = parsePortRef(edge.to);
    const from = parsePortRef(edge.from);
    return to?.node === nodeId && from ? [from.node] : [];
  });
}

/** The endpoint node that feeds a monitor, itself for an endpoint. */
export function endpointNodeOf(document: GraphDocument, nodeId: string): string | undefined {
  const node = document.nodes[nodeId];
  if (!node) return undefined;
  const service = serviceOf(node.kind);
  if (service === 'endpoint') return nodeId;
  return upstream(document, nodeId).find((id) => {
    const source = document.nodes[id];
    return source !== undefined && serviceOf(source.kind) === 'endpoint';
  });
}

/** Title of the nearest node above that is in the way. */
function blockerAbove(document: GraphDocument, nodeId: string, blocks: (id: string) => boolean): string | undefined {
  const seen = new Set([nodeId]);
  const queue = [nodeId];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const id of upstream(document, at)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const node = document.nodes[id];
      if (node && blocks(id)) return titleOf(node, id);
      queue.push(id);
    }
  }
  return undefined;
}

function titleById(id: string): string {
  const node = activeGraph()?.document.nodes[id];
  return node ? titleOf(node, id) : id;
}

/** Why a step runs or does not, in words. */
export function reasonsInWords(reasons: readonly string[]): string {
  return reasons.map((reason) => reasonText(reason, titleById)).join('; ');
}

/** Everything a node's waterline shows; wakes only for changes of this node, or of its place in the plan. */
export function useNodeStatus(nodeId: string): NodeStatus {
  const node = useGraphNode(nodeId);
  const step = useStepState(nodeId);
  const problems = useNodeProblems(nodeId);
  const run = useStepRun(nodeId);
  const runActive = useActiveRun((view) => view.status === 'running') ?? false;
  const runId = useActiveRun((view) => view.runId);
  const unchangedSinceRun = useActiveRun((view) => node !== undefined && view.nodes?.[nodeId] === node) ?? false;
  const service = node && serviceOf(node.kind);
  const endpointNode = useActiveGraph((graph) => (service ? endpointNodeOf(graph.document, nodeId) : undefined));
  const graphId = useActiveGraph((graph) => graph.document.id);
  const endpoint = useEndpoints((state) =>
    endpointNode === undefined || graphId === undefined
      ? undefined
      : findEndpoint(state.endpoints, graphId, endpointNode),
  );
  const at = useAnalysis((analysis) => {
    let place = 0;
    for (const id of analysis.order) {
      if (!analysis.steps[id]?.hit) place += 1;
      if (id === nodeId) return analysis.steps[id]?.hit ? 0 : place;
    }
    return 0;
  });
  const of = useAnalysis((analysis) => analysis.order.filter((id) => !analysis.steps[id]?.hit).length);
  const failedAbove = useActiveRun((view) => {
    if (view.steps[nodeId]?.state !== 'skipped') return undefined;
    const graph = activeGraph();
    const { steps } = useAnalysis.getState();
    return (
      graph &&
      blockerAbove(graph.document, nodeId, (id) =>
        stillFailed(view.steps[id], steps[id], view.nodes?.[id] === graph.document.nodes[id]),
      )
    );
  });
  const invalidAbove = useAnalysis((analysis) => {
    if (analysis.steps[nodeId] || analysis.state === 'none') return undefined;
    const graph = activeGraph();
    const invalid = (id: string) => analysis.byNode[id]?.some((problem) => problem.severity === 'error') ?? false;
    return graph && blockerAbove(graph.document, nodeId, invalid);
  });
  return nodeStatus({
    service,
    pinned: node?.pinned === true,
    step: step && { ...step, reasons: step.reasons.map((reason) => reasonText(reason, titleById)) },
    run,
    runActive,
    unchangedSinceRun,
    runId,
    place: at > 0 ? { at, of } : undefined,
    problems,
    endpoint,
    failedAbove,
    invalidAbove,
  });
}
