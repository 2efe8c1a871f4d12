import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { applyNodeChanges, type Node, type NodeChange } from 'reactflow';
import type { GraphDocument, GraphNode } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { edgeId, moveNodes, type Point } from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { shareEqual } from '../state/structural.ts';
import { boxOfNode, expectedSize } from './card-size.ts';
import { showGuides, snapToGuides, useGuides } from './snap-guides.ts';
import type { GraphFlowEdge } from './graph-edge.tsx';
import { nodeDefinition } from '../state/node-definition.ts';
import { engineText } from '../translation/engine-text.ts';

export type FlowNode = Node<Record<string, never>, 'node'>;

const noData: Record<string, never> = {};

/** Where a node lies; nodes without a place stand in rows of six. */
export function positionOf(document: GraphDocument, id: string, index: number): Point {
  const at = document.layout.nodes[id];
  return at ? { x: at.x, y: at.y } : { x: (index % 6) * 216, y: Math.floor(index / 6) * 168 };
}

/** Cards farther than this from a line are left alone, px; with more cards than `mostLinedUp` no lines are looked for. */
const reachPx = 5;
const mostLinedUp = 400;

/** Position changes of a drag, moved onto the lines of the cards that stay. */
function linedUp(changes: NodeChange<FlowNode>[], nodes: readonly FlowNode[]): NodeChange<FlowNode>[] {
  const moves = changes.flatMap((change) => (change.type === 'position' && change.position ? [change] : []));
  const [first] = moves;
  if (!first?.position || nodes.length > mostLinedUp) return changes;
  const lead = nodes.find((node) => node.id === first.id);
  if (!lead || (first.dragging !== true && useGuides.getState().guides.length === 0)) return changes;
  const moving = new Set(moves.map((move) => move.id));
  const { by, guides } = snapToGuides(
    boxOfNode({ ...lead, position: first.position }),
    nodes.filter((node) => !moving.has(node.id)).map(boxOfNode),
    reachPx,
  );
  showGuides(first.dragging === true ? guides : []);
  if (by.x === 0 && by.y === 0) return changes;
  return changes.map((change) =>
    change.type === 'position' && change.position
      ? { ...change, position: { x: change.position.x + by.x, y: change.position.y + by.y } }
      : change,
  );
}

/** React Flow's nodes for the active document: only id and place; what a card shows it reads itself. */
export function useFlowNodes(): { nodes: FlowNode[]; onNodesChange: (changes: NodeChange<FlowNode>[]) => void } {
  const documentNodes = useActiveGraph((graph) => graph.document.nodes);
  const layout = useActiveGraph((graph) => graph.document.layout);
  const tabId = useActiveGraph((graph) => [graph.tabId, ...graph.scope].join('/'));
  const selected = useSelection((state) => state.nodes);
  const [nodes, setNodes] = useState<FlowNode[]>([]);

  const ids = useMemo(() => Object.keys(documentNodes ?? {}).join(' '), [documentNodes]);
  // The ids and the layout stand for the document: other edits leave React Flow's nodes alone.
  useEffect(() => {
    const document = activeGraph()?.document;
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      const chosen = new Set(useSelection.getState().nodes);
      return Object.keys(document?.nodes ?? {}).map((id, index): FlowNode => {
        const position = document ? positionOf(document, id, index) : { x: 0, y: 0 };
        const old = known.get(id);
        if (old && old.position.x === position.x && old.position.y === position.y) return old;
        const expected = expectedSize(id);
        return {
          ...(old ?? {
            id,
            type: 'node',
            data: noData,
            initialWidth: expected.width,
            initialHeight: expected.height,
          }),
          selected: chosen.has(id),
          position,
        };
      });
    });
  }, [ids, layout, tabId]);

  // A node that an undo or another window took away is not selected any more.
  useEffect(() => {
    const present = activeGraph()?.document.nodes ?? {};
    const { nodes: chosen, edges } = useSelection.getState();
    const left = chosen.filter((id) => Object.hasOwn(present, id));
    if (left.length < chosen.length) select(left, edges);
  }, [ids, tabId]);

  useEffect(() => {
    const chosen = new Set(selected);
    setNodes((before) =>
      before.some((node) => (node.selected ?? false) !== chosen.has(node.id))
        ? before.map((node) =>
            (node.selected ?? false) === chosen.has(node.id) ? node : { ...node, selected: chosen.has(node.id) },
          )
        : before,
    );
  }, [selected]);

  const shown = useRef(nodes);
  shown.current = nodes;
  const onNodesChange = useCallback((asked: NodeChange<FlowNode>[]) => {
    const changes = linedUp(asked, shown.current);
    setNodes((before) => applyNodeChanges(changes, before));
    const moved: Record<string, Point> = {};
    let selecting = false;
    for (const change of changes) {
      if (change.type === 'position' && change.dragging === false && change.position)
        moved[change.id] = change.position;
      if (change.type === 'select') selecting = true;
    }
    if (Object.keys(moved).length > 0) moveNodes(moved);
    if (!selecting) return;
    const chosen = [...useSelection.getState().nodes];
    for (const change of changes) {
      if (change.type !== 'select') continue;
      const at = chosen.indexOf(change.id);
      if (change.selected && at === -1) chosen.push(change.id);
      if (!change.selected && at !== -1) chosen.splice(at, 1);
    }
    select(chosen, useSelection.getState().edges);
  }, []);

  return { nodes, onNodesChange };
}

