import { memo } from 'react';
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  type InternalNode,
  useInternalNode,
  useStoreApi,
} from 'reactflow';
import { parsePortRef } from '../../shared/graph/ids.ts';
import type { PortType } from '../../shared/graph/port-types.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useManifest } from '../state/artifact-store.ts';
import { classNames } from '../ui/class-names.ts';
import { formatCount, formatPlural } from '../ui/format.ts';
import { cardSize } from './card-size.ts';
import { type Box, labelPoint, roundedPath, type RoutePoint, routeEdge } from './edge-route.ts';
import { useActiveRun } from './use-node-status.ts';
import { t } from './text.ts';
import { activeGraph, stepIdOf, useStepId } from '../state/graph-store.ts';

export interface GraphEdgeData extends Record<string, unknown> {
  portType: PortType;
  /** Sources (`node.port`) of all edges into the same port, on the first of them; it carries the lane's chip. */
  lane: string[];
  /** Position of the target port among its node's inputs. */
  targetIndex: number;
  /** What is wrong with this edge. */
  problem: string | undefined;
}
export type GraphFlowEdge = Edge<GraphEdgeData, 'port'>;

function boxOf(node: InternalNode): Box {
  const { x, y } = node.internals.positionAbsolute;
  const { width = cardSize.width, height = cardSize.height } = node.measured;
  return { left: x, top: y, right: x + width, bottom: y + height };
}

/** How far beyond its ends an edge looks for cards in its way, px. */
const detourPx = 280;

/** Cards an edge might run under. They are read, not followed: it is routed anew when one of its own ends moves. */
function boxesNear(nodes: ReadonlyMap<string, InternalNode>, from: RoutePoint, to: RoutePoint): Box[] {
  const left = Math.min(from.x, to.x) - detourPx;
  const right = Math.max(from.x, to.x) + detourPx;
  const top = Math.min(from.y, to.y) - detourPx;
  const bottom = Math.max(from.y, to.y) + detourPx;
  const near: Box[] = [];
  for (const node of nodes.values()) {
    const { x, y } = node.internals.positionAbsolute;
    if (x > right || y > bottom || x + cardSize.width * 1.5 < left || y + cardSize.height * 2 < top) continue;
    near.push(boxOf(node));
  }
  return near;
}

/** Ports of a lane as the steps they are of. */
function laneEnds(lane: string[]): { node: string; port: string }[] {
  const graph = activeGraph();
  return lane.flatMap((ref) => {
    const end = parsePortRef(ref);
    return end ? [{ ...end, node: graph ? stepIdOf(graph, end.node) : end.node }] : [];
  });
}

/** Chip on an edge that returns through the gutter: what flows along it. */
function FlowChip({ lane, portType, x, y }: { lane: string[]; portType: PortType; x: number; y: number }) {
  const ends = laneEnds(lane);
  const [first] = ends;
  const output = useAnalysis((analysis) => (first ? analysis.steps[first.node]?.outputs[first.port] : undefined));
  const columns = useAnalysis((analysis) => {
    const shapes = ends.flatMap((end) => analysis.outputs[end.node]?.[end.port] ?? []);
    const sum = shapes.reduce((n, shape) => n + (shape.columns ?? shape.schema?.columns ?? []).length, 0);
    return sum === 0 ? undefined : sum;
  });
  const rows = useManifest(output?.digest)?.rowCount;
  return (
    <EdgeLabelRenderer>
      <div className="edge-chip num" style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
        {[
          portType,
          columns === undefined ? '' : formatPlural(columns, 'column'),
          rows === undefined ? '' : t.rows(formatCount(rows)),
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </EdgeLabelRenderer>
  );
}

function GraphEdgeView(props: EdgeProps<GraphFlowEdge>) {
  const { id, source, target, sourceX, sourceY, targetX, targetY, data, selected } = props;
  const step = useStepId(source) ?? source;
  const running = useActiveRun((run) => run.status === 'running' && run.steps[step]?.state === 'running') ?? false;
  const sourceNode = useInternalNode(source);
  const targetNode = useInternalNode(target);
  const store = useStoreApi();
  const from = { x: sourceX, y: sourceY };
  const to = { x: targetX, y: targetY };
  const boxes = boxesNear(store.getState().nodeLookup, from, to);
  const points =
    sourceNode && targetNode
      ? routeEdge(from, to, boxOf(sourceNode), boxOf(targetNode), boxes, data?.targetIndex ?? 0)
      : [from, to];
  const path = roundedPath(points, 8);
  const label = labelPoint(points);
  const wraps = targetX < sourceX;
  const portType = data?.portType ?? 'table';
  const look = classNames('graph-edge', portType, running && 'next', selected && 'selected', data?.problem && 'broken');
  const rails = portType === 'table' || portType === 'features';
  return (
    <>
      <BaseEdge id={id} path={path} className={look} interactionWidth={16} />
      {rails && !running && !data?.problem && <path d={path} className="edge-core" />}
      {wraps && data && data.lane.length > 0 && (
        <FlowChip lane={data.lane} portType={portType} x={label.x} y={label.y} />
      )}
      {data?.problem && (
        <EdgeLabelRenderer>
          <div
            className="edge-chip broken"
            style={{ transform: `translate(-50%, -50%) translate(${label.x}px, ${label.y}px)` }}
          >
            {data.problem}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

export const GraphEdge = memo(GraphEdgeView);
