import { canonicalJson } from '../plan/canonical-json.ts';
import type { GraphDocument, GraphGroup, GraphNode } from './document.ts';
import { isGroupKind } from './group-definition.ts';

type Groups = Readonly<Record<string, GraphGroup>>;

function groupIdOf({ kind, params }: GraphNode): string | undefined {
  const id = params['group'];
  return isGroupKind(kind) && typeof id === 'string' ? id : undefined;
}

/** The groups that nodes place, and those inside them. */
export function groupsOfNodes(document: Pick<GraphDocument, 'groups'>, nodes: readonly GraphNode[]): Groups {
  const found: Record<string, GraphGroup> = {};
  const look = (some: readonly GraphNode[]) => {
    for (const node of some) {
      const id = groupIdOf(node);
      if (id === undefined || Object.hasOwn(found, id) || !Object.hasOwn(document.groups, id)) continue;
      const group = document.groups[id];
      if (group === undefined) continue;
      found[id] = group;
      look(Object.values(group.nodes));
    }
  };
  look(nodes);
  return found;
}

export interface CarriedGroups {
  /** Groups to add to the graph. */
  groups: Record<string, GraphGroup>;
  /** Ids of the groups in the graph, by the ids they were carried under. */
  ids: Map<string, string>;
}

/**
 * Groups of another graph as they enter this one: what it has already, with the same insides, is used again; another
 * group of the same id gets an id of its own. Pure.
 */
export function carryGroups(into: Groups, carried: Groups): CarriedGroups {
  const ids = new Map<string, string>();
  const groups: Record<string, GraphGroup> = {};
  const taken = new Set(Object.keys(into));
  for (const id of Object.keys(carried)) {
    const same = sameInsides(into, carried, id);
    let free = id;
    for (let n = 2; !same && taken.has(free); n++) free = `${id.slice(0, 56)}-${n}`;
    taken.add(free);
    ids.set(id, free);
  }
  for (const [id, group] of Object.entries(carried)) {
    const free = ids.get(id) ?? id;
    if (Object.hasOwn(into, free)) continue;
    groups[free] = {
      ...group,
      nodes: Object.fromEntries(Object.entries(group.nodes).map(([name, node]) => [name, placeGroup(node, ids)])),
    };
  }
  return { groups, ids };
}

/** A node that places a carried group, by its id in the graph. */
export function placeGroup(node: GraphNode, ids: ReadonlyMap<string, string>): GraphNode {
  const id = groupIdOf(node);
  const free = id === undefined ? undefined : ids.get(id);
  return free === undefined ? node : { ...node, params: { ...node.params, group: free } };
}

/** Whether both have the group with the same insides, groups inside it included; layout and titles do not matter. */
function sameInsides(into: Groups, carried: Groups, id: string): boolean {
  const insides = (groups: Groups) => {
    const group = Object.hasOwn(groups, id) ? groups[id] : undefined;
    if (group === undefined) return undefined;
    const all = { [id]: group, ...groupsOfNodes({ groups }, Object.values(group.nodes)) };
    return canonicalJson(
      Object.fromEntries(
        Object.entries(all).map(([name, { nodes, edges, inputs, outputs, parameters }]) => [
          name,
          { nodes, edges, inputs, outputs, parameters: parameters ?? {} },
        ]),
      ),
    );
  };
  const own = insides(into);
  return own !== undefined && own === insides(carried);
}
