import type { z } from 'zod';
import { checkEnds, pathBetween } from './connect.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type GraphDocument, graphFormatVersion } from './document.ts';
import { type ExpandedGraph, expandGroups, placeDiagnostics } from './expand-groups.ts';
import {
  createLineageReader,
  type DefinitionOf,
  type GraphIndex,
  type IndexedNode,
  indexGraph,
} from './graph-index.ts';
import { substituteParameters } from './graph-parameters.ts';
import { isGroupKind } from './group-definition.ts';
import { idPattern, parsePortRef } from './ids.ts';
import { pointer } from './json-pointer.ts';

/**
 * Every problem that the document and the node definitions show, inside groups too, where `path` leads to the node as it
 * is written and `groupPath` names it. Total: never throws, never changes its input.
 */
export function validateGraph(document: GraphDocument, definitionOf: DefinitionOf): Diagnostic[] {
  const expanded = expandGroups(document, definitionOf);
  return [
    ...expanded.diagnostics,
    ...placeDiagnostics(
      expanded,
      validateExpanded(expanded, definitionOf, indexGraph(expanded.document, definitionOf)),
    ),
  ];
}

/** Problems of the steps, edges and group nodes of an expanded graph; paths are those of the expanded document. */
export function validateExpanded(
  { document, instances }: ExpandedGraph,
  definitionOf: DefinitionOf,
  index: GraphIndex,
): Diagnostic[] {
  return [
    ...formatProblems(document),
    ...idProblems(document),
    ...instances.flatMap(({ definition, ...instance }) => {
      const indexed = { ...instance, definition, ports: { inputs: {}, outputs: {} } };
      return valueProblems(
        indexed,
        document,
        definition.params,
        substituteParameters(instance.params, document.parameters),
      );
    }),
    ...[...index.nodes.values()].flatMap((node) => nodeProblems(node, document, definitionOf)),
    ...edgeProblems(document, index),
    ...[...index.nodes.values()].flatMap((node) => portProblems(node, index)),
    ...cycleProblems(index),
  ];
}

function formatProblems(document: GraphDocument): Diagnostic[] {
  if (document.formatVersion <= graphFormatVersion) return [];
  return [
    {
      path: '/formatVersion',
      code: 'graph.too-new',
      severity: 'error',
      message: `The graph has format version ${document.formatVersion}; this Slipway reads up to ${graphFormatVersion}.`,
      fix: 'Update Slipway to run or change this graph; it is open read-only and is left as it is.',
    },
  ];
}

function idProblems(document: GraphDocument): Diagnostic[] {
  const fix = 'Use lower-case letters, digits, - and _, at most 63 characters, starting with a letter or digit.';
  const problems: Diagnostic[] = Object.keys(document.nodes)
    .filter((id) => !idPattern.test(id))
    .map((id) => ({
      path: pointer('nodes', id),
      code: 'graph.bad-id',
      severity: 'error',
      message: `"${id}" is not a possible node id.`,
      fix,
    }));
  if (!idPattern.test(document.id)) {
    problems.push({
      path: '/id',
      code: 'graph.bad-id',
      severity: 'error',
      message: `"${document.id}" is not a possible graph id.`,
      fix,
    });
  }
  return problems;
}

function nodeProblems(indexed: IndexedNode, document: GraphDocument, definitionOf: DefinitionOf): Diagnostic[] {
  const { id, node } = indexed;
  const at = pointer('nodes', id);
  const known = definitionOf(node.kind);
  // What is left of groups after expansion was told there.
  if (isGroupKind(node.kind)) return [];
  if (known === undefined) {
    return [
      error(
        'graph.unknown-kind',
        `${at}/kind`,
        id,
        'kind',
        `Node "${id}" has the unknown kind "${node.kind}".`,
        'Install or update what provides this kind, or delete the node; until then it is kept as it is.',
      ),
    ];
  }
  if (node.version > known.version) {
    return [
      error(
        'graph.node-too-new',
        `${at}/version`,
        id,
        'version',
        `Node "${id}" has version ${node.version} of ${node.kind}; this Slipway knows up to ${known.version}.`,
        'Update Slipway; until then the node is kept as it is.',
      ),
    ];
  }
  return valueProblems(indexed, document, known.params, substituteParameters(node.params, document.parameters));
}

