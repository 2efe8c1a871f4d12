import { describe, expect, it } from 'vitest';
import { newDocument } from '../state/new-document.ts';
import { neighbour } from './flow-order.ts';

const node = { kind: 'data.sql', version: 1, params: {} };
const document = {
  ...newDocument('Order'),
  nodes: { a: node, b: node, c: node },
  edges: [
    { from: 'a.table', to: 'b.input' },
    { from: 'a.table', to: 'c.input' },
  ],
  layout: { nodes: { a: { x: 0, y: 100 }, b: { x: 200, y: 90 }, c: { x: 200, y: 300 } }, frames: [] },
};

describe('neighbour', () => {
  it('follows edges right and left, to the vertically nearest node', () => {
    expect(neighbour(document, 'a', 'right')).toBe('b');
    expect(neighbour(document, 'c', 'left')).toBe('a');
    expect(neighbour(document, 'c', 'right')).toBeUndefined();
  });

  it('goes up and down by place', () => {
    expect(neighbour(document, 'b', 'down')).toBe('c');
    expect(neighbour(document, 'c', 'up')).toBe('b');
  });
});
