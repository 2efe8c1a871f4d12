import { expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from './document.ts';
import { expandGroups } from './expand-groups.ts';
import { expandVariants } from './expand-variants.ts';
import { readGraphValue } from './read-graph.ts';

function graph(nodes: Record<string, object>, edges: { from: string; to: string }[]): GraphDocument {
  const value = { format: 'slipway/graph', formatVersion: 1, id: 'g', name: 'G', nodes, edges };
  const { document } = readGraphValue(value, definitionOf);
  if (document === undefined) throw new Error('The graph of the test is no graph.');
  return document;
}

const expand = (document: GraphDocument) => expandVariants(expandGroups(document, definitionOf), definitionOf);
const variants = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, number) => [`v${number}`, { limit: number }]));

it('copies the edges into a branch and in it, in the order of the graph', () => {
  const { document, edgePointers } = expand(
    graph(
      {
        file: { kind: 'data.file', version: 1, params: {} },
        sort: { kind: 'data.sort', version: 1, params: {}, variants: { few: { limit: 3 } } },
        select: { kind: 'data.select', version: 1, params: {} },
      },
      [
        { from: 'sort.table', to: 'select.input' },
        { from: 'file.table', to: 'sort.input' },
      ],
    ),
  );
  expect(document.edges.slice(2)).toEqual([
    { from: 'sort--few.table', to: 'select--sort_few.input' },
    { from: 'file.table', to: 'sort--few.input' },
  ]);
  expect(edgePointers.slice(2)).toEqual(['/edges/0', '/edges/1']);
  expect(document.nodes['sort--few']).toMatchObject({ params: { limit: 3 } });
});

it('keeps variants out that would make too many nodes or edges of a small file', () => {
  const sources = Array.from({ length: 500 }, (_, number) => `f${number}`);
  const nodes = Object.fromEntries(sources.map((id) => [id, { kind: 'data.file', version: 1, params: {} }]));
  const all = { kind: 'data.union', version: 1, params: {}, variants: variants(2_000) };
  const edges = sources.map((id) => ({ from: `${id}.table`, to: 'all.tables' }));
  const wide = expand(graph({ ...nodes, all }, edges));
  expect(wide.document.edges).toHaveLength(100_000);
  expect(wide.edgePointers).toHaveLength(100_000);
  expect(wide.variants.size).toBe(199);

  const sort = { kind: 'data.sort', version: 1, params: {}, variants: variants(30_000) };
  expect(Object.keys(expand(graph({ sort }, [])).document.nodes)).toHaveLength(20_000);
});
