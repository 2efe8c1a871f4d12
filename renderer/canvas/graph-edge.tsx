import { memo } from 'react';
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from 'reactflow';
import { parsePortRef } from '../../shared/graph/ids.ts';
import type { PortType } from '../../shared/graph/port-types.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useManifest } from '../state/artifact-store.ts';
import { classNames } from '../ui/class-names.ts';
import { formatCount, formatPlural } from '../ui/format.ts';
import { useActiveRun } from './use-node-status.ts';

export interface GraphEdgeData extends Record<string, unknown> {
  portType: PortType;
  /** `node.port` of the source. */
  from: string;
  /** What is wrong with this edge. */
  problem: string | undefined;
}
export type GraphFlowEdge = Edge<GraphEdgeData, 'port'>;

/** Chip on an edge that returns through the gutter: what flows along it. */
function FlowChip({ from, portType, x, y }: { from: string; portType: PortType; x: number; y: number }) {
  const end = parsePortRef(from);
  const output = useAnalysis((analysis) => (end ? analysis.steps[end.node]?.outputs[end.port] : undefined));
  const shape = useAnalysis((analysis) => (end ? analysis.outputs[end.node]?.[end.port] : undefined));
  const rows = useManifest(output?.digest)?.rowCount;
  const columns = shape?.columns?.length ?? shape?.schema?.columns.length;
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
  const { id, source, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data, selected } = props;
  const running = useActiveRun((run) => run.status === 'running' && run.steps[source]?.state === 'running') ?? false;
  const wraps = targetX < sourceX + 8;
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    borderRadius: 8,
    offset: 16,
  });
  const portType = data?.portType ?? 'table';
  const look = classNames('graph-edge', portType, running && 'next', selected && 'selected', data?.problem && 'broken');
  const rails = portType === 'table' || portType === 'features';
  return (
    <>
      <BaseEdge id={id} path={path} className={look} interactionWidth={16} />
      {rails && !running && !data?.problem && <path d={path} className="edge-core" />}
      {wraps && data && <FlowChip from={data.from} portType={portType} x={labelX} y={labelY} />}
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
