import 'reactflow/dist/style.css';
import { memo } from 'react';
import { createRoot } from 'react-dom/client';
import { Handle, type Node, Position, ReactFlow, useEdgesState, useNodesState } from 'reactflow';

interface Graph {
  nodes: Record<string, unknown>;
  edges: { from: string; to: string }[];
  layout: { nodes: Record<string, { x: number; y: number }> };
}

/** A card of about as many elements as ours: four handles, a head, three rows and a bar. */
const Card = memo(function Card({ id }: { id: string }) {
  return (
    <div className="card">
      <Handle type="target" position={Position.Left} id="a" style={{ top: '33%' }} />
      <Handle type="target" position={Position.Left} id="b" style={{ top: '66%' }} />
      <Handle type="source" position={Position.Right} id="c" style={{ top: '33%' }} />
      <Handle type="source" position={Position.Right} id="d" style={{ top: '66%' }} />
      <div>
        <svg width="26" height="26" viewBox="0 0 24 24">
          <path d="M0 0h24v24H0z" />
        </svg>
        <b>{id}</b>
        <small>data · file</small>
      </div>
      {['rows', 'columns', 'label'].map((row) => (
        <div key={row}>
          <span>{row}</span> <b>1,024</b>
        </div>
      ))}
      <div>
        <i>Fresh</i> <span>8.4 s</span>
      </div>
    </div>
  );
});

const nodeTypes = { card: Card };

function Bare({ graph }: { graph: Graph }) {
  const [nodes, , onNodesChange] = useNodesState<Node>(
    Object.keys(graph.nodes).map((id) => ({
      id,
      type: 'card',
      position: graph.layout.nodes[id] ?? { x: 0, y: 0 },
      data: {},
    })),
  );
  const [edges, , onEdgesChange] = useEdgesState(
    graph.edges.map(({ from, to }, index) => ({
      id: `e${index}`,
      source: from.slice(0, from.indexOf('.')),
      sourceHandle: 'c',
      target: to.slice(0, to.indexOf('.')),
      targetHandle: 'a',
    })),
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      defaultViewport={{ x: 0, y: 0, zoom: 0.6 }}
      minZoom={0.02}
    />
  );
}

const root = document.getElementById('root');
if (root) {
  const graph = (await (await fetch('./graph.json')).json()) as Graph;
  createRoot(root).render(<Bare graph={graph} />);
}
