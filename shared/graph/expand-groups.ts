import { type NodeDefinition, portsOf } from '../node/define-node.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { GraphDocument, GraphEdge, GraphGroup, GraphNode } from './document.ts';
import type { DefinitionOf } from './graph-index.ts';
import { parameterReference } from './graph-parameters.ts';
import {
  definitionOfNode,
  groupKind,
  groupOfNode,
  groupVersion,
  isGroupKind,
  mapKind,
  maxGroupDepth,
  reservedParameters,
} from './group-definition.ts';
import { innerStepId } from './group-ids.ts';
import { parsePortRef, portRef } from './ids.ts';
import { pointer } from './json-pointer.ts';
import { mapItemIds, readMapParams } from './map-items.ts';

type Json = Record<string, unknown>;

/** A graph of more nodes, its groups expanded, is refused. */
const maxExpandedNodes = 20_000;

/** A node that places a group, at any depth. */
export interface GroupInstance {
  /** Its step id, were it one: `outer--inner`. */
  id: string;
  node: GraphNode;
  /** Params with the values of the groups around it. */
  params: Json;
  definition: NodeDefinition;
}

/** A graph without groups that does the same: what is checked, planned and run. */
export interface ExpandedGraph {
  /** Nodes by step id; a node of a group that cannot be expanded stays as it is. */
  document: GraphDocument;
  /** Nodes inside groups: step id → where it stands in the graph. */
  places: ReadonlyMap<string, { path: readonly string[]; pointer: string }>;
  /** Where each edge of `document` stands in the graph. */
  edgePointers: readonly string[];
  /** Input ports `step.port` that an input of a group leads to → the outermost such input. */
  groupInputs: ReadonlyMap<string, { node: string; port: string }>;
  instances: readonly GroupInstance[];
  /** Group nodes, by id → output port → the `step.port` it stands for. */
  groupOutputs: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Problems of the groups themselves; `node` is a step id, `path` is in the graph as it is written. */
  diagnostics: readonly Diagnostic[];
}

/** By step id: params of nodes inside groups that stand in for those of the group, for one run. */
export type InnerParams = ReadonlyMap<string, Readonly<Json>>;

/** Puts the nodes of every group in the place of the nodes that stand for it. Total; pure; equal documents give equal steps. */
export function expandGroups(
  document: GraphDocument,
  definitionOf: DefinitionOf,
  innerParams: InnerParams = new Map(),
): ExpandedGraph {
  const grouped = Object.values(document.nodes).some(({ kind }) => isGroupKind(kind));
  if (!grouped) {
    return {
      document,
      places: new Map(),
      edgePointers: document.edges.map((_edge, index) => pointer('edges', index)),
      groupInputs: new Map(),
      instances: [],
      groupOutputs: new Map(),
      diagnostics: groupProblems(document),
    };
  }
  return new Expansion(document, definitionOf, innerParams).expand();
}

interface Scope {
  nodes: Record<string, GraphNode>;
  edges: readonly GraphEdge[];
  /** Ids of the group nodes around it, and where it stands in the graph. */
  path: readonly string[];
  at: readonly string[];
  /** Ids of the groups around it. */
  groups: readonly string[];
  resolve: (params: Json, id: string) => Json;
  inherited: Partial<GraphNode>;
}

/** What a node that stands for a group became: by port of the group, the step ports it leads to or comes from. */
interface GroupMember {
  id: string;
  inputs: Map<string, string[]>;
  outputs: Map<string, string>;
}

/** What a node of a scope became. */
type Member = { id: string; inputs?: undefined } | GroupMember;

/** Where the nodes of a group go. */
interface Placement {
  id: string;
  /** Pointer to the node that stands for the group. */
  at: string;
  path: readonly string[];
  scope: Scope;
  groupId: string;
  group: GraphGroup;
}

class Expansion {
  private readonly source: GraphDocument;
  private readonly definitionOf: DefinitionOf;
  private readonly innerParams: InnerParams;
  private readonly nodes: Record<string, GraphNode> = {};
  private readonly edges: GraphEdge[] = [];
  private readonly edgePointers: string[] = [];
  private readonly places = new Map<string, { path: readonly string[]; pointer: string }>();
  private readonly groupInputs = new Map<string, { node: string; port: string }>();
  private readonly instances: GroupInstance[] = [];
  private readonly groupOutputs = new Map<string, ReadonlyMap<string, string>>();
  private readonly diagnostics: Diagnostic[] = [];
  private count = 0;

