import { describe, expect, it } from 'vitest';
import { newDocument } from './new-document.ts';
import { healingEdges, insertionEdges } from './splice.ts';

const node = (kind: string) => ({ kind, version: 1, params: {} });
const chain = {
  ...newDocument('Chain'),
  nodes: { file: node('data.file'), one: node('data.sql'), two: node('data.sql'), split: node('data.split') },
  edges: [
    { from: 'file.table', to: 'one.input' },
    { from: 'one.table', to: 'two.input' },
    { from: 'two.table', to: 'split.input' },
  ],
};

describe('healingEdges', () => {
  it('joins the neighbours of a deleted node', () => {
    expect(healingEdges(chain, ['one'])).toEqual([{ from: 'file.table', to: 'two.input' }]);
  });
  it('joins the neighbours of a deleted row of nodes', () => {
    expect(healingEdges(chain, ['one', 'two'])).toEqual([{ from: 'file.table', to: 'split.input' }]);
    expect(healingEdges(chain, ['two', 'one'])).toEqual([{ from: 'file.table', to: 'split.input' }]);
  });
  it('leaves a gap where types do not fit', () => {
    const document = {
      ...chain,
      nodes: { file: node('data.file'), impute: node('feature.impute'), model: node('train.linear') },
      edges: [
        { from: 'file.table', to: 'impute.input' },
        { from: 'impute.features', to: 'model.features' },
      ],
    };
    expect(healingEdges(document, ['impute'])).toEqual([]);
  });
});

describe('insertionEdges', () => {
  const edge = { from: 'one.table', to: 'two.input' };
  it('leads an edge through a node', () => {
    const document = { ...chain, nodes: { ...chain.nodes, extra: node('data.sql') } };
    expect(insertionEdges(document, 'extra', edge)).toEqual([
      { from: 'one.table', to: 'extra.input' },
      { from: 'extra.table', to: 'two.input' },
    ]);
  });
  it('refuses a node whose ports do not fit', () => {
    const document = { ...chain, nodes: { ...chain.nodes, extra: node('train.evaluate') } };
    expect(insertionEdges(document, 'extra', edge)).toBeUndefined();
  });
});
