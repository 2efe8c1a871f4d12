import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { indexGraph } from '../../shared/graph/graph-index.ts';

/** The part of a graph that makes a served model. */
export interface TrainPart {
  /** The step that registers the model. */
  registerId: string;
  /** The step that evaluates it. */
  evaluateId: string;
  /** Outputs `node.port` that features and trainers learn from, all of them the same table. */
  trainSource: string;
  /** Edges (by index) that carry rows to learn from, and those that carry held-out rows. */
  trainEdges: number[];
  holdoutEdges: number[];
}

const trainNodeId = 'retrain-rows';
const holdoutNodeId = 'retrain-holdout';

/** Finds the train part above an endpoint; a sentence says why it cannot be run on other rows. */
export function trainPartOf(document: GraphDocument, endpointId: string): TrainPart | string {
  const index = indexGraph(document, definitionOf);
  const registerId = index.incoming(endpointId).find(({ to }) => to.port === 'model')?.from.node;
  if (registerId === undefined || index.nodes.get(registerId)?.node.kind !== 'train.register') {
    return 'there is no Register node before the endpoint';
  }
  const evaluateId = index.incoming(registerId).find(({ to }) => to.port === 'report')?.from.node;
  if (evaluateId === undefined) return 'the Register node has no report';
  const above = new Set<string>();
  const visit = (id: string) => {
    if (above.has(id)) return;
    above.add(id);
    for (const { from } of index.incoming(id)) visit(from.node);
  };
  visit(registerId);
  const isTable = (node: string, port: string) => index.nodes.get(node)?.ports.outputs[port]?.type === 'table';
  const tables = index.edges.filter(({ from, to }) => above.has(to.node) && isTable(from.node, from.port));
  const learns = tables.filter(({ to }) => index.nodes.get(to.node)?.ports.inputs[to.port]?.fits === true);
  const holdout = tables.filter(({ to }) => to.node === evaluateId);
  const sources = new Set(learns.map(({ from }) => `${from.node}.${from.port}`));
  const [trainSource, ...others] = sources;
  if (trainSource === undefined) return 'no step learns from a table';
  if (others.length > 0) return `its steps learn from several tables (${[...sources].join(', ')})`;
  if (holdout.length === 0) return 'the Evaluate node has no table';
  return {
    registerId,
    evaluateId,
    trainSource,
    trainEdges: learns.map(({ index: at }) => at),
    holdoutEdges: holdout.map(({ index: at }) => at),
  };
}

/**
 * The same graph learning from one table file and evaluated on another, registering under `alias`; with `approval` only once
 * a person approves it, whatever the Register node says.
 */
export function retrainGraph(
  document: GraphDocument,
  part: TrainPart,
  options: { trainPath: string; holdoutPath: string; alias: string; approval: boolean },
): GraphDocument {
  const file = (path: string) => ({ kind: 'data.file', version: 1, params: { path } });
  const register = document.nodes[part.registerId] as GraphDocument['nodes'][string];
  const params = { ...register.params, alias: options.alias, ...(options.approval ? { approval: 'person' } : {}) };
  return {
    ...document,
    nodes: {
      // A kept result would not learn from the new rows.
      ...Object.fromEntries(Object.entries(document.nodes).map(([id, { pinned: _pinned, ...node }]) => [id, node])),
      [part.registerId]: { ...register, params },
      [trainNodeId]: file(options.trainPath),
      [holdoutNodeId]: file(options.holdoutPath),
    },
    edges: document.edges.map((edge, at) => {
      if (part.trainEdges.includes(at)) return { ...edge, from: `${trainNodeId}.table` };
      return part.holdoutEdges.includes(at) ? { ...edge, from: `${holdoutNodeId}.table` } : edge;
    }),
  };
}