function inputIndex(node: GraphNode | undefined, port: string): number {
  const definition = node && nodeDefinition(node);
  return definition ? Math.max(0, Object.keys(portsOf(definition, node.params).inputs).indexOf(port)) : 0;
}

/** React Flow's edges for the active document, drawn by the type of their source port. */
export function useFlowEdges(): GraphFlowEdge[] {
  const document = useActiveGraph((graph) => graph.document);
  const edges = document?.edges;
  const nodes = document?.nodes;
  const chosen = useSelection((state) => state.edges);
  const diagnostics = useAnalysis((analysis) => analysis.diagnostics);
  const before = useRef(new Map<string, GraphFlowEdge>());
  return useMemo(() => {
    const chosenIds = new Set(chosen);
    const problems = new Map<number, string>();
    for (const diagnostic of diagnostics) {
      const match = /^\/edges\/(\d+)/.exec(diagnostic.path);
      if (match && diagnostic.severity === 'error') problems.set(Number(match[1]), engineText(diagnostic.message));
    }
    const into = new Map<string, string[]>();
    for (const edge of edges ?? []) into.set(edge.to, [...(into.get(edge.to) ?? []), edge.from]);
    const next = (edges ?? []).flatMap((edge, index): GraphFlowEdge[] => {
      const from = parsePortRef(edge.from);
      const to = parsePortRef(edge.to);
      const source = from && nodes?.[from.node];
      if (!from || !to || !source || !nodes[to.node]) return [];
      const definition = nodeDefinition(source);
      const port = definition && portsOf(definition, source.params).outputs[from.port];
      const id = edgeId(edge);
      return [
        {
          id,
          type: 'port',
          source: from.node,
          sourceHandle: from.port,
          target: to.node,
          targetHandle: to.port,
          selected: chosenIds.has(id),
          data: {
            portType: port?.type ?? 'table',
            lane: into.get(edge.to)?.[0] === edge.from ? (into.get(edge.to) ?? []) : [],
            targetIndex: inputIndex(nodes[to.node], to.port),
            problem: problems.get(index),
          },
        },
      ];
    });
    // Edges that read as before stay the same objects, so that React Flow leaves them alone.
    const kept = next.map((edge) => shareEqual(before.current.get(edge.id), edge));
    before.current = new Map(kept.map((edge) => [edge.id, edge]));
    return kept;
  }, [edges, nodes, chosen, diagnostics]);
}
