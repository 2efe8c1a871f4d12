import { dirname } from 'node:path';
import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { readGraphText, readGraphValue } from '../../shared/graph/read-graph.ts';
import { createPlan } from '../../shared/plan/create-plan.ts';
import { selectSteps } from '../../shared/plan/select-steps.ts';
import type { GraphTrust, TrustState } from './graph-trust.ts';
import { outsideFiles } from './outside-files.ts';
import { type TrustNeed, trustNeeds } from './trust-needs.ts';

interface GraphOfFile {
  document: unknown;
  /** The file the graph was opened from; undefined where it was never saved. */
  path?: string | undefined;
}

/** What a graph would do that its file is not trusted for yet; empty for a trusted one. */
export async function withheldNeeds(trust: GraphTrust, graph: GraphOfFile): Promise<TrustNeed[]> {
  if ((await trust.stateOf(graph.path)) === 'trusted') return [];
  const document = readDocument(graph.document);
  return document === undefined || graph.path === undefined ? [] : allNeeds(document, graph.path);
}

/**
 * What the person decides about: what the graph as shown would do, and what else its file would, since that is what is
 * trusted and may be opened again. `digest` is of that file, null where none can be read.
 */
export async function trustQuestion(
  trust: GraphTrust,
  graph: GraphOfFile,
): Promise<{ state: TrustState; needs: TrustNeed[]; digest: string | null }> {
  const state = await trust.stateOf(graph.path);
  if (state === 'trusted' || graph.path === undefined) return { state, needs: [], digest: null };
  const file = await trust.read(graph.path);
  const shown = readDocument(graph.document);
  const kept = file === undefined ? undefined : readGraphText(file.text, definitionOf).document;
  const needs = shown === undefined ? [] : await allNeeds(shown, graph.path);
  for (const need of kept === undefined ? [] : await allNeeds(kept, graph.path)) {
    if (needs.every(({ node, what }) => node !== need.node || what !== need.what)) needs.push(need);
  }
  return { state, needs, digest: file?.digest ?? null };
}

async function allNeeds(document: GraphDocument, path: string): Promise<TrustNeed[]> {
  const needs = trustNeeds(document);
  const files = await outsideFiles(document, dirname(path));
  // One reason per node, that of the kind first; in the order of the nodes.
  return [...needs, ...files.filter(({ node }) => needs.every((need) => need.node !== node))];
}

/** Nodes of a restricted graph that may not even be looked at: describing them would reach outside. */
export async function unseenNodes(trust: GraphTrust, graph: GraphOfFile): Promise<Set<string>> {
  const needs = await withheldNeeds(trust, graph);
  return new Set(needs.filter(({ onSight }) => onSight).map(({ node }) => node));
}

/** Throws `trust.required` when the steps of a run include one that a restricted graph may not do. */
export async function requireTrustToRun(
  trust: GraphTrust,
  graph: GraphOfFile & { to?: string | undefined; from?: string | undefined; variants?: boolean | undefined },
): Promise<void> {
  const needs = await withheldNeeds(trust, graph);
  const document = needs.length === 0 ? undefined : readDocument(graph.document);
  if (document === undefined) return;
  const { plan } = createPlan(document, definitionOf, { variants: graph.variants });
  const { selected } = selectSteps(plan, { to: graph.to, from: graph.from });
  const first = needs.filter(({ node }) => selected.has(node));
  if (first.length === 0) return;
  throw refusal(first, 'run', 'Trust the graph, or run up to a step before that.');
}

/** Throws `trust.required` for a restricted graph, whatever it holds. */
export async function requireTrust(trust: GraphTrust, graph: GraphOfFile, action: string): Promise<void> {
  if ((await trust.stateOf(graph.path)) === 'trusted') return;
  const document = readDocument(graph.document);
  throw refusal(document === undefined ? [] : trustNeeds(document), action, 'Trust the graph first.');
}

function readDocument(value: unknown): GraphDocument | undefined {
  return readGraphValue(value, definitionOf).document;
}

function refusal(needs: readonly TrustNeed[], action: string, fix: string): AppError {
  const [first] = needs;
  const message = `This graph comes from elsewhere and is not trusted to ${action}${first === undefined ? '' : `: “${first.title}” ${first.what}`}.`;
  return new AppError('trust.required', message, {
    fix,
    nodeId: first?.node,
    details: { needs },
  });
}
