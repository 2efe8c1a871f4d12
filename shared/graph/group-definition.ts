import { z } from 'zod';
import {
  type InputPort,
  type NodeDefinition,
  type OutputPort,
  type Ports,
  portsOf,
  type Stage,
  stages,
} from '../node/define-node.ts';
import { paramMeta } from '../node/param-meta.ts';
import type { GraphDocument, GraphGroup, GraphNode } from './document.ts';
import type { DefinitionOf } from './graph-index.ts';
import { parameterReference, substituteParameters } from './graph-parameters.ts';
import { parsePortRef } from './ids.ts';
import { mapParams } from './map-items.ts';
import { type PortType, portTypes } from './port-types.ts';

/** Kind of a node that places a group of the graph's `groups` into it. */
export const groupKind = 'graph.group';
export const groupVersion = 1;
/** Kind of a node that places a group once for each of several values and collects what comes out. */
export const mapKind = 'graph.map';

/** Whether a node of the kind stands for the nodes of a group. */
export function isGroupKind(kind: string): boolean {
  return kind === groupKind || kind === mapKind;
}
/** Groups within groups that are followed. */
export const maxGroupDepth = 16;

/** The group that a node places; undefined for other kinds and where the graph has no such group. */
export function groupOfNode(
  document: Pick<GraphDocument, 'groups'>,
  node: GraphNode,
): { id: string; group: GraphGroup } | undefined {
  const id = node.params['group'];
  if (!isGroupKind(node.kind) || typeof id !== 'string' || !Object.hasOwn(document.groups, id)) return undefined;
  const group = document.groups[id];
  return group === undefined ? undefined : { id, group };
}

/**
 * The inside of a group as a graph of its own, for editing and for checks of connections there: its nodes, edges and
 * layout, and the parameters that are in reach. Undefined where the graph has no such group.
 */
export function groupDocument(document: GraphDocument, groupId: string): GraphDocument | undefined {
  const group = Object.hasOwn(document.groups, groupId) ? document.groups[groupId] : undefined;
  if (group === undefined) return undefined;
  const layout = group['layout'] as Partial<GraphDocument['layout']> | undefined;
  return {
    ...document,
    name: group.title ?? groupId,
    nodes: group.nodes,
    edges: group.edges,
    parameters: { ...document.parameters, ...group.parameters },
    layout: { ...layout, nodes: layout?.nodes ?? {}, frames: layout?.frames ?? [] },
  };
}

type Scope = Pick<GraphDocument, 'groups' | 'parameters'>;

type Known = WeakMap<GraphGroup, { scope: Scope; definitionOf: DefinitionOf; definition: NodeDefinition }>;
const knownGroups: Known = new WeakMap();
const knownMaps: Known = new WeakMap();

/** The definition of a node: its kind's, or, of a group's node, one made from the group. */
export function definitionOfNode(
  document: Pick<GraphDocument, 'groups' | 'parameters'>,
  node: GraphNode,
  definitionOf: DefinitionOf,
): NodeDefinition | undefined {
  if (!isGroupKind(node.kind)) return definitionOf(node.kind);
  const found = groupOfNode(document, node);
  if (found === undefined) return undefined;
  const known = node.kind === mapKind ? knownMaps : knownGroups;
  const kept = known.get(found.group);
  if (kept !== undefined && isFor(kept, document, definitionOf)) return kept.definition;
  const scope = { groups: document.groups, parameters: document.parameters };
  const placed = groupDefinition(scope, found.id, found.group, definitionOf);
  const definition = node.kind === mapKind ? mapDefinition(placed, found.id) : placed;
  known.set(found.group, { scope, definitionOf, definition });
  return definition;
}

function isFor(
  kept: { scope: Scope; definitionOf: DefinitionOf },
  { groups, parameters }: Scope,
  definitionOf: DefinitionOf,
): boolean {
  return kept.scope.groups === groups && kept.scope.parameters === parameters && kept.definitionOf === definitionOf;
}

function groupDefinition(scope: Scope, id: string, group: GraphGroup, definitionOf: DefinitionOf): NodeDefinition {
  const title = group.title ?? id;
  return {
    kind: groupKind,
    version: groupVersion,
    stage: stageOf(group, definitionOf),
    title,
    summary: `The group ${title}: ${Object.keys(group.nodes).length} nodes.`,
    keywords: ['group'],
    params: paramsOf(group),
    ports: (params: Record<string, unknown>) =>
      groupPorts({ scope, definitionOf, left: mostPortsFollowed }, group, params),
    determinism: 'pure',
    deploy: { workload: 'none' },
    migrations: [],
    examples: [{ name: title, params: { group: id }, note: '' }],
    help: typeof group['description'] === 'string' ? group['description'] : '',
  };
}

/** As that of the group, with the values to repeat it for; of its outputs, tables and reports come out as one table. */
function mapDefinition(group: NodeDefinition, id: string): NodeDefinition {
  return {
    ...group,
    kind: mapKind,
    summary: `${group.title}, once for each of several values; results are collected in one table.`,
    keywords: [...group.keywords, 'map', 'loop', 'each', 'repeat', 'fan-out', 'partition'],
    params: group.params.extend(mapParams),
    ports: (params: Record<string, unknown>) => {
      const { inputs, outputs } = portsOf(group, { ...params, group: id });
      return {
        inputs,
        outputs: Object.fromEntries(
          Object.entries(outputs).flatMap(([port, output]) =>
            output.type === 'table' || output.type === 'report'
              ? [[port, { type: 'table' as const, doc: `${output.doc} For each value, as one table.`.trim() }]]
              : [],
          ),
        ),
      };
    },
    examples: [{ name: group.title, params: { group: id, items: ['a', 'b'] }, note: '' }],
  };
}

