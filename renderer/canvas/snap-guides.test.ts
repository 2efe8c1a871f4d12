import { describe, expect, it } from 'vitest';
import { snapToGuides } from './snap-guides.ts';

const box = (left: number, top: number, width = 100, height = 60) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

describe('snap guides', () => {
  it('line a card up with the nearest edge or middle in reach', () => {
    const { by, guides } = snapToGuides(box(4, 300), [box(0, 0), box(500, 302, 100, 40)], 5);
    expect(by).toEqual({ x: -4, y: 2 });
    expect(guides).toEqual([
      { axis: 'x', at: 0, from: 0, to: 360 },
      { axis: 'y', at: 302, from: 4, to: 600 },
    ]);
    const middle = snapToGuides(box(0, 300), [box(203, 283, 100, 100)], 5);
    expect(middle.by).toEqual({ x: 0, y: 3 });
  });

  it('leave a card alone where nothing is near', () => {
    expect(snapToGuides(box(20, 300), [box(0, 0)], 5)).toEqual({ by: { x: 0, y: 0 }, guides: [] });
    expect(snapToGuides(box(0, 0), [], 5).guides).toEqual([]);
  });
});