  constructor(source: GraphDocument, definitionOf: DefinitionOf, innerParams: InnerParams) {
    this.source = source;
    this.definitionOf = definitionOf;
    this.innerParams = innerParams;
  }

  expand(): ExpandedGraph {
    const { source } = this;
    this.scope({
      nodes: source.nodes,
      edges: source.edges,
      path: [],
      at: [],
      groups: [],
      resolve: (params) => params,
      inherited: {},
    });
    return {
      document: { ...source, nodes: this.nodes, edges: this.edges, groups: {} },
      places: this.places,
      edgePointers: this.edgePointers,
      groupInputs: this.groupInputs,
      instances: this.instances,
      groupOutputs: this.groupOutputs,
      diagnostics: [...groupProblems(source), ...this.diagnostics],
    };
  }

  private idOf(path: readonly string[]): string {
    const [id] = path;
    if (path.length === 1 && id !== undefined) return id;
    return innerStepId(path, (taken) => Object.hasOwn(this.source.nodes, taken));
  }

  private scope(scope: Scope): Map<string, Member> {
    const members = new Map<string, Member>();
    for (const [id, node] of Object.entries(scope.nodes)) members.set(id, this.member(id, node, scope));
    scope.edges.forEach((edge, index) => this.edge(edge, [...scope.at, 'edges', String(index)], members, scope));
    return members;
  }

  private member(id: string, node: GraphNode, scope: Scope): Member {
    this.count++;
    const path = [...scope.path, id];
    const stepId = this.idOf(path);
    const params = { ...scope.resolve(node.params, stepId), ...this.innerParams.get(stepId) };
    if (path.length > 1) this.places.set(stepId, { path, pointer: pointer(...scope.at, 'nodes', id) });
    const expanded = isGroupKind(node.kind) ? this.instance({ ...node, params }, stepId, path, scope) : undefined;
    if (expanded !== undefined) return expanded;
    this.nodes[stepId] = path.length === 1 ? node : { ...scope.inherited, ...node, params };
    return { id: stepId };
  }

  /** Undefined, with a diagnostic, for a group that cannot be expanded. */
  private instance(node: GraphNode, id: string, path: readonly string[], scope: Scope): Member | undefined {
    const at = this.places.get(id)?.pointer ?? pointer('nodes', id);
    const refuse = (code: string, message: string, fix: string, field = 'params/group'): undefined => {
      this.diagnostics.push({
        path: `${at}/${field}`,
        node: id,
        ...(path.length === 1 ? {} : { groupPath: [...path] }),
        field: field.slice(field.indexOf('/') + 1),
        code,
        severity: 'error',
        message,
        fix,
      });
    };
    if (node.version > groupVersion) {
      return refuse(
        'graph.node-too-new',
        `Node "${id}" has version ${node.version} of ${node.kind}; this Slipway knows up to ${groupVersion}.`,
        'Update Slipway; until then the node is kept as it is.',
        'version',
      );
    }
    const found = groupOfNode(this.source, node);
    if (found === undefined) {
      const names = Object.keys(this.source.groups);
      return refuse(
        'graph.unknown-group',
        `Node "${id}" stands for the group ${JSON.stringify(node.params['group'] ?? '')}, which the graph does not have.`,
        names.length === 0 ? 'Delete the node.' : `Set "group" to one of: ${names.join(', ')}.`,
      );
    }
    if (scope.groups.includes(found.id)) {
      return refuse(
        'graph.group-cycle',
        `The group "${found.id}" contains itself: ${[...scope.groups, found.id].join(' → ')}.`,
        'Delete one of these nodes: a group cannot be inside itself.',
      );
    }
    if (path.length > maxGroupDepth) {
      return refuse(
        'graph.too-deep',
        `Node "${id}" is inside ${maxGroupDepth} groups already.`,
        'Put fewer groups into each other.',
      );
    }
    if (this.count + Object.keys(found.group.nodes).length > maxExpandedNodes) {
      return refuse(
        'graph.too-large',
        `With its groups expanded the graph has more than ${maxExpandedNodes} nodes.`,
        'Use fewer nodes of this group.',
      );
    }
    const definition = definitionOfNode(this.source, node, this.definitionOf);
    if (definition !== undefined) this.instances.push({ id, node, params: node.params, definition });
    const placement: Placement = { id, at, path, scope, groupId: found.id, group: found.group };
    if (node.kind !== mapKind) return this.place(node, placement);
    return this.map(node, placement, definition, (field, message, fix) =>
      refuse('params.invalid', message, fix, `params/${field}`),
    );
  }

