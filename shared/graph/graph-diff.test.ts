import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalGraphText } from './canonical.ts';
import type { GraphDocument, GraphNode } from './document.ts';
import { applyGraphChanges, diffGraphs, mergeGraphs } from './graph-diff.ts';

const node = (kind: string, params: Record<string, unknown> = {}): GraphNode => ({ kind, version: 1, params });

function graph(changes: Partial<GraphDocument> = {}): GraphDocument {
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'g',
    name: 'G',
    nodes: { a: node('data.file', { path: 'x.csv' }), b: node('train.trees', { trees: 100, rate: 0.1 }) },
    edges: [{ from: 'a.table', to: 'b.features' }],
    parameters: {},
    groups: {},
    layout: { nodes: { a: { x: 0, y: 0 }, b: { x: 200, y: 0 } }, frames: [] },
    ...changes,
  };
}

const one = () => false;
const many = () => true;
const merged = (ours: GraphDocument, theirs: GraphDocument, takesMany = one) =>
  mergeGraphs(graph(), ours, theirs, takesMany);

describe('differences of graphs', () => {
  it('are named by node and parameter, and leave the layout out', () => {
    const after = graph({
      nodes: { a: node('data.file', { path: 'y.csv' }), c: node('data.sql') },
      edges: [],
      layout: { nodes: { a: { x: 500, y: 0 } }, frames: [] },
    });
    expect(diffGraphs(graph(), after).map(({ path, kind }) => `${kind} ${path.join('/')}`)).toEqual([
      'changed nodes/a/params/path',
      'removed nodes/b',
      'added nodes/c',
      'removed edges/b.features',
    ]);
    expect(diffGraphs(graph(), graph({ layout: { nodes: {}, frames: [] } }))).toEqual([]);
  });

  it('are found inside groups', () => {
    const group = (digits: number) => ({
      nodes: { s: node('data.sql', { digits }) },
      edges: [],
      inputs: {},
      outputs: {},
    });
    const changes = diffGraphs(graph({ groups: { prep: group(1) } }), graph({ groups: { prep: group(2) } }));
    expect(changes).toEqual([
      { path: ['groups', 'prep', 'nodes', 's', 'params', 'digits'], kind: 'changed', before: 1, after: 2 },
    ]);
  });

  it('can be taken one by one', () => {
    const after = graph({ nodes: { a: node('data.file', { path: 'y.csv' }), b: node('train.trees', { trees: 7 }) } });
    const [first] = diffGraphs(graph(), after);
    const some = applyGraphChanges(graph(), first ? [first] : [], after);
    expect(some.nodes['a']?.params).toEqual({ path: 'y.csv' });
    expect(some.nodes['b']?.params).toEqual({ trees: 100, rate: 0.1 });
  });
});

describe('a merge', () => {
  it('takes each part from the side that changed it', () => {
    const ours = graph({ nodes: { ...graph().nodes, b: node('train.trees', { trees: 50, rate: 0.1 }) } });
    const theirs = graph({
      nodes: { ...graph().nodes, b: node('train.trees', { trees: 100, rate: 0.2 }), c: node('data.sql') },
      layout: { nodes: { ...graph().layout.nodes, a: { x: -80, y: 0 }, c: { x: 9, y: 9 } }, frames: [] },
    });
    const { document, conflicts } = merged(ours, theirs);
    expect(conflicts).toEqual([]);
    expect(document.nodes['b']?.params).toEqual({ trees: 50, rate: 0.2 });
    expect(document.layout.nodes).toEqual({ a: { x: -80, y: 0 }, b: { x: 200, y: 0 }, c: { x: 9, y: 9 } });
  });

  it('reports what both changed, and keeps ours there', () => {
    const with_ = (rate: number) =>
      graph({ nodes: { ...graph().nodes, b: node('train.trees', { trees: 100, rate }) } });
    const { document, conflicts } = merged(with_(0.2), with_(0.3));
    expect(conflicts).toEqual([{ path: ['nodes', 'b', 'params', 'rate'], base: 0.1, ours: 0.2, theirs: 0.3 }]);
    expect(document.nodes['b']?.params['rate']).toBe(0.2);
    const gone = graph({ nodes: { a: graph().nodes['a'] as GraphNode }, edges: [] });
    expect(merged(gone, with_(0.3)).conflicts.map(({ path }) => path.join('/'))).toEqual(['nodes/b']);
  });

  it('joins edges of ports that take many, and drops those whose node is gone', () => {
    const plus = (from: string) =>
      graph({
        nodes: { ...graph().nodes, [from]: node('data.sql') },
        edges: [...graph().edges, { from: `${from}.table`, to: 'b.features' }],
      });
    const { document, conflicts } = merged(plus('c'), plus('d'), many);
    expect(conflicts).toEqual([]);
    expect(document.edges.map((edge) => edge.from)).toEqual(['a.table', 'c.table', 'd.table']);
    expect(merged(plus('c'), plus('d')).conflicts).toHaveLength(1);
    const without = graph({ nodes: { b: graph().nodes['b'] as GraphNode }, edges: [] });
    const more = graph({
      nodes: { ...graph().nodes, c: node('data.sql') },
      edges: [...graph().edges, { from: 'a.table', to: 'c.input' }],
    });
    expect(merged(without, more).dropped).toEqual([{ from: 'a.table', to: 'c.input' }]);
  });

  it('with an unchanged side is the other side', () => {
    const ids = fc.constantFrom('a', 'b', 'c', 'd');
    const anyGraph = fc
      .record({
        nodes: fc.dictionary(
          ids,
          fc.record({ kind: fc.constantFrom('data.sql', 'data.file'), params: fc.dictionary(ids, fc.integer()) }),
        ),
        edges: fc.uniqueArray(fc.tuple(ids, ids), { selector: ([from, to]) => `${from} ${to}`, maxLength: 6 }),
      })
      .map(({ nodes, edges }) =>
        graph({
          nodes: Object.fromEntries(Object.entries(nodes).map(([id, { kind, params }]) => [id, node(kind, params)])),
          edges: edges
            .filter(([from, to]) => Object.hasOwn(nodes, from) && Object.hasOwn(nodes, to))
            .map(([from, to]) => ({ from: `${from}.table`, to: `${to}.input` }))
            .toSorted((a, b) => a.to.localeCompare(b.to)),
          layout: { nodes: {}, frames: [] },
        }),
      );
    const text = (document: GraphDocument) =>
      canonicalGraphText({ ...document, edges: document.edges.toSorted((a, b) => a.to.localeCompare(b.to)) });
    fc.assert(
      fc.property(anyGraph, anyGraph, (base, side) => {
        expect(text(mergeGraphs(base, side, base, one).document)).toBe(text(side));
        expect(text(mergeGraphs(base, base, side, one).document)).toBe(text(side));
        expect(text(applyGraphChanges(base, diffGraphs(base, side), side))).toBe(text(side));
      }),
      { seed: 4, numRuns: 120 },
    );
  });
});
