import { definitionOf } from '../../nodes/catalog.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import type { ReadinessItem } from '../../shared/readiness/readiness.ts';
import { addNode, type Point } from '../state/graph-commands.ts';
import { activeGraph, editGraph } from '../state/graph-store.ts';
import { startRun } from '../state/run-commands.ts';
import { showModelAt } from '../state/model-place-store.ts';
import { select, selectField } from '../state/selection-store.ts';
import { kindTitle } from '../translation/kind-titles.ts';
import { announce, navigate, togglePanel } from '../state/ui-store.ts';
import { t } from './text.ts';

type Step = NonNullable<NonNullable<ReadinessItem['action']>['step']>;

/** Free place below the node a port belongs to. */
function placeBelow(ref: string): Point {
  const layout = activeGraph()?.document.layout.nodes ?? {};
  const at = layout[parsePortRef(ref)?.node ?? ''] ?? { x: 80, y: 80 };
  const place = { x: at.x + 32, y: at.y + 152 };
  const taken = (point: Point) =>
    Object.values(layout).some((other) => Math.abs(other.x - point.x) < 168 && Math.abs(other.y - point.y) < 128);
  while (taken(place)) place.y += 136;
  return place;
}

/** Adds a node of a kind that takes `from`; `between` leads what `from` fed through it. */
function addAfter(kind: string, from: string, between: boolean): void {
  const document = activeGraph()?.document;
  const definition = definitionOf(kind);
  const source = document?.nodes[parsePortRef(from)?.node ?? ''];
  const sourceDefinition = source && definitionOf(source.kind);
  if (!document || !definition || !source || !sourceDefinition) return;
  const type = portsOf(sourceDefinition, source.params).outputs[parsePortRef(from)?.port ?? '']?.type;
  const ports = portsOf(definition, {});
  const [input] =
    Object.entries(ports.inputs).find(([, port]) => type !== undefined && port.types.includes(type)) ?? [];
  const [output] = Object.entries(ports.outputs).find(([, port]) => port.type === type) ?? [];
  const fed = document.edges.filter((edge) => edge.from === from).map((edge) => edge.to);
  const id = addNode(kind, placeBelow(from), input === undefined ? undefined : { from, port: input });
  if (id === undefined || !between || input === undefined || output === undefined || fed.length === 0) return;
  editGraph(
    t.add(kindTitle(definition)),
    (draft) => {
      for (const edge of draft.edges) if (edge.from === from && fed.includes(edge.to)) edge.from = `${id}.${output}`;
    },
    `insert:${id}`,
  );
}

/** Does what an item's action says: adds and connects the node, shows the setting or model, or runs the check. */
export function mend(step: Step): void {
  if (step.type === 'model') {
    showModelAt(`${step.name}/${step.version}`, step.at);
    return;
  }
  navigate('graph');
  switch (step.type) {
    case 'add':
      if (step.from === undefined) addNode(step.kind, { x: 80, y: 80 });
      else addAfter(step.kind, step.from, step.between ?? false);
      {
        const added = definitionOf(step.kind);
        announce(t.added(added ? kindTitle(added) : step.kind));
      }
      break;
    case 'show':
      togglePanel('inspector', true);
      if (step.field === undefined) select([step.node]);
      else selectField(step.node, step.field);
      break;
    case 'run':
      void startRun(step.to === undefined ? {} : { to: step.to });
      break;
  }
}