  /** The nodes of a group for one node that stands for it, or for one item of a map. */
  private place(node: GraphNode, { id, at, path, scope, groupId, group }: Placement): GroupMember {
    const members = this.scope({
      nodes: group.nodes,
      edges: group.edges,
      path,
      at: ['groups', groupId],
      groups: [...scope.groups, groupId],
      resolve: (params, inner) => this.resolve(params, group, node.params, { id, at, inner, path }),
      inherited: { ...scope.inherited, ...inheritedBy(node) },
    });
    return this.boundary(id, group, members);
  }

  /** The group once per value, its partitions of the rows before it, and what comes out collected in tables. */
  private map(
    node: GraphNode,
    placement: Placement,
    definition: NodeDefinition | undefined,
    refuse: (field: string, message: string, fix: string) => undefined,
  ): Member | undefined {
    const { id, at, path, group, scope } = placement;
    const each = readMapParams(node.params);
    // Told with the other params of the node.
    if (each === undefined) return undefined;
    const partitioned = each.itemInput !== '' || each.itemColumn !== '';
    if (each.itemParameter === '' && !partitioned) {
      return refuse(
        'itemParameter',
        `Map "${id}" does not say where its group gets the value.`,
        'Set itemParameter, or itemInput and itemColumn.',
      );
    }
    if (each.itemParameter !== '' && !Object.hasOwn(group.parameters ?? {}, each.itemParameter)) {
      const names = Object.keys(group.parameters ?? {});
      return refuse(
        'itemParameter',
        `The group of map "${id}" has no parameter "${each.itemParameter}".`,
        names.length === 0 ? 'Add it to the group, and use it inside.' : `Its parameters are ${names.join(', ')}.`,
      );
    }
    if (partitioned && (each.itemColumn === '' || !Object.hasOwn(group.inputs, each.itemInput))) {
      return refuse(
        'itemInput',
        `Map "${id}" cannot take rows for "${each.itemInput}" by column "${each.itemColumn}".`,
        `Set itemInput to an input of the group (${Object.keys(group.inputs).join(', ')}) and itemColumn to a column of its rows.`,
      );
    }
    const ids = mapItemIds(each.items);
    if (new Set(ids).size < ids.length) {
      return refuse('items', `Map "${id}" has the same value twice.`, 'Delete one of the two.');
    }
    if (this.count + ids.length * (Object.keys(group.nodes).length + 1) > maxExpandedNodes) {
      return refuse(
        'items',
        `With its groups expanded the graph has more than ${maxExpandedNodes} nodes.`,
        'Repeat the group for fewer values.',
      );
    }
    const inherited = { ...scope.inherited, ...inheritedBy(node) };
    const add = (segments: readonly string[], kind: string, params: Json): string => {
      const innerPath = [...path, ...segments];
      const stepId = this.idOf(innerPath);
      this.count++;
      this.places.set(stepId, { path: innerPath, pointer: at });
      this.nodes[stepId] = { ...inherited, kind, version: this.definitionOf(kind)?.version ?? 1, params };
      return stepId;
    };
    const inputs = new Map<string, string[]>(Object.keys(group.inputs).map((port) => [port, []]));
    const items = each.items.map((value, index): GroupMember => {
      const item = ids[index] ?? '';
      const itemPath = [...path, item];
      const params = each.itemParameter === '' ? node.params : { ...node.params, [each.itemParameter]: value };
      const placed = this.place({ ...node, params }, { ...placement, id: this.idOf(itemPath), path: itemPath });
      for (const [port, targets] of placed.inputs) {
        if (!partitioned || port !== each.itemInput) {
          inputs.get(port)?.push(...targets);
          continue;
        }
        const conditions = [{ column: each.itemColumn, is: 'equal', value: String(value) }];
        const part = add(['partition', item], 'data.filter', { conditions });
        inputs.get(port)?.push(portRef(part, 'input'));
        for (const target of targets) this.addEdge(portRef(part, 'table'), target, at);
      }
      return placed;
    });
    const outputs = new Map<string, string>();
    const names = each.items.map(String);
    for (const [port, output] of Object.entries(
      definition === undefined ? {} : portsOf(definition, node.params).outputs,
    )) {
      const sources = items.flatMap((item) => item.outputs.get(port) ?? []);
      if (sources.length < items.length) continue;
      const tables = this.typeOf(group, port, node.params) === 'table';
      const collect = tables
        ? add(['collect', port], 'data.union', { columns: 'all', source: each.itemName, names })
        : add(['collect', port], 'data.metrics', { source: each.itemName, names });
      for (const source of sources) this.addEdge(source, portRef(collect, tables ? 'tables' : 'reports'), at);
      outputs.set(port, portRef(collect, output.type));
    }
    for (const [port, targets] of inputs)
      for (const target of targets) this.groupInputs.set(target, { node: id, port });
    this.groupOutputs.set(id, outputs);
    return { id, inputs, outputs };
  }

