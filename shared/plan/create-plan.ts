import type { Diagnostic } from '../graph/diagnostic.ts';
import type { GraphDocument, GraphNode } from '../graph/document.ts';
import { type DefinitionOf, type GraphIndex, type IndexedNode, indexGraph } from '../graph/graph-index.ts';
import { type ExpandedGraph, expandGroups, type InnerParams, placeDiagnostics } from '../graph/expand-groups.ts';
import { expandVariants, type GraphWithVariants } from '../graph/expand-variants.ts';
import { parsePortRef } from '../graph/ids.ts';
import { validateExpanded } from '../graph/validate.ts';
import type { Plan, PlanStep } from './plan.ts';

/** A batch node that cannot run as the graph stands. */
export interface BlockedStep {
  id: string;
  kind: string;
  reason: string;
}

export interface PlanOptions {
  innerParams?: InnerParams | undefined;
  /** Plans a branch for each variant of a node as well. */
  variants?: boolean | undefined;
}

export interface PlannedGraph {
  /** Steps and services of the healthy part of the graph. */
  plan: Plan;
  blocked: BlockedStep[];
  diagnostics: Diagnostic[];
}

/**
 * What a graph will execute: every node without errors, whose inputs all come from such nodes; a node inside a group is
 * a step with an id of its own (`prep--scale`). Pure; equal for any order of nodes and any layout.
 */
export function createPlan(
  document: GraphDocument,
  definitionOf: DefinitionOf,
  options: PlanOptions = {},
): PlannedGraph {
  const grouped = expandGroups(document, definitionOf, options.innerParams);
  const expanded: GraphWithVariants =
    options.variants === true ? expandVariants(grouped, definitionOf) : { ...grouped, variants: new Map() };
  const flat = expanded.document;
  const index = indexGraph(flat, definitionOf);
  const problems = validateExpanded(expanded, definitionOf, index);
  const blockedBy = blockedNodes(flat, index, [...groupBlockers(expanded), ...problems]);
  const steps: PlanStep[] = [];
  const services: PlanStep[] = [];
  const blocked: BlockedStep[] = [];
  for (const id of topologicalOrder(index)) {
    const node = index.nodes.get(id);
    if (node === undefined) continue;
    const reason = blockedBy.get(id);
    const workload = node.definition?.deploy.workload;
    if (reason !== undefined) {
      if (workload === undefined || workload === 'job') blocked.push({ id, kind: node.node.kind, reason });
    } else if (workload === 'job') steps.push(stepOf(node, index, expanded));
    else if (workload === 'deployment' || workload === 'cronjob') services.push(stepOf(node, index, expanded));
  }
  const plan: Plan = {
    format: 'slipway/plan',
    formatVersion: 1,
    graph: { id: document.id, name: document.name },
    steps,
    services,
  };
  return {
    plan,
    blocked,
    diagnostics: [...expanded.diagnostics, ...placeDiagnostics(expanded, problems)],
  };
}

/** Errors of groups that end at a step; an edge to a port that the group lacks is missing at neither of its ends. */
function groupBlockers({ diagnostics }: ExpandedGraph): Diagnostic[] {
  return diagnostics.filter(({ code }) => code !== 'graph.unknown-port').map((entry) => ({ ...entry, path: '' }));
}