/** The stage most of its nodes belong to; of equals the earlier one. */
function stageOf(group: GraphGroup, definitionOf: DefinitionOf): Stage {
  const counts = new Map<Stage, number>();
  for (const node of Object.values(group.nodes)) {
    const stage = definitionOf(node.kind)?.stage;
    if (stage !== undefined) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  return stages.find((stage) => counts.get(stage) === most) ?? 'data';
}

/** Names in the params of group nodes that are no parameters of the group. */
export const reservedParameters: ReadonlySet<string> = new Set(['group', ...Object.keys(mapParams)]);

const types = { string: z.string(), number: z.number(), integer: z.number().int(), boolean: z.boolean() };

/** `group`, and one field per parameter of the group. */
function paramsOf(group: GraphGroup): z.ZodObject {
  const fields = Object.entries(group.parameters ?? {}).flatMap(([name, { type, default: value, description }]) => {
    if (reservedParameters.has(name)) return [];
    const plain: z.ZodType = description === undefined ? types[type] : types[type].describe(description);
    return [[name, plain.safeParse(value).success ? plain.default(value) : plain] as const];
  });
  return z.object({
    ...Object.fromEntries(fields),
    group: z
      .string()
      .describe('Which group of the graph')
      .meta(paramMeta({ ui: { control: 'hidden' } })),
  });
}

/** Ports inside groups that are looked up for the ports of one group: groups in groups may lead to very many. */
const mostPortsFollowed = 4000;

interface PortSearch {
  scope: Scope;
  definitionOf: DefinitionOf;
  /** Look-ups left. */
  left: number;
}

/** Ports as the nodes inside have them, when the node of the group has these params. */
function groupPorts(search: PortSearch, group: GraphGroup, params: Record<string, unknown>): Ports {
  return {
    inputs: Object.fromEntries(
      Object.keys(group.inputs).map((name) => [name, groupInput(search, group, params, name)]),
    ),
    outputs: Object.fromEntries(
      Object.keys(group.outputs).map((name) => [name, groupOutput(search, group, params, name)]),
    ),
  };
}

function groupInput(search: PortSearch, group: GraphGroup, params: Record<string, unknown>, name: string): InputPort {
  const input = Object.hasOwn(group.inputs, name) ? group.inputs[name] : undefined;
  const ends = (input?.to ?? []).map((ref) => innerPort(search, group, params, ref, 'inputs'));
  return jointInput(
    ends.filter((end) => end !== undefined),
    input?.doc,
  );
}

function groupOutput(search: PortSearch, group: GraphGroup, params: Record<string, unknown>, name: string): OutputPort {
  const output = Object.hasOwn(group.outputs, name) ? group.outputs[name] : undefined;
  const port = output === undefined ? undefined : innerPort(search, group, params, output.from, 'outputs');
  return { ...(port ?? { type: 'table' }), doc: output?.doc ?? port?.doc ?? '' };
}

function innerPort<S extends keyof Ports>(
  search: PortSearch,
  group: GraphGroup,
  given: Record<string, unknown>,
  ref: string,
  side: S,
): Ports[S][string] | undefined {
  const end = parsePortRef(ref);
  const node = end !== undefined && Object.hasOwn(group.nodes, end.node) ? group.nodes[end.node] : undefined;
  if (end === undefined || node === undefined || search.left-- <= 0) return undefined;
  const parameters = { ...search.scope.parameters, ...givenParameters(group, given) };
  const { params } = substituteParameters(node.params, parameters);
  const nested = groupOfNode(search.scope, node);
  if (nested !== undefined) {
    const found = side === 'inputs' ? groupInput : groupOutput;
    return found(search, nested.group, params, end.port) as Ports[S][string];
  }
  const definition = search.definitionOf(node.kind);
  const ports: Ports[S] | undefined = definition === undefined ? undefined : portsOf(definition, params)[side];
  return ports !== undefined && Object.hasOwn(ports, end.port) ? (ports[end.port] as Ports[S][string]) : undefined;
}

function jointInput(ends: readonly InputPort[], doc: string | undefined): InputPort {
  const [first, ...others] = ends;
  const common: readonly PortType[] = (first?.types ?? portTypes).filter((type) =>
    others.every((end) => end.types.includes(type)),
  );
  const [preferred = 'table', ...rest] = common;
  return {
    types: [preferred, ...rest],
    ...(ends.every((end) => end.optional === true) ? { optional: true } : {}),
    ...(first !== undefined && ends.every((end) => end.many === true) ? { many: true } : {}),
    ...(ends.some((end) => end.fits === true) ? { fits: true } : {}),
    doc: doc ?? first?.doc ?? '',
  };
}

/** The group's parameters with the values of one of its nodes in place of the defaults. */
function givenParameters(group: GraphGroup, params: Record<string, unknown>): GraphDocument['parameters'] {
  return Object.fromEntries(
    Object.entries(group.parameters ?? {}).map(([name, parameter]) => {
      const given = !reservedParameters.has(name) && Object.hasOwn(params, name) ? params[name] : undefined;
      const usable = given !== undefined && parameterReference(given) === undefined;
      return [name, usable ? { ...parameter, default: given } : parameter];
    }),
  );
}