  /** Type of an output of a group. */
  private typeOf(group: GraphGroup, port: string, params: Json): string | undefined {
    const node: GraphNode = { kind: groupKind, version: groupVersion, params };
    const definition = definitionOfNode(this.source, node, this.definitionOf);
    return definition === undefined || !Object.hasOwn(group.outputs, port)
      ? undefined
      : portsOf(definition, params).outputs[port]?.type;
  }

  private addEdge(from: string, to: string, place: string): void {
    this.edges.push({ from, to });
    this.edgePointers.push(place);
  }

  /** Ports of an expanded group as the steps they lead to; what leads nowhere is a problem of the group, told once. */
  private boundary(id: string, group: GraphGroup, members: ReadonlyMap<string, Member>): GroupMember {
    const inputs = new Map<string, string[]>();
    for (const [port, { to }] of Object.entries(group.inputs)) {
      const targets = to.flatMap((ref) => targetsOf(ref, members) ?? []);
      inputs.set(port, targets);
      for (const target of targets) this.groupInputs.set(target, { node: id, port });
    }
    const outputs = new Map<string, string>();
    for (const [port, { from }] of Object.entries(group.outputs)) {
      const origin = sourceOf(from, members);
      if (origin !== undefined) outputs.set(port, origin);
    }
    this.groupOutputs.set(id, outputs);
    return { id, inputs, outputs };
  }

  private edge(edge: GraphEdge, at: readonly string[], members: ReadonlyMap<string, Member>, scope: Scope): void {
    const place = pointer(...at);
    const problem = (member: Member, port: string, end: 'input' | 'output') => {
      const names = member.inputs === undefined ? [] : [...(end === 'input' ? member.inputs : member.outputs).keys()];
      const path = this.places.get(member.id)?.path;
      this.diagnostics.push({
        path: place,
        node: member.id,
        ...(path === undefined ? {} : { groupPath: [...path] }),
        field: port,
        code: 'graph.unknown-port',
        severity: 'error',
        message: `Edge ${edge.from} → ${edge.to}: group "${member.id}" has no ${end} "${port}".`,
        fix: names.length === 0 ? `It has none: delete the edge.` : `Its ${end}s are ${names.join(', ')}.`,
      });
    };
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    const source = from && members.get(from.node);
    const target = to && members.get(to.node);
    if (from !== undefined && source?.inputs !== undefined && !source.outputs.has(from.port))
      return problem(source, from.port, 'output');
    if (to !== undefined && target?.inputs !== undefined && !target.inputs.has(to.port))
      return problem(target, to.port, 'input');
    // A name that no node here has must not become that of a node elsewhere.
    const absent = (end: { node: string; port: string } | undefined, text: string) =>
      end === undefined || scope.path.length === 0 ? text : portRef(this.idOf([...scope.path, end.node]), end.port);
    const origin = sourceOf(edge.from, members) ?? absent(from, edge.from);
    for (const end of targetsOf(edge.to, members) ?? [absent(to, edge.to)]) {
      this.edges.push({ ...edge, from: origin, to: end });
      this.edgePointers.push(place);
    }
  }

  /** Params inside a group with the values that its node gives. */
  private resolve(
    params: Json,
    group: GraphGroup,
    given: Json,
    at: { id: string; at: string; inner: string; path: readonly string[] },
  ): Json {
    const parameters = group.parameters ?? {};
    const visit = (value: unknown): unknown => {
      const name = parameterReference(value);
      if (name !== undefined) {
        if (!Object.hasOwn(parameters, name)) return value;
        const own = !reservedParameters.has(name) && Object.hasOwn(given, name) ? given[name] : undefined;
        const found = own ?? parameters[name]?.default;
        if (found === undefined) this.missingValue(name, at);
        return found;
      }
      if (Array.isArray(value)) return value.map(visit);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
    };
    return Object.fromEntries(
      Object.entries(params).flatMap(([field, value]) => {
        const found = visit(value);
        return found === undefined ? [] : [[field, found]];
      }),
    );
  }

  private missingValue(name: string, at: { id: string; at: string; inner: string; path: readonly string[] }): void {
    this.diagnostics.push({
      path: `${at.at}${pointer('params', name)}`,
      node: at.inner,
      groupPath: [...(this.places.get(at.inner)?.path ?? at.path)],
      field: name,
      code: 'params.undefined-parameter',
      severity: 'error',
      message: `Group node "${at.id}" needs a value for "${name}".`,
      fix: `Enter "${name}" there, or give the parameter of the group a default.`,
    });
  }
}

