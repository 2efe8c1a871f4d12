import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import type { Point } from '../state/graph-commands.ts';
import { wrapColumns } from './wrap-columns.ts';
import { nodeDefinition } from '../state/node-definition.ts';

export interface NodeSize {
  width: number;
  height: number;
}

type Engine = { layout: (graph: ElkNode) => Promise<ElkNode> };
let engine: Promise<Engine> | undefined;

/** The layout engine in one worker that stays warm; loaded on first use (about 1.4 MB). */
function layoutEngine(): Promise<Engine> {
  engine ??= (async () => {
    const [{ default: Elk }, { default: workerUrl }] = await Promise.all([
      import('elkjs/lib/elk-api.js'),
      import('elkjs/lib/elk-worker.min.js?url'),
    ]);
    return new Elk({ workerFactory: () => new Worker(workerUrl) });
  })();
  return engine;
}

/**
 * Positions from left to right in flow order; a graph wider than the view is wrapped into rows that fit its shape.
 * Ports keep their order, so edges cross as little as possible.
 */
export async function layoutGraph(
  document: GraphDocument,
  sizeOf: (id: string) => NodeSize,
  view: NodeSize,
): Promise<Record<string, Point>> {
  const children = Object.entries(document.nodes).map(([id, node]) => {
    const size = sizeOf(id);
    const definition = nodeDefinition(node, document);
    const { inputs, outputs } = definition ? portsOf(definition, node.params) : { inputs: {}, outputs: {} };
    const inputNames = Object.keys(inputs);
    const outputNames = Object.keys(outputs);
    return {
      id,
      ...size,
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
      ports: [
        ...inputNames.map((port, index) => ({
          id: `in:${id}.${port}`,
          x: 0,
          y: (size.height * (index + 1)) / (inputNames.length + 1),
          width: 0,
          height: 0,
        })),
        ...outputNames.map((port, index) => ({
          id: `out:${id}.${port}`,
          x: size.width,
          y: (size.height * (index + 1)) / (outputNames.length + 1),
          width: 0,
          height: 0,
        })),
      ],
    };
  });
  const portIds = new Set(children.flatMap((child) => child.ports.map((port) => port.id)));
  const edges = document.edges.flatMap((edge, index) => {
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    if (!from || !to || !document.nodes[from.node] || !document.nodes[to.node]) return [];
    const source = `out:${edge.from}`;
    const target = `in:${edge.to}`;
    return [
      {
        id: `e${index}`,
        sources: [portIds.has(source) ? source : from.node],
        targets: [portIds.has(target) ? target : to.node],
      },
    ];
  });
  const elk = await layoutEngine();
  const result = await elk.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.spacing.nodeNode': '20',
      'elk.layered.spacing.nodeNodeBetweenLayers': '48',
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children,
    edges,
  });
  const placed = (result.children ?? []).map((child) => ({
    id: child.id,
    left: child.x ?? 0,
    top: child.y ?? 0,
    width: child.width ?? 0,
    height: child.height ?? 0,
  }));
  // At 80 % a card still shows all it has to say.
  return wrapColumns(placed, view.width / 0.8);
}
