import type { GraphDocument } from '../../shared/graph/document.ts';
import { parameterReference } from '../../shared/graph/graph-parameters.ts';
import { setGraphParameter } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { IconButton } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatPlural } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from './text.ts';

type Parameter = GraphDocument['parameters'][string];

function uses(document: GraphDocument, name: string): number {
  const count = (value: unknown): number => {
    if (parameterReference(value) === name) return 1;
    if (typeof value !== 'object' || value === null) return 0;
    return Object.values(value).reduce<number>((sum, item) => sum + count(item), 0);
  };
  return Object.values(document.nodes).reduce((sum, node) => sum + count(node.params), 0);
}

function ParameterValue({ name, parameter }: { name: string; parameter: Parameter }) {
  const set = (value: unknown) => setGraphParameter(name, { ...parameter, default: value });
  const { type, default: value } = parameter;
  if (type === 'boolean') return <Switch checked={value === true} onChange={set} aria-label={name} />;
  if (type === 'string') {
    return <TextInput aria-label={name} value={typeof value === 'string' ? value : ''} onChange={set} />;
  }
  return (
    <NumberField
      aria-label={name}
      value={typeof value === 'number' ? value : undefined}
      step={type === 'integer' ? 1 : undefined}
      onChange={(next) => {
        if (next !== undefined && !Number.isNaN(next)) set(next);
      }}
    />
  );
}

/** Values the graph is run with; settings of nodes name them. */
export function GraphParameters() {
  const document = useActiveGraph((graph) => graph.document);
  const parameters = Object.entries(document?.parameters ?? {});
  if (!document || parameters.length === 0) return null;
  return (
    <section className="graph-parameters">
      <h4>{t.graphParameters}</h4>
      {parameters.map(([name, parameter]) => {
        const used = uses(document, name);
        return (
          <Field
            key={name}
            row
            label={
              <span className="mono" title={parameter.description}>
                {name}
              </span>
            }
            note={used > 0 ? t.usedBy(formatPlural(used, 'setting')) : undefined}
            beside={
              used === 0 && (
                <IconButton
                  icon="close"
                  small
                  label={t.remove(name)}
                  onClick={() => setGraphParameter(name, undefined)}
                />
              )
            }
          >
            {() => <ParameterValue name={name} parameter={parameter} />}
          </Field>
        );
      })}
    </section>
  );
}