function stepOf(indexed: IndexedNode, index: GraphIndex, { places, variants }: GraphWithVariants): PlanStep {
  const { id, node, ports } = indexed;
  const definition = indexed.definition as NonNullable<typeof indexed.definition>;
  const path = places.get(id)?.path;
  const variant = variants.get(id);
  const inputs: PlanStep['inputs'] = {};
  for (const port of Object.keys(ports.inputs)) {
    const seen = new Set<string>();
    inputs[port] = index
      .incoming(id)
      .filter((edge) => edge.to.port === port)
      .map((edge) => ({ step: edge.from.node, port: edge.from.port }))
      .filter((input) => {
        const text = `${input.step}.${input.port}`;
        const first = !seen.has(text);
        seen.add(text);
        return first;
      });
  }
  return {
    id,
    kind: node.kind,
    version: definition.version,
    title: node.title ?? definition.title,
    ...(path === undefined || path.length === 1 ? {} : { path: [...path] }),
    ...(variant === undefined ? {} : { variant }),
    params: definition.params.parse(indexed.params),
    inputs,
    outputs: Object.keys(ports.outputs),
    ...retryOf(node),
    ...(node.pinned === undefined || node.pinned === false ? {} : { pinned: node.pinned }),
    ...resourcesOf(node),
    ...(node.timeoutMs === undefined ? {} : { timeoutMs: node.timeoutMs }),
    ...(node.device === undefined ? {} : { device: node.device }),
  };
}

function retryOf({ retry }: GraphNode): Pick<PlanStep, 'retry'> {
  const attempts = retry?.attempts ?? 1;
  return attempts <= 1 ? {} : { retry: { limit: attempts - 1, backoffMs: retry?.backoffMs ?? 1000 } };
}

function resourcesOf({ resources }: GraphNode): Pick<PlanStep, 'resources'> {
  const { cpu, memoryBytes, ephemeralStorageBytes, gpu, nodeSelector } = resources ?? {};
  const given = {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(ephemeralStorageBytes === undefined ? {} : { ephemeralStorageBytes }),
    ...(gpu === undefined ? {} : { gpu: { resource: gpu.resource, count: gpu.count } }),
    ...(nodeSelector === undefined ? {} : { nodeSelector: { ...nodeSelector } }),
  };
  return Object.keys(given).length === 0 ? {} : { resources: given };
}

/** Node → why it cannot run: its own first error, or the node above it that cannot run. */
function blockedNodes(
  document: GraphDocument,
  index: GraphIndex,
  diagnostics: readonly Diagnostic[],
): Map<string, string> {
  const blocked = new Map<string, string>();
  for (const { severity, node, message, path } of diagnostics) {
    if (severity !== 'error' || startsAt(document, path, node)) continue;
    if (node === undefined) {
      if (path === '/formatVersion') for (const id of index.nodes.keys()) blocked.set(id, message);
    } else if (!blocked.has(node)) blocked.set(node, message);
  }
  const queue = [...blocked.keys()].sort();
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const edge of index.outgoing(at)) {
      if (blocked.has(edge.to.node)) continue;
      blocked.set(edge.to.node, `needs ${at}, which cannot run`);
      queue.push(edge.to.node);
    }
  }
  return blocked;
}

/** An edge that leads nowhere is no problem of the node it starts at. */
function startsAt(document: GraphDocument, path: string, node: string | undefined): boolean {
  const edge = /^\/edges\/(\d+)/.exec(path);
  if (edge === null) return false;
  return parsePortRef(document.edges[Number(edge[1])]?.to ?? '')?.node !== node;
}

/** Kahn's algorithm, least id first among the ready nodes; nodes on or below a cycle come last, by id. */
export function topologicalOrder(index: GraphIndex): string[] {
  const waiting = new Map<string, number>();
  for (const id of index.nodes.keys()) waiting.set(id, 0);
  for (const edge of index.edges) waiting.set(edge.to.node, (waiting.get(edge.to.node) ?? 0) + 1);
  const ready = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  ready.sort(descending);
  const order: string[] = [];
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    order.push(id);
    waiting.delete(id);
    let added = false;
    for (const edge of index.outgoing(id)) {
      const count = (waiting.get(edge.to.node) ?? 0) - 1;
      waiting.set(edge.to.node, count);
      if (count !== 0) continue;
      ready.push(edge.to.node);
      added = true;
    }
    if (added) ready.sort(descending);
  }
  return [...order, ...[...waiting.keys()].sort()];
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
