import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { titleOf } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { addGroupPort, removeGroupPort } from '../state/group-commands.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { IconButton } from '../ui/button.tsx';
import { Select } from '../ui/select.tsx';
import { t } from './text.ts';

type Side = 'input' | 'output';

/** Ports of the group that the canvas shows the inside of: what each is tied to, more, and fewer. */
export function GroupPorts({ groupId }: { groupId: string }) {
  const document = useActiveGraph((graph) => graph.document);
  const group = document?.groups[groupId];
  if (!document || !group) return null;
  const named = (ref: string) => {
    const end = parsePortRef(ref);
    const node = end && document.nodes[end.node];
    return end && node ? `${titleOf(node, end.node)}, ${end.port}` : ref;
  };
  const portsOn = (side: Side) =>
    side === 'input'
      ? Object.entries(group.inputs).map(([port, { to }]) => ({ port, refs: to }))
      : Object.entries(group.outputs).map(([port, { from }]) => ({ port, refs: [from] }));
  const free = (side: Side) => {
    const used = new Set([
      ...portsOn(side).flatMap(({ refs }) => refs),
      ...(side === 'input' ? group.edges.map((edge) => edge.to) : []),
    ]);
    return Object.entries(document.nodes).flatMap(([id, node]) => {
      const definition = nodeDefinition(node, document);
      if (!definition) return [];
      const ports = portsOf(definition, node.params);
      const own = side === 'input' ? ports.inputs : ports.outputs;
      return Object.keys(own)
        .map((port) => `${id}.${port}`)
        .filter((ref) => !used.has(ref));
    });
  };
  const part = (side: Side, title: string, add: string) => {
    const options = free(side);
    return (
      <section className="group-ports">
        <h4>{title}</h4>
        <ul>
          {portsOn(side).map(({ port, refs }) => (
            <li key={port}>
              <b className="mono">{port}</b>
              <span className="small mute clip">{refs.map(named).join('; ')}</span>
              <IconButton
                icon="close"
                small
                label={t.remove(port)}
                onClick={() => removeGroupPort(groupId, side, port)}
              />
            </li>
          ))}
        </ul>
        {options.length > 0 && (
          <Select
            aria-label={add}
            value={undefined}
            placeholder={add}
            options={options.map((ref) => ({ value: ref, label: named(ref) }))}
            onChange={(ref) => addGroupPort(groupId, side, ref)}
          />
        )}
      </section>
    );
  };
  return (
    <>
      {part('input', t.inputs, t.addInput)}
      {part('output', t.outputs, t.addOutput)}
    </>
  );
}