/** Problems of the params as they are after graph parameters were put in. */
function valueProblems(
  indexed: IndexedNode,
  document: GraphDocument,
  schema: z.ZodObject,
  { params, undefinedNames }: ReturnType<typeof substituteParameters>,
): Diagnostic[] {
  const { id } = indexed;
  const at = pointer('nodes', id);
  const problems = undefinedNames.map(({ field, name }) =>
    error(
      'params.undefined-parameter',
      `${at}${pointer('params', field)}`,
      id,
      field,
      Object.hasOwn(document.parameters, name)
        ? `"${field}" of node "${id}" uses the graph parameter "${name}", which has no value.`
        : `"${field}" of node "${id}" uses the graph parameter "${name}", which the graph does not define.`,
      `Add "${name}" with a default under the graph's parameters, or enter a value here.`,
    ),
  );
  const unresolved = new Set(undefinedNames.map(({ field }) => field));
  return [
    ...problems,
    ...paramProblems(indexed, schema, params).filter((problem) => !unresolved.has(problem.field ?? '')),
  ];
}

function paramProblems(indexed: IndexedNode, schema: z.ZodObject, params: Record<string, unknown>): Diagnostic[] {
  const { id, node } = indexed;
  const at = pointer('nodes', id, 'params');
  const problems: Diagnostic[] = [];
  const parsed = schema.safeParse(params);
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
    const field = path.length === 0 ? undefined : String(path[0]);
    const doc = field === undefined ? undefined : fieldDoc(schema, field);
    const missing = field !== undefined && path.length === 1 && !Object.hasOwn(params, field);
    problems.push({
      path: `${at}${pointer(...path)}`,
      node: id,
      ...(field === undefined ? {} : { field }),
      code: 'params.invalid',
      severity: 'error',
      message: missing
        ? `Node "${id}" needs a value for "${field}".`
        : `${field === undefined ? `The params of node "${id}"` : `"${path.join('.')}" of node "${id}"`} cannot be used: ${issue.message}.`,
      ...(doc === undefined ? {} : { fix: `Enter ${field}: ${doc}` }),
    });
  }
  for (const field of Object.keys(params)) {
    if (Object.hasOwn(schema.shape, field)) continue;
    problems.push({
      path: `${at}${pointer(field)}`,
      node: id,
      field,
      code: 'params.unknown',
      severity: 'warning',
      message: `Node "${id}" has the parameter "${field}", which ${node.kind} does not know; it has no effect.`,
      fix: `Delete it; the parameters are ${Object.keys(schema.shape).join(', ')}.`,
    });
  }
  return problems;
}

function fieldDoc(schema: z.ZodObject, field: string): string | undefined {
  const entry: unknown = Object.hasOwn(schema.shape, field) ? schema.shape[field] : undefined;
  const doc = (entry as { description?: unknown } | undefined)?.description;
  return typeof doc === 'string' ? doc : undefined;
}

function edgeProblems(document: GraphDocument, index: GraphIndex): Diagnostic[] {
  const lineageOf = createLineageReader(index);
  const seen = new Set<string>();
  return document.edges.flatMap((edge, position): Diagnostic[] => {
    const at = pointer('edges', position);
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    if (from === undefined || to === undefined) {
      const end = from === undefined ? 'from' : 'to';
      return [
        {
          path: `${at}/${end}`,
          code: 'graph.dangling-edge',
          severity: 'error',
          message: `"${edge[end]}" at the ${end === 'from' ? 'start' : 'end'} of an edge does not name a port.`,
          fix: 'Write it as node.port, or delete the edge.',
        },
      ];
    }
    const named = index.nodes.has(to.node)
      ? { node: to.node, field: to.port }
      : index.nodes.has(from.node)
        ? { node: from.node, field: from.port }
        : {};
    const text = `${edge.from} → ${edge.to}`;
    const duplicate = seen.has(text);
    seen.add(text);
    if (duplicate) {
      return [
        {
          path: at,
          ...named,
          code: 'graph.duplicate-edge',
          severity: 'warning',
          message: `The edge ${text} is there twice.`,
          fix: 'Delete one of the two.',
        },
      ];
    }
    const check = checkEnds(index, lineageOf, from, to);
    if (check.ok) return [];
    return [
      {
        path: at,
        ...named,
        code: check.code,
        severity: 'error',
        message: `Edge ${text}: ${check.reason}`,
        fix: check.fix,
      },
    ];
  });
}

