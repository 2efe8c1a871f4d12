import type { GraphNode } from '../../shared/graph/document.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import { type KnownShape, useAnalysis } from '../state/analysis-store.ts';
import { formatPlural, joinOr } from '../ui/format.ts';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { kindWords } from '../translation/kind-text.ts';
import { t } from './form-text.ts';
import { t as inspectorText } from './text.ts';
import { useStepId } from '../state/graph-store.ts';

function ShapeList({ shape }: { shape: KnownShape }) {
  const columns = shape.columns ?? shape.schema?.columns ?? [];
  if (columns.length === 0) return null;
  return (
    <details>
      <summary className="small mute">
        {formatPlural(columns.length, shape.type === 'features' ? 'feature' : 'column')}
        {shape.lineage && shape.lineage !== 'all' && t.rows(shape.lineage)}
      </summary>
      <ul className="port-columns">
        {shape.columns
          ? shape.columns.map((column) => (
              <li key={column.name}>
                <span className="mono clip">{column.name}</span>
                <span className="small mute">
                  {column.width > 1 ? t.wide(column.width) : ''}
                  {t.fromColumns(column.sources.join(', '))}
                </span>
              </li>
            ))
          : shape.schema?.columns.map((column) => (
              <li key={column.name}>
                <TypeGlyph type={column.type} />
                <span className="mono clip">{column.name}</span>
                <span className="small mute mono">{column.sqlType}</span>
              </li>
            ))}
      </ul>
    </details>
  );
}

const none: Record<string, never> = {};

/** Ports with their types, what they are for, and what is known to flow through them. */
export function PortsTab({
  nodeId,
  node,
  definition,
}: {
  nodeId: string;
  node: GraphNode;
  definition: NodeDefinition;
}) {
  const ports = portsOf(definition, node.params);
  const step = useStepId(nodeId);
  const inputs = useAnalysis((analysis) => (step === undefined ? undefined : analysis.inputs[step])) ?? none;
  const outputs = useAnalysis((analysis) => (step === undefined ? undefined : analysis.outputs[step])) ?? none;
  return (
    <div className="ports-tab">
      {Object.keys(ports.inputs).length > 0 && <h4>{inspectorText.inputs}</h4>}
      {Object.entries(ports.inputs).map(([name, port]) => {
        const shapes: KnownShape[] = inputs[name] ?? [];
        return (
          <div key={name} className="port-row">
            <PortGlyph type={port.types[0]} many={port.many ?? false} filled={shapes.length > 0} />
            <b className="mono">{name}</b>
            <span className="small mute">
              {joinOr(port.types)}
              {port.many && t.anyNumber}
              {port.optional && t.optional}
            </span>
            <p>{kindWords(port.doc)}</p>
            {shapes.length === 0 && <p className="mute">{t.notConnected}</p>}
            {shapes.map((shape, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- edges in order
              <ShapeList key={index} shape={shape} />
            ))}
          </div>
        );
      })}
      {Object.keys(ports.outputs).length > 0 && <h4>{inspectorText.outputs}</h4>}
      {Object.entries(ports.outputs).map(([name, port]) => {
        const shape: KnownShape | undefined = outputs[name];
        return (
          <div key={name} className="port-row">
            <PortGlyph type={port.type} filled />
            <b className="mono">{name}</b>
            <span className="small mute">{port.type}</span>
            <p>{kindWords(port.doc)}</p>
            {shape && <ShapeList shape={shape} />}
          </div>
        );
      })}
    </div>
  );
}
