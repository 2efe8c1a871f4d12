import type { GraphGroup } from '../../shared/graph/document.ts';
import { carryGroups, groupsOfNodes, placeGroup } from '../../shared/graph/carry-groups.ts';
import { groupKind, groupOfNode, groupVersion } from '../../shared/graph/group-definition.ts';
import { type GroupOrigin, type LibraryGroup, originOf } from '../../shared/graph/library-group.ts';
import { engine } from '../client/engine-client.ts';
import { activeGraph, editGraph, editRoot } from './graph-store.ts';
import { freeId } from './node-names.ts';
import { select } from './selection-store.ts';
import { t } from './text.ts';

/** A title as a name: `Clean orders` → `clean-orders`. */
export function libraryName(title: string): string {
  const name = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return name === '' ? 'group' : name;
}

function groupAtNode(nodeId: string): { id: string; group: GraphGroup } | undefined {
  const document = activeGraph()?.document;
  const node = document?.nodes[nodeId];
  return document && node && groupOfNode(document, node);
}

/** Where the group of a node was saved to, if it was. */
export function originAtNode(nodeId: string): GroupOrigin | undefined {
  const found = groupAtNode(nodeId);
  return found && originOf(found.group);
}

function remember(groupId: string, origin: GroupOrigin, label: string): void {
  editRoot(label, (draft) => {
    const group = draft.groups[groupId] as { origin?: GroupOrigin } | undefined;
    if (group) group.origin = { ...origin };
  });
}

/** Saves the group of a node for other graphs, as the next version where it was saved before. */
export async function saveToLibrary(nodeId: string): Promise<GroupOrigin | undefined> {
  const graph = activeGraph();
  const found = groupAtNode(nodeId);
  if (!graph || !found) return undefined;
  const { id, group } = found;
  const inner = groupsOfNodes(graph.root, Object.values(group.nodes));
  const { origin: _left, ...own } = group as GraphGroup & { origin?: unknown };
  const name = originOf(group)?.name ?? libraryName(group.title ?? id);
  // Under the name it has there: what it is called in this graph is no difference.
  const root = Object.hasOwn(inner, name) ? id : name;
  const { version } = await engine.library.save({ name, content: { group: root, groups: { ...inner, [root]: own } } });
  remember(id, { name, version }, t.saveToLibrary);
  return { name, version };
}

/** Places the newest version of a group of the library into the graph. */
export async function placeFromLibrary(name: string, at: { x: number; y: number }): Promise<void> {
  const { version, content } = await engine.library.get({ name });
  const graph = activeGraph();
  if (!graph) return;
  const carried = carryGroups(graph.root.groups, content.groups);
  const groupId = carried.ids.get(content.group) ?? content.group;
  const nodeId = freeId(libraryName(name), (id) => Object.hasOwn(graph.document.nodes, id));
  editGraph(t.placeFromLibrary, (draft) => {
    Object.assign(draft.groups, structuredClone(withOrigin(carried.groups, groupId, { name, version })));
    draft.nodes[nodeId] = { kind: groupKind, version: groupVersion, params: { group: groupId } };
    draft.layout.nodes[nodeId] = { ...at };
  });
  select([nodeId]);
}

function withOrigin(
  groups: Readonly<Record<string, GraphGroup>>,
  id: string,
  origin: GroupOrigin,
): Record<string, GraphGroup> {
  const group = groups[id];
  return group === undefined ? { ...groups } : { ...groups, [id]: { ...group, origin } };
}

/**
 * Gives every node that places a group the newest version of it. Undefined where it is the newest already. Edges to
 * ports that are no longer there stay, and are reported as problems.
 */
export async function updateFromLibrary(nodeId: string): Promise<GroupOrigin | undefined> {
  const origin = originAtNode(nodeId);
  const found = groupAtNode(nodeId);
  if (!origin || !found) return undefined;
  const { version, content } = await engine.library.get({ name: origin.name });
  if (version === origin.version) return undefined;
  replaceGroup(found.id, content, { name: origin.name, version });
  return { name: origin.name, version };
}

function replaceGroup(groupId: string, content: LibraryGroup, origin: GroupOrigin): void {
  const groups = activeGraph()?.root.groups ?? {};
  const { [content.group]: group, ...inner } = content.groups;
  if (group === undefined) return;
  const carried = carryGroups(groups, inner);
  editRoot(t.updateFromLibrary, (draft) => {
    Object.assign(draft.groups, structuredClone(carried.groups));
    const nodes = Object.fromEntries(
      Object.entries(group.nodes).map(([id, node]) => [id, placeGroup(node, carried.ids)]),
    );
    draft.groups[groupId] = structuredClone({ ...group, nodes, origin }) as (typeof draft.groups)[string];
  });
}
