import { memo } from 'react';
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  getSmoothStepPath,
  type InternalNode,
  useInternalNode,
} from 'reactflow';
import { parsePortRef } from '../../shared/graph/ids.ts';
import type { PortType } from '../../shared/graph/port-types.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useManifest } from '../state/artifact-store.ts';
import { classNames } from '../ui/class-names.ts';
import { formatCount, formatPlural } from '../ui/format.ts';
import { cardSize } from './card-size.ts';
import { useActiveRun } from './use-node-status.ts';

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

/** Gap between a return lane and the card it leads to, and between lanes of neighbouring ports, px. */
const laneGapPx = 18;
const laneStepPx = 14;

interface Box {
  top: number;
  bottom: number;
}

/** Height at which an edge runs back: between the two rows, beside its target; undefined where rows overlap. */
function returnLane(source: Box | undefined, target: Box | undefined, targetIndex: number): number | undefined {
  if (!source || !target) return undefined;
  const away = laneGapPx + targetIndex * laneStepPx;
  if (target.top - source.bottom > away) return target.top - away;
  if (source.top - target.bottom > away) return target.bottom + away;
  return undefined;
}

function boxOf(node: InternalNode | undefined): Box | undefined {
  const top = node?.internals.positionAbsolute.y;
  return top === undefined ? undefined : { top, bottom: top + (node?.measured.height ?? cardSize.height) };
}

/** Chip on an edge that returns through the gutter: what flows along it. */
function FlowChip({ lane, portType, x, y }: { lane: string[]; portType: PortType; x: number; y: number }) {
  const ends = lane.flatMap((ref) => parsePortRef(ref) ?? []);
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
          rows === undefined ? '' : `${formatCount(rows)} rows`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </EdgeLabelRenderer>
  );
}

function GraphEdgeView(props: EdgeProps<GraphFlowEdge>) {
  const { id, source, target, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected } =
    props;
  const running = useActiveRun((run) => run.status === 'running' && run.steps[source]?.state === 'running') ?? false;
  const wraps = targetX < sourceX;
  // Edges that return to an earlier column share a lane just before their target's row.
  const sourceBox = boxOf(useInternalNode(source));
  const targetBox = boxOf(useInternalNode(target));
  const laneY = wraps ? returnLane(sourceBox, targetBox, data?.targetIndex ?? 0) : undefined;
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 8,
    offset: 12,
    ...(laneY === undefined ? {} : { centerY: laneY }),
  });
  const portType = data?.portType ?? 'table';
  const look = classNames('graph-edge', portType, running && 'next', selected && 'selected', data?.problem && 'broken');
  const rails = portType === 'table' || portType === 'features';
  return (
    <>
      <BaseEdge id={id} path={path} className={look} interactionWidth={16} />
      {rails && !running && !data?.problem && <path d={path} className="edge-core" />}
      {wraps && data && data.lane.length > 0 && (
        <FlowChip lane={data.lane} portType={portType} x={labelX} y={laneY ?? labelY} />
      )}
      {data?.problem && (
        <EdgeLabelRenderer>
          <div
            className="edge-chip broken"
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
          >
            {data.problem}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}

export const GraphEdge = memo(GraphEdgeView);
