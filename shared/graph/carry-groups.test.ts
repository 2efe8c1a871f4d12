import { expect, it } from 'vitest';
import { carryGroups, groupsOfNodes, placeGroup } from './carry-groups.ts';
import type { GraphGroup, GraphNode } from './document.ts';

const place = (group: string): GraphNode => ({ kind: 'graph.group', version: 1, params: { group, keep: 1 } });
const group = (nodes: Record<string, GraphNode>, more: object = {}): GraphGroup => ({
  nodes,
  edges: [],
  inputs: {},
  outputs: {},
  ...more,
});
const file: GraphNode = { kind: 'data.file', version: 1, params: { path: 'a.csv' } };
const carried = { outer: group({ in: place('inner') }), inner: group({ file }) };

it('finds the groups of nodes, those inside them included, also when they go round', () => {
  const groups = { ...carried, other: group({}), round: group({ again: place('round') }) };
  expect(groupsOfNodes({ groups }, [place('outer'), file, place('gone')])).toEqual(carried);
  expect(Object.keys(groupsOfNodes({ groups }, [place('round')]))).toEqual(['round']);
});

it('adds groups to a graph that has none', () => {
  expect(carryGroups({}, carried)).toEqual({
    groups: carried,
    ids: new Map([
      ['outer', 'outer'],
      ['inner', 'inner'],
    ]),
  });
});

it('uses again what is there with the same insides, wherever its nodes lie', () => {
  const into = {
    ...carried,
    outer: group({ in: place('inner') }, { title: 'Other', layout: { nodes: {}, frames: [] } }),
  };
  expect(carryGroups(into, carried).groups).toEqual({});
});

it('gives another group of the same id an id of its own, inside too', () => {
  const into = { inner: group({ file: { ...file, params: { path: 'b.csv' } } }), 'inner-2': group({}) };
  const { groups, ids } = carryGroups(into, carried);
  expect(ids).toEqual(
    new Map([
      ['outer', 'outer'],
      ['inner', 'inner-3'],
    ]),
  );
  expect(groups).toEqual({ outer: group({ in: place('inner-3') }), 'inner-3': carried.inner });
  expect(placeGroup(place('inner'), ids)).toEqual(place('inner-3'));
  expect(placeGroup(file, ids)).toBe(file);
});

it('takes an outer group anew when a group inside it differs', () => {
  const into = { outer: carried.outer, inner: group({}) };
  expect(Object.keys(carryGroups(into, carried).groups)).toEqual(['outer-2', 'inner-2']);
});
