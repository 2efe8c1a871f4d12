import type { GraphDocument } from './document.ts';

type Json = Record<string, unknown>;

/** How the keys of an object are ordered, and what its members are. */
interface Shape {
  /** Keys that come first, in this order; the rest follows sorted. */
  first: readonly string[];
  /** Shape of a named member; others are plain JSON with sorted keys. */
  members?: Readonly<Record<string, Shape>>;
  /** Shape of every member that is not named. */
  each?: Shape;
}

const plain: Shape = { first: [] };
const node: Shape = {
  first: ['kind', 'version', 'title', 'params', 'pinned', 'variants', 'retry', 'timeoutMs', 'resources', 'device'],
};
const nodes: Shape = { first: [], each: node };
const edges: Shape = { first: [], each: { first: ['from', 'to'] } };
const position: Shape = { first: ['x', 'y'] };
const parameters: Shape = { first: [], each: { first: ['type', 'default', 'description'] } };
const layout: Shape = {
  first: ['nodes', 'frames'],
  members: {
    nodes: { first: [], each: position },
    frames: { first: [], each: { first: ['title', 'x', 'y', 'width', 'height'] } },
  },
};
const graph: Shape = {
  first: ['format', 'formatVersion', 'id', 'name', 'nodes', 'edges', 'parameters', 'groups', 'layout'],
  members: {
    nodes,
    edges,
    parameters,
    groups: {
      first: [],
      each: {
        first: ['title', 'nodes', 'edges', 'inputs', 'outputs', 'parameters', 'layout'],
        members: { nodes, edges, parameters, layout },
      },
    },
    layout,
  },
};

/**
 * The text of a graph file: fixed key order, nodes and layout sorted by id, edges in their order, unknown fields kept
 * (sorted, after the known ones), 2 spaces, final newline. Equal documents give equal text.
 */
export function canonicalGraphText(document: GraphDocument): string {
  return `${write(document, graph, '')}\n`;
}

function write(value: unknown, shape: Shape, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const items = value.map((item) => `${inner}${write(item, shape.each ?? plain, inner)}`);
    return `[\n${items.join(',\n')}\n${indent}]`;
  }
  const entries = orderedKeys(value as Json, shape.first).map((key) => {
    const member = shape.members !== undefined && Object.hasOwn(shape.members, key) ? shape.members[key] : shape.each;
    return `${inner}${JSON.stringify(key)}: ${write((value as Json)[key], member ?? plain, inner)}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}

function orderedKeys(value: Json, first: readonly string[]): string[] {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  const present = new Set(keys);
  const named = new Set(first);
  return [...first.filter((key) => present.has(key)), ...keys.filter((key) => !named.has(key)).sort()];
}
