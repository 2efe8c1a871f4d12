import type { GraphDocument } from '../graph/document.ts';
import { parsePortRef } from '../graph/ids.ts';
import type { NodeDefinition } from '../node/define-node.ts';
import { type ExampleNeed, type ExampleParts, exampleParts } from './example-parts.ts';

const columnPx = 208;
const rowPx = 168;

/** How many nodes lead to each one, along the longest way. */
function depths({ nodes, edges }: ExampleParts): Map<string, number> {
  const known = new Map<string, number>();
  const depthOf = (id: string): number => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const before = edges.filter((edge) => edge.to.startsWith(`${id}.`)).map((edge) => parsePortRef(edge.from)?.node);
    const depth = Math.max(-1, ...before.map((other) => (other === undefined ? -1 : depthOf(other)))) + 1;
    known.set(id, depth);
    return depth;
  };
  for (const id of Object.keys(nodes)) depthOf(id);
  return known;
}

function layoutOf(parts: ExampleParts): Record<string, { x: number; y: number }> {
  const rows = new Map<number, number>();
  return Object.fromEntries(
    [...depths(parts)].map(([id, depth]) => {
      const row = rows.get(depth) ?? 0;
      rows.set(depth, row + 1);
      return [id, { x: 80 + depth * columnPx, y: 80 + row * rowPx }];
    }),
  );
}

/** What the example of a kind needs besides Slipway, such as a database; undefined: it runs as it is. */
export function exampleNeeds(kind: string): ExampleNeed | undefined {
  return exampleParts[kind]?.needs;
}

/**
 * A small graph that shows a kind at work, on data that come with the product. The node of the kind is named after it:
 * `feature.impute` → `impute`. Kinds without an entry of their own get the node alone, with its first example's params.
 */
export function exampleGraph(
  definition: NodeDefinition,
  definitionOf: (kind: string) => Pick<NodeDefinition, 'version'> | undefined,
): GraphDocument {
  const parts = exampleParts[definition.kind] ?? {
    nodes: {
      [definition.kind.slice(definition.kind.indexOf('.') + 1)]: [definition.kind, definition.examples[0].params],
    },
    edges: [],
  };
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: `example-${definition.kind.replace('.', '-')}`,
    name: definition.title,
    nodes: Object.fromEntries(
      Object.entries(parts.nodes).map(([id, [kind, params]]) => [
        id,
        { kind, version: definitionOf(kind)?.version ?? 1, params },
      ]),
    ),
    edges: [...parts.edges],
    parameters: {},
    groups: {},
    layout: { nodes: layoutOf(parts), frames: [] },
  };
}
