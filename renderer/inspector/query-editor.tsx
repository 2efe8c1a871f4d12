import { useState } from 'react';
import { portsOf } from '../../shared/node/define-node.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { useGraphNode, useGraphs, useStepId } from '../state/graph-store.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import type { FieldIds } from '../ui/field.tsx';
import { columnsOf } from './known-columns.ts';
import { QueryPreview } from './query-preview.tsx';
import { completeSql, type SqlTable } from './sql-completion.ts';
import { SqlField } from './sql-field.tsx';

interface EditorProps {
  nodeId: string;
  /** The query is of the database that the node connects to. */
  overCatalog: boolean;
  ids: FieldIds;
  value: string;
  onChange: (value: string) => void;
}

/**
 * A query over the node's inputs, by port name, with the first rows it gives; or one of the node's database, whose tables are
 * asked for when the field is used.
 */
export function QueryEditor({ nodeId, overCatalog, ids, value, onChange }: EditorProps) {
  const [isUsed, setUsed] = useState(false);
  const node = useGraphNode(nodeId);
  const step = useStepId(nodeId);
  const shapes = useAnalysis((analysis) => (step === undefined ? undefined : analysis.inputs[step]));
  const definition = node && nodeDefinition(node);
  const ports = node && definition ? Object.keys(portsOf(definition, node.params).inputs) : [];
  const { query: _query, probeQuery: _probe, table: _table, ...connection } = node?.params ?? {};
  const key = overCatalog && isUsed && step !== undefined ? `catalog:${step}:${JSON.stringify(connection)}` : null;
  // A database that cannot be reached is no problem of what is typed: the step says it.
  const { data: catalog = [] } = useQuery(key, (signal) => {
    const { graphs, active } = useGraphs.getState();
    const graph = active === undefined ? undefined : graphs[active];
    if (graph === undefined) return Promise.resolve([]);
    const path = graph.path === undefined ? {} : { path: graph.path };
    return engine.graph.catalog({ document: graph.root, step: step ?? '', ...path }, { signal });
  });
  const tables: SqlTable[] = overCatalog
    ? catalog.map((table) => ({ ...table, isWritten: true }))
    : ports.map((name) => ({ name, columns: columnsOf(shapes?.[name] ?? []) }));
  return (
    <div onFocus={() => setUsed(true)}>
      <SqlField
        ids={ids}
        rows={12}
        value={value}
        complete={(text, caret, asked) => completeSql(text, caret, tables, asked, overCatalog)}
        onChange={onChange}
      />
      <QueryPreview nodeId={nodeId} ports={ports} query={value} />
    </div>
  );
}
