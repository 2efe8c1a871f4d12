import type { GraphDocument } from './document.ts';
import { expandGroups } from './expand-groups.ts';
import {
  createLineageReader,
  type DefinitionOf,
  type EdgeEnd,
  type GraphIndex,
  indexGraph,
  inputPort,
  outputPort,
} from './graph-index.ts';
import { isGroupKind } from './group-definition.ts';
import { parsePortRef, portRef } from './ids.ts';
import type { Lineage } from './port-types.ts';

export type ConnectionCheck = { ok: true } | { ok: false; code: string; reason: string; fix: string };

/**
 * Whether an edge `from` → `to` (both `node.port`) may be added: ports exist, types fit, no held-out rows into a fit
 * port, no cycle, a single port is free. Pure; the reason is a sentence for the person dragging.
 */
export function canConnect(
  document: GraphDocument,
  definitionOf: DefinitionOf,
  from: string,
  to: string,
): ConnectionCheck {
  const source = parsePortRef(from);
  const target = parsePortRef(to);
  if (source === undefined || target === undefined) {
    return refuse(
      'graph.dangling-edge',
      `"${source === undefined ? from : to}" does not name a port.`,
      'Write ends as node.port.',
    );
  }
  const index = indexGraph(document, definitionOf);
  const fits = checkEnds(index, createLineageReader(index), source, target);
  if (!fits.ok) return fits;
  const inside = checkInside(document, definitionOf, from, to);
  if (!inside.ok) return inside;
  const node = index.nodes.get(target.node);
  const port = node === undefined ? undefined : inputPort(node, target.port);
  const present = index.incoming(target.node).filter((edge) => edge.to.port === target.port);
  if (present.some((edge) => edge.from.node === source.node && edge.from.port === source.port)) {
    return refuse('graph.duplicate-edge', `${from} is already connected to ${to}.`, 'One connection is enough.');
  }
  if (port?.many !== true && present.length > 0) {
    return refuse(
      'graph.too-many-edges',
      `${to} takes one connection and has one already.`,
      'Delete the present connection first.',
    );
  }
  const path = pathBetween(index, target.node, source.node);
  if (path !== undefined) {
    return refuse(
      'graph.cycle',
      `This would make a cycle: ${[source.node, ...path].join(' → ')}.`,
      'Data flows one way: connect to a node that does not feed this one.',
    );
  }
  return { ok: true };
}

/** The same where an end is a group: the rows that come out of it or go into it decide. */
function checkInside(document: GraphDocument, definitionOf: DefinitionOf, from: string, to: string): ConnectionCheck {
  const grouped = (ref: string) => isGroupKind(document.nodes[parsePortRef(ref)?.node ?? '']?.kind ?? '');
  if (!grouped(from) && !grouped(to)) return { ok: true };
  const edges = [...document.edges, { from, to }];
  const expanded = expandGroups({ ...document, edges }, definitionOf);
  const index = indexGraph(expanded.document, definitionOf);
  const lineageOf = createLineageReader(index);
  const place = `/edges/${edges.length - 1}`;
  for (const [position, edge] of expanded.document.edges.entries()) {
    if (expanded.edgePointers[position] !== place) continue;
    const source = parsePortRef(edge.from);
    const target = parsePortRef(edge.to);
    const check = source && target ? checkEnds(index, lineageOf, source, target) : { ok: true as const };
    if (!check.ok) return check;
  }
  return { ok: true };
}

/** Checks of one edge that depend on its two ends alone. Ends at unknown kinds pass: nothing is known of them. */
export function checkEnds(
  index: GraphIndex,
  lineageOf: (from: EdgeEnd) => Lineage | undefined,
  from: EdgeEnd,
  to: EdgeEnd,
): ConnectionCheck {
  const source = index.nodes.get(from.node);
  const target = index.nodes.get(to.node);
  if (source === undefined || target === undefined) {
    return refuse(
      'graph.dangling-edge',
      `There is no node "${source === undefined ? from.node : to.node}".`,
      'Delete the edge, or add the node.',
    );
  }
  const output = outputPort(source, from.port);
  if (output === undefined && source.definition !== undefined) {
    return refuse(
      'graph.unknown-port',
      `Node "${from.node}" (${source.node.kind}) has no output "${from.port}".`,
      portList('Its outputs are', source.ports.outputs),
    );
  }
  const input = inputPort(target, to.port);
  if (input === undefined && target.definition !== undefined) {
    return refuse(
      'graph.unknown-port',
      `Node "${to.node}" (${target.node.kind}) has no input "${to.port}".`,
      portList('Its inputs are', target.ports.inputs),
    );
  }
  if (output === undefined || input === undefined) return { ok: true };
  if (!input.types.includes(output.type)) {
    return refuse(
      'graph.type-mismatch',
      `${portRef(from.node, from.port)} gives ${article(output.type)}, but ${portRef(to.node, to.port)} takes ${input.types.map(article).join(' or ')}.`,
      `Connect an output of type ${input.types.join(' or ')}.`,
    );
  }
  const lineage = lineageOf(from);
  if (input.fits === true && (lineage === 'test' || lineage === 'validation')) {
    return refuse(
      'graph.lineage',
      `${portRef(from.node, from.port)} carries held-out (${lineage}) rows, and ${portRef(to.node, to.port)} learns from the rows it gets.`,
      'Connect training rows here; give held-out rows to an evaluation.',
    );
  }
  return { ok: true };
}

/** Node ids from `start` to `goal` along edges, both included; undefined when there is no way. */
export function pathBetween(index: GraphIndex, start: string, goal: string): string[] | undefined {
  const before = new Map<string, string | undefined>([[start, undefined]]);
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === goal) {
      const path: string[] = [];
      for (let step: string | undefined = goal; step !== undefined; step = before.get(step)) path.unshift(step);
      return path;
    }
    for (const edge of index.outgoing(at)) {
      if (before.has(edge.to.node)) continue;
      before.set(edge.to.node, at);
      queue.push(edge.to.node);
    }
  }
  return undefined;
}

function refuse(code: string, reason: string, fix: string): ConnectionCheck {
  return { ok: false, code, reason, fix };
}

function article(type: string): string {
  if (type === 'features') return 'features';
  return `${type === 'image' ? 'an' : 'a'} ${type}`;
}

function portList(start: string, ports: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(ports);
  return names.length === 0 ? 'It has none: delete the edge.' : `${start} ${names.join(', ')}.`;
}
