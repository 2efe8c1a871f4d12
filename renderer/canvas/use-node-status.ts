import { useCallback, useSyncExternalStore } from 'react';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { isGroupKind } from '../../shared/graph/group-definition.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { reasonText } from '../inspector/param-names.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useCluster } from '../state/cluster-store.ts';
import { findEndpoint, useEndpoints } from '../state/endpoint-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import { activeGraph, stepIdOf, useGraphs, useStepId } from '../state/graph-store.ts';
import { useRuns } from '../state/run-store.ts';
import type { RunView, StepRun } from '../state/run-view.ts';
import { language } from '../translation/language.ts';
import { clusterNodeStatus } from './cluster-node-status.ts';
import { groupStatus } from './group-status.ts';
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
  const step = useStepId(nodeId);
  return useActiveRun((run) => (step === undefined ? undefined : run.steps[step]));
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

const sourcesOf = new WeakMap<GraphDocument['edges'], Map<string, string[]>>();

/** Nodes with an edge into a node. */
function upstream(document: GraphDocument, nodeId: string): readonly string[] {
  let sources = sourcesOf.get(document.edges);
  if (!sources) {
    sources = new Map();
    for (const edge of document.edges) {
      const to = parsePortRef(edge.to);
      const from = parsePortRef(edge.from);
      if (!to || !from) continue;
      const known = sources.get(to.node);
      if (known) known.push(from.node);
      else sources.set(to.node, [from.node]);
    }
    sourcesOf.set(document.edges, sources);
  }
  return sources.get(nodeId) ?? [];
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

/** Position of each step among those that will run, from 1, and their number. */
interface PlanPlaces {
  at: ReadonlyMap<string, number>;
  of: number;
}

const placesOf = new WeakMap<object, PlanPlaces>();

function planPlaces(analysis: ReturnType<typeof useAnalysis.getState>): PlanPlaces {
  const known = placesOf.get(analysis);
  if (known) return known;
  const misses = analysis.order.filter((id) => !analysis.steps[id]?.hit);
  const places = { at: new Map(misses.map((id, index) => [id, index + 1])), of: misses.length };
  placesOf.set(analysis, places);
  return places;
}

interface KnownStatus {
  /** What the status was worked out from, compared by identity. */
  from: readonly unknown[];
  status: NodeStatus;
}

const knownStatus = new Map<string, KnownStatus>();
let knownTab: string | undefined;
const noNode: NodeStatus = { status: 'never', word: '' };

function sameStatus(a: NodeStatus, b: NodeStatus): boolean {
  return (
    a.status === b.status &&
    a.word === b.word &&
    a.aside === b.aside &&
    a.level === b.level &&
    a.cause === b.cause &&
    a.error === b.error
  );
}

/**
 * Everything a node's waterline shows, from the stores as they are. The same object as long as it reads the same, and
 * not worked out again while nothing it follows from has changed.
 */
export function readNodeStatus(nodeId: string): NodeStatus {
  const graph = activeGraph();
  const node = graph?.document.nodes[nodeId];
  if (!graph || !node) return noNode;
  if (knownTab !== graph.tabId) {
    knownStatus.clear();
    knownTab = graph.tabId;
  }
  const { document } = graph;
  const analysis = useAnalysis.getState();
  const view = useRuns.getState().runs[graph.tabId];
  const { endpoints } = useEndpoints.getState();
  const { followed } = useCluster.getState();
  const cluster = followed?.tabId === graph.tabId ? followed : undefined;
  const stepId = stepIdOf(graph, nodeId);
  const run = view?.steps[stepId];
  const skipped = run?.state === 'skipped' ? view : undefined;
  // A run this window started speaks for its steps until the plan knows how it ended.
  const runActive = view?.status === 'running' || (view?.nodes !== undefined && analysis.seenRun !== view.runId);
  // Inside a group the window does not keep what it started with: the plan's key tells.
  const started = graph.scope.length === 0 ? view?.nodes?.[nodeId] : undefined;
  const from = [
    node,
    document.nodes,
    document.edges,
    analysis,
    endpoints,
    isGroupKind(node.kind) ? view : run,
    skipped,
    runActive,
    view?.runId,
    started,
    language(),
    graph.scope,
    cluster?.status,
  ];
  const known = knownStatus.get(nodeId);
  if (known?.from.every((part, index) => part === from[index])) return known.status;

  // What this window runs itself comes first.
  const remote = runActive ? undefined : clusterNodeStatus(cluster?.status, stepId);
  if (remote !== undefined && !isGroupKind(node.kind)) {
    const status = known && sameStatus(known.status, remote) ? known.status : remote;
    knownStatus.set(nodeId, { from, status });
    return status;
  }
  const service = serviceOf(node.kind);
  if (isGroupKind(node.kind)) {
    const next = groupStatus(graph.scope, nodeId, analysis, view, runActive);
    const status = known && sameStatus(known.status, next) ? known.status : next;
    knownStatus.set(nodeId, { from, status });
    return status;
  }
  const step = analysis.steps[stepId];
  const endpointNode = service ? endpointNodeOf(document, nodeId) : undefined;
  const invalid = (id: string) =>
    analysis.byNode[stepIdOf(graph, id)]?.some((problem) => problem.severity === 'error') ?? false;
  const failed = (id: string) =>
    stillFailed(
      skipped?.steps[stepIdOf(graph, id)],
      analysis.steps[stepIdOf(graph, id)],
      skipped?.nodes?.[id] === document.nodes[id],
    );
  const places = planPlaces(analysis);
  const at = places.at.get(stepId);
  const next = nodeStatus({
    service,
    pinned: node.pinned !== undefined && node.pinned !== false,
    step: step && { ...step, reasons: step.reasons.map((reason) => reasonText(reason, titleById)) },
    run,
    runActive,
    unchangedSinceRun: started === node,
    runId: view?.runId,
    place: at === undefined ? undefined : { at, of: places.of },
    problems: analysis.byNode[stepId] ?? [],
    endpoint: endpointNode === undefined ? undefined : findEndpoint(endpoints, document.id, endpointNode),
    failedAbove: skipped && blockerAbove(document, nodeId, failed),
    invalidAbove: step || analysis.state === 'none' ? undefined : blockerAbove(document, nodeId, invalid),
  });
  const status = known && sameStatus(known.status, next) ? known.status : next;
  knownStatus.set(nodeId, { from, status });
  return status;
}

/** Tells when any node's status may have changed. */
export function onStatusChange(listener: () => void): () => void {
  const ends = [useGraphs, useAnalysis, useRuns, useEndpoints, useCluster].map((store) => store.subscribe(listener));
  return () => {
    for (const end of ends) end();
  };
}

/** Everything a node's waterline shows; wakes only when that reads differently. */
export function useNodeStatus(nodeId: string): NodeStatus {
  return useSyncExternalStore(
    onStatusChange,
    useCallback(() => readNodeStatus(nodeId), [nodeId]),
  );
}