function portProblems(node: IndexedNode, index: GraphIndex): Diagnostic[] {
  const incoming = index.incoming(node.id);
  const problems: Diagnostic[] = [];
  for (const [port, input] of Object.entries(node.ports.inputs)) {
    const edges = new Set(
      incoming.filter((edge) => edge.to.port === port).map((edge) => `${edge.from.node}.${edge.from.port}`),
    );
    if (edges.size === 0 && input.optional !== true) {
      problems.push(
        error(
          'graph.input-missing',
          pointer('nodes', node.id),
          node.id,
          port,
          `Node "${node.id}" has nothing connected to its input "${port}".`,
          `Connect ${input.types.join(' or ')} to it: ${input.doc}`,
        ),
      );
    }
    if (edges.size > 1 && input.many !== true) {
      problems.push(
        error(
          'graph.too-many-edges',
          pointer('nodes', node.id),
          node.id,
          port,
          `Input "${port}" of node "${node.id}" takes one connection and has ${edges.size}: ${[...edges].join(', ')}.`,
          'Delete all but one of them.',
        ),
      );
    }
  }
  return problems;
}

function cycleProblems(index: GraphIndex): Diagnostic[] {
  return findCycles(index).map((cycle) => ({
    path: pointer('nodes', cycle[0] ?? ''),
    node: cycle[0] ?? '',
    code: 'graph.cycle',
    severity: 'error' as const,
    message: `The graph has a cycle: ${cycle.join(' → ')}.`,
    fix: 'Delete one of these connections: data flows one way.',
  }));
}

const maxCyclesReported = 20;

/** Short cycles as `[a, b, a]`, each starting at its least id, until every node on a cycle is named. */
function findCycles(index: GraphIndex): string[][] {
  const onCycle = nodesOnCycles(index);
  const cycles: string[][] = [];
  const reported = new Set<string>();
  for (const id of [...onCycle].sort()) {
    if (reported.has(id)) continue;
    if (cycles.length === maxCyclesReported) break;
    const back = index
      .outgoing(id)
      .map((edge) => pathBetween(index, edge.to.node, id))
      .filter((path) => path !== undefined)
      .sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1))[0];
    if (back === undefined) continue;
    const cycle = [id, ...back];
    for (const member of cycle) reported.add(member);
    cycles.push(cycle);
  }
  return cycles;
}

/** Strongly connected components with more than one node or a self-loop (Tarjan 1972, iterative). */
function nodesOnCycles(index: GraphIndex): Set<string> {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const result = new Set<string>();
  for (const root of index.nodes.keys()) {
    if (order.has(root)) continue;
    const work: { id: string; next: number }[] = [{ id: root, next: 0 }];
    while (work.length > 0) {
      const frame = work[work.length - 1] as { id: string; next: number };
      const { id } = frame;
      if (frame.next === 0) {
        order.set(id, order.size);
        low.set(id, order.get(id) as number);
        stack.push(id);
        onStack.add(id);
      }
      const edge = index.outgoing(id)[frame.next];
      frame.next++;
      if (edge !== undefined) {
        const child = edge.to.node;
        if (child === id) result.add(id);
        if (!order.has(child)) work.push({ id: child, next: 0 });
        else if (onStack.has(child)) low.set(id, Math.min(low.get(id) as number, order.get(child) as number));
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent !== undefined) low.set(parent.id, Math.min(low.get(parent.id) as number, low.get(id) as number));
      if (low.get(id) !== order.get(id)) continue;
      const component: string[] = [];
      for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
        onStack.delete(member);
        component.push(member);
        if (member === id) break;
      }
      if (component.length > 1) for (const member of component) result.add(member);
    }
  }
  return result;
}

function error(code: string, path: string, node: string, field: string, message: string, fix: string): Diagnostic {
  return { path, node, field, code, severity: 'error', message, fix };
}
