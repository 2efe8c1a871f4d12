import { portsOf } from '../../shared/node/define-node.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useGraphNode, useStepId } from '../state/graph-store.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import type { FieldIds } from '../ui/field.tsx';
import { columnsOf } from './known-columns.ts';
import { QueryPreview } from './query-preview.tsx';
import { SqlField } from './sql-field.tsx';

interface EditorProps {
  nodeId: string;
  ids: FieldIds;
  value: string;
  onChange: (value: string) => void;
}

/** A query over the node's inputs, by port name, with the first rows it gives. */
export function QueryEditor({ nodeId, ids, value, onChange }: EditorProps) {
  const node = useGraphNode(nodeId);
  const step = useStepId(nodeId);
  const shapes = useAnalysis((analysis) => (step === undefined ? undefined : analysis.inputs[step]));
  const definition = node && nodeDefinition(node);
  const ports = node && definition ? Object.keys(portsOf(definition, node.params).inputs) : [];
  const tables = ports.map((name) => ({ name, columns: columnsOf(shapes?.[name] ?? []) }));
  return (
    <>
      <SqlField ids={ids} rows={12} value={value} tables={tables} onChange={onChange} />
      <QueryPreview nodeId={nodeId} ports={ports} query={value} />
    </>
  );
}
