import './inspector.css';
import { lazy, Suspense } from 'react';
import { renameGraph } from '../state/graph-commands.ts';
import { groupAt, useActiveGraph, useGraphNode } from '../state/graph-store.ts';
import { useInspectedNode, useSelection } from '../state/selection-store.ts';
import { Field, TextInput } from '../ui/field.tsx';
import { formatPlural } from '../ui/format.ts';
import { Skeleton } from '../ui/state-block.tsx';
import { GraphParameters } from './graph-parameters.tsx';
import { GroupPorts } from './group-ports.tsx';
import { t } from './text.ts';

const NodeInspector = lazy(async () => ({ default: (await import('./node-inspector.tsx')).NodeInspector }));

function GraphInspector() {
  const name = useActiveGraph((graph) => graph.document.name) ?? '';
  const id = useActiveGraph((graph) => graph.document.id);
  const path = useActiveGraph((graph) => graph.path);
  const nodes = useActiveGraph((graph) => Object.keys(graph.document.nodes).length) ?? 0;
  const edges = useActiveGraph((graph) => graph.document.edges.length) ?? 0;
  const groupId = useActiveGraph((graph) => groupAt(graph.root, graph.scope));
  const writable = useActiveGraph((graph) => graph.writable) ?? true;
  const count = useSelection((selection) => selection.nodes.length);
  return (
    <div className="graph-inspector">
      <Field row label={t.graphName}>
        {(ids) => <TextInput {...ids} value={name} onChange={renameGraph} />}
      </Field>
      <dl className="facts">
        <dt>{t.id}</dt>
        <dd className="mono">{id}</dd>
        <dt>{t.file}</dt>
        <dd className="mono wrap">{path ?? t.notSavedYet}</dd>
        <dt>{t.size}</dt>
        <dd>
          {formatPlural(nodes, 'node')}, {formatPlural(edges, 'connection')}
        </dd>
      </dl>
      {groupId !== undefined && <GroupPorts groupId={groupId} />}
      <GraphParameters />
      {!writable && <p className="pill stale">{t.openedReadOnly}</p>}
      {count === 0 && nodes > 0 && <p className="mute">{t.selectANode}</p>}
    </div>
  );
}

export function Inspector() {
  const nodeId = useInspectedNode();
  const known = useGraphNode(nodeId) !== undefined;
  if (nodeId === undefined || !known) return <GraphInspector />;
  return (
    <Suspense fallback={<Skeleton waitsFor={t.theNode} />}>
      <NodeInspector key={nodeId} nodeId={nodeId} />
    </Suspense>
  );
}
