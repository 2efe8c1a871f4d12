import { expect, it } from 'vitest';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { firstSource, nodeSources, resultOf } from './node-sources.ts';

const document: GraphDocument = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'g',
  name: 'G',
  nodes: {},
  edges: [
    { from: 'file.table', to: 'split.input' },
    { from: 'split.train', to: 'impute.input' },
    { from: 'broken', to: 'impute.input' },
  ],
  parameters: {},
  groups: {},
  layout: { nodes: {}, frames: [] },
};

const results: Record<string, Record<string, { digest: string; type: string }>> = {
  file: { table: { digest: 'a', type: 'table' } },
  split: { train: { digest: 'b', type: 'table' }, test: { digest: 'c', type: 'table' } },
};

it('lists outputs before inputs', () => {
  const sources = nodeSources(document, 'split', (id) => results[id]);
  expect(sources.map((source) => [source.side, source.port, source.digest])).toEqual([
    ['output', 'train', 'b'],
    ['output', 'test', 'c'],
    ['input', 'input', 'a'],
  ]);
  expect(firstSource(sources, 'out:test')?.digest).toBe('c');
  expect(firstSource(sources, 'out:gone')?.digest).toBe('b');
});

it('offers the input of a node that has no result, and nothing of broken edges', () => {
  expect(nodeSources(document, 'impute', (id) => results[id]).map((source) => source.id)).toEqual([
    'in:input:split.train',
  ]);
  expect(
    firstSource(
      nodeSources(document, 'other', () => undefined),
      undefined,
    ),
  ).toBeUndefined();
});

it('prefers valid results over those of an earlier run', () => {
  const run = { table: { digest: 'old', type: 'table' } };
  const step = { hit: true, outputs: { table: { digest: 'new', type: 'table' } } } as never;
  expect(resultOf(step, run)?.table?.digest).toBe('new');
  expect(resultOf(undefined, run)?.table?.digest).toBe('old');
  expect(resultOf(undefined, {})).toBeUndefined();
});
