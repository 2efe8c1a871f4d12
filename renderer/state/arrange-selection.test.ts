import { describe, expect, it } from 'vitest';
import { aligned, distributed } from './arrange-selection.ts';

const boxes = [
  { id: 'a', x: 0, y: 0, width: 100, height: 50 },
  { id: 'b', x: 120, y: 40, width: 100, height: 100 },
  { id: 'c', x: 400, y: 16, width: 100, height: 50 },
];

describe('aligned', () => {
  it('puts edges on the line of the outermost', () => {
    expect(aligned(boxes, 'top')).toEqual({ a: { x: 0, y: 0 }, b: { x: 120, y: 0 }, c: { x: 400, y: 0 } });
    expect(aligned(boxes, 'bottom').a).toEqual({ x: 0, y: 90 });
    expect(aligned(boxes, 'middle').a).toEqual({ x: 0, y: 45 });
    expect(aligned(boxes, 'right').b).toEqual({ x: 400, y: 40 });
  });
});

describe('distributed', () => {
  it('makes the gaps equal and keeps the ends', () => {
    expect(distributed(boxes, 'x')).toEqual({ b: { x: 200, y: 40 } });
  });
  it('has nothing to do for two', () => {
    expect(distributed(boxes.slice(0, 2), 'x')).toEqual({});
  });
});
