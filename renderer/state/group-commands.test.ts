import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument, GraphNode } from '../../shared/graph/document.ts';
import { expandGroups } from '../../shared/graph/expand-groups.ts';
import { groupKind } from '../../shared/graph/group-definition.ts';
import { createPlan } from '../../shared/plan/create-plan.ts';
import { collapse, collapseNodes, expandNode, leaveGroup, openGroup } from './group-commands.ts';
import { activeGraph, editGraph, openGraph, redo, stepIdOf, undo } from './graph-store.ts';
import { copyFragment, parseFragment, pasteFragment } from './graph-commands.ts';
import { newDocument } from './new-document.ts';

const node = (kind: string, params: Record<string, unknown> = {}): GraphNode => ({ kind, version: 1, params });

function sample(): GraphDocument {
  return {
    ...newDocument('Sample'),
    id: 'sample',
    nodes: {
      file: node('data.file', { path: 'pkg:vega-datasets/data/seattle-weather.csv' }),
      wet: node('data.sql', { query: 'SELECT * FROM input WHERE precipitation > 0' }),
      warm: node('data.sql', { query: 'SELECT * FROM input WHERE temp_max > 20' }),
      both: node('data.sql', { inputs: ['a', 'b'], query: 'SELECT a.date FROM a JOIN b USING (date)' }),
      last: node('data.sql', { query: 'SELECT count(*) AS n FROM input' }),
    },
    edges: [
      { from: 'file.table', to: 'wet.input' },
      { from: 'file.table', to: 'warm.input' },
      { from: 'wet.table', to: 'both.a' },
      { from: 'warm.table', to: 'both.b' },
      { from: 'both.table', to: 'last.input' },
    ],
    layout: {
      nodes: {
        file: { x: 0, y: 0 },
        wet: { x: 200, y: 0 },
        warm: { x: 200, y: 160 },
        both: { x: 400, y: 80 },
        last: { x: 600, y: 80 },
      },
      frames: [],
    },
  };
}

const byEnds = (document: GraphDocument) => document.edges.map(({ from, to }) => `${from} ${to}`).toSorted();

describe('groups', () => {
  it('give one input to inner ports that the same port feeds, and the same steps', () => {
    const document = sample();
    const { group, edges } = collapse(document, ['wet', 'warm', 'both'], 'group');
    expect(group.inputs).toEqual({ input: { to: ['wet.input', 'warm.input'] } });
    expect(group.outputs).toEqual({ table: { from: 'both.table' } });
    expect(edges).toEqual([
      { from: 'file.table', to: 'group.input' },
      { from: 'group.table', to: 'last.input' },
    ]);
    const nested: GraphDocument = {
      ...document,
      nodes: {
        file: document.nodes['file'] as GraphNode,
        last: document.nodes['last'] as GraphNode,
        group: node(groupKind, { group: 'group' }),
      },
      edges,
      groups: { group },
    };
    const plan = createPlan(nested, definitionOf).plan.steps.map((step) => step.id.replace('group--', ''));
    expect(plan.toSorted()).toEqual(
      createPlan(document, definitionOf)
        .plan.steps.map((step) => step.id)
        .toSorted(),
    );
  });

  it('collapse and expand to the same graph, and undo takes both back', () => {
    const document = sample();
    openGraph({ document });
    const id = collapseNodes(['wet', 'warm', 'both']);
    expect(Object.keys(activeGraph()?.document.nodes ?? {}).toSorted()).toEqual(['file', 'group', 'last']);
    expandNode(id ?? '');
    expect(byEnds(activeGraph()?.document ?? document)).toEqual(byEnds(document));
    expect(activeGraph()?.root.groups).toEqual({});
    undo();
    expect(activeGraph()?.document.nodes['group']?.kind).toBe(groupKind);
    undo();
    expect(activeGraph()?.root).toEqual(document);
  });

  it('are edited inside, and undo and redo show where', () => {
    openGraph({ document: sample() });
    const id = collapseNodes(['wet', 'warm', 'both']) ?? '';
    openGroup(id);
    const inside = activeGraph();
    expect(Object.keys(inside?.document.nodes ?? {}).toSorted()).toEqual(['both', 'warm', 'wet']);
    expect(inside && stepIdOf(inside, 'wet')).toBe('group--wet');
    editGraph('Change query', (draft) => {
      const wet = draft.nodes['wet'];
      if (wet) wet.params['query'] = 'SELECT 1 AS one';
      draft.name = 'Weather';
    });
    expect(activeGraph()?.root.groups['group']?.title).toBe('Weather');
    expect(leaveGroup()).toBe(true);
    expect(activeGraph()?.scope).toEqual([]);
    undo();
    expect(activeGraph()?.scope).toEqual([id]);
    expect(activeGraph()?.document.nodes['wet']?.params['query']).toContain('precipitation');
    redo();
    const root = activeGraph()?.root as GraphDocument;
    expect(expandGroups(root, definitionOf).document.nodes['group--wet']?.params['query']).toBe('SELECT 1 AS one');
    // What is gone above takes the view out of the group.
    undo();
    undo();
    expect(activeGraph()?.scope).toEqual([]);
    expect(leaveGroup()).toBe(false);
  });
});

it('are carried to another graph with the nodes that place them, and shared where they are the same', () => {
  openGraph({ document: sample() });
  const id = collapseNodes(['wet', 'warm', 'both']) ?? '';
  const fragment = parseFragment(
    JSON.stringify(copyFragment(activeGraph()?.document ?? newDocument('x'), ['file', id])),
  );
  openGraph({ document: { ...newDocument('Other'), id: 'other' } });
  if (fragment === undefined) throw new Error('nothing was copied');
  pasteFragment(fragment, { x: 0, y: 0 });
  pasteFragment(fragment, { x: 0, y: 40 });
  const document = activeGraph()?.document ?? newDocument('x');
  expect(Object.keys(document.groups)).toEqual(['group']);
  const { plan, diagnostics } = createPlan(document, definitionOf);
  expect(diagnostics).toEqual([]);
  expect(plan.steps.map(({ id: step }) => step).toSorted()).toEqual(
    [
      'file',
      'file-2',
      ...['group', 'group-2'].flatMap((at) => ['both', 'warm', 'wet'].map((inner) => `${at}--${inner}`)),
    ].toSorted(),
  );
  undo();
  undo();
  expect(activeGraph()?.document.groups).toEqual({});
});

it('are not taken from a clipboard that holds something else', () => {
  const node = { kind: 'graph.group', version: 1, params: { group: 'a' } };
  for (const wrong of [
    '',
    'text',
    '{',
    '{"format":"slipway/fragment"}',
    JSON.stringify({ format: 'slipway/fragment', nodes: { a: 5 }, edges: [] }),
    JSON.stringify({ format: 'slipway/fragment', nodes: { a: node }, edges: [], groups: { a: 5 } }),
    JSON.stringify({ format: 'slipway/fragment', nodes: { a: node }, edges: [{ from: 1 }] }),
  ]) {
    expect(parseFragment(wrong)).toBeUndefined();
  }
  const alone = { format: 'slipway/fragment', nodes: { a: node }, edges: [] };
  expect(parseFragment(JSON.stringify(alone))).toEqual({ ...alone, positions: {}, groups: {} });
});