/** What holds for a group's node holds for each node inside it that does not say otherwise. */
function inheritedBy({ pinned, retry, timeoutMs, resources, device }: GraphNode): Partial<GraphNode> {
  return {
    ...(pinned === undefined ? {} : { pinned }),
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(resources === undefined ? {} : { resources }),
    ...(device === undefined ? {} : { device }),
  };
}

/** Step ports that an input stands for; undefined where the name is not of this scope. */
function targetsOf(ref: string, members: ReadonlyMap<string, Member>): string[] | undefined {
  const end = parsePortRef(ref);
  const member = end === undefined ? undefined : members.get(end.node);
  if (end === undefined || member === undefined) return undefined;
  return member.inputs === undefined ? [portRef(member.id, end.port)] : (member.inputs.get(end.port) ?? []);
}

function sourceOf(ref: string, members: ReadonlyMap<string, Member>): string | undefined {
  const end = parsePortRef(ref);
  const member = end === undefined ? undefined : members.get(end.node);
  if (end === undefined || member === undefined) return undefined;
  return member.inputs === undefined ? portRef(member.id, end.port) : member.outputs.get(end.port);
}

/** Ports of groups that lead to no node inside; told of every group, used or not. */
function groupProblems(document: GraphDocument): Diagnostic[] {
  return Object.entries(document.groups).flatMap(([id, group]): Diagnostic[] => {
    const dangling = (ref: string, ...at: (string | number)[]): Diagnostic[] => {
      const end = parsePortRef(ref);
      if (end !== undefined && Object.hasOwn(group.nodes, end.node)) return [];
      return [
        {
          path: pointer('groups', id, ...at),
          code: 'graph.dangling-edge',
          severity: 'error',
          message: `"${ref}" at the ${at[0] === 'inputs' ? 'input' : 'output'} "${at[1]}" of the group "${id}" names no port inside it.`,
          fix: 'Write it as node.port of a node in the group, or delete it.',
        },
      ];
    };
    const reserved = Object.keys(group.parameters ?? {})
      .filter((name) => reservedParameters.has(name))
      .map(
        (name): Diagnostic => ({
          path: pointer('groups', id, 'parameters', name),
          code: 'params.invalid',
          severity: 'error',
          message: `A parameter of the group "${id}" is called "${name}", which has a meaning of its own.`,
          fix: 'Give the parameter another name.',
        }),
      );
    return [
      ...reserved,
      ...Object.entries(group.inputs).flatMap(([port, { to }]) =>
        to.flatMap((ref, index) => dangling(ref, 'inputs', port, 'to', index)),
      ),
      ...Object.entries(group.outputs).flatMap(([port, { from }]) => dangling(from, 'outputs', port, 'from')),
    ];
  });
}

/** Diagnostics of the expanded graph, with their places in the graph as it is written. */
export function placeDiagnostics(expanded: ExpandedGraph, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  if (expanded.instances.length === 0 && expanded.places.size === 0) return [...diagnostics];
  return diagnostics.map((diagnostic) => {
    const edge = /^\/edges\/(\d+)/.exec(diagnostic.path);
    const groupPath = expanded.places.get(diagnostic.node ?? '')?.path;
    const placed =
      groupPath === undefined || groupPath.length === 1 ? diagnostic : { ...diagnostic, groupPath: [...groupPath] };
    if (edge !== null) {
      const place = expanded.edgePointers[Number(edge[1])] ?? '';
      return { ...placed, path: `${place}${diagnostic.path.slice(edge[0].length)}` };
    }
    if (diagnostic.node === undefined) return placed;
    const input =
      diagnostic.code === 'graph.input-missing'
        ? expanded.groupInputs.get(portRef(diagnostic.node, diagnostic.field ?? ''))
        : undefined;
    if (input !== undefined) {
      return {
        ...placed,
        path: expanded.places.get(input.node)?.pointer ?? pointer('nodes', input.node),
        field: input.port,
        message: `Group node "${input.node}" has nothing connected to its input "${input.port}".`,
      };
    }
    const own = pointer('nodes', diagnostic.node);
    const place = expanded.places.get(diagnostic.node)?.pointer;
    if (place === undefined || !diagnostic.path.startsWith(own)) return placed;
    return { ...placed, path: `${place}${diagnostic.path.slice(own.length)}` };
  });
}
