import fc from 'fast-check';
import { expect, it } from 'vitest';
import { longestTrackPx, pageOffsets, rowWindow, topOfScroll, trackScroll } from './row-window.ts';

const seed = { seed: 20260811 };

it('draws the rows in view and a few beyond', () => {
  expect(rowWindow({ topPx: 0, viewportPx: 240, rowPx: 24, total: 1000 })).toEqual({
    first: 0,
    end: 14,
    trackPx: 24_000,
    offsetPx: 0,
  });
  expect(rowWindow({ topPx: 2400, viewportPx: 240, rowPx: 24, total: 1000, overscan: 2 })).toEqual({
    first: 98,
    end: 112,
    trackPx: 24_000,
    offsetPx: 98 * 24,
  });
});

it('shows fewer rows than fit', () => {
  expect(rowWindow({ topPx: 50, viewportPx: 240, rowPx: 24, total: 3 })).toMatchObject({
    first: 0,
    end: 3,
    offsetPx: 0,
  });
  expect(rowWindow({ topPx: 0, viewportPx: 240, rowPx: 24, total: 0 })).toMatchObject({ first: 0, end: 0 });
});

it('reaches every row of tables longer than a browser can scroll', () => {
  const input = { viewportPx: 240, rowPx: 24, total: 3_000_000 };
  const bottom = 3_000_000 * 24 - 240;
  expect(rowWindow({ ...input, topPx: bottom, overscan: 0 })).toMatchObject({
    first: 2_999_990,
    end: 3_000_000,
    trackPx: longestTrackPx,
  });
  expect(trackScroll(bottom, input)).toBeCloseTo(longestTrackPx - 240);
  expect(topOfScroll(longestTrackPx - 240, input)).toBeCloseTo(bottom);
});

it('goes from position to scroll offset and back, and covers the viewport', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, share) => {
      const input = { viewportPx: 300, rowPx: 24, total };
      const topPx = share * Math.max(0, total * 24 - 300);
      expect(topOfScroll(trackScroll(topPx, input), input)).toBeCloseTo(topPx, 2);
      const { first, end, offsetPx } = rowWindow({ ...input, topPx });
      const scroll = trackScroll(topPx, input);
      expect(offsetPx).toBeLessThanOrEqual(scroll + 0.001);
      expect(offsetPx + (end - first) * 24).toBeGreaterThanOrEqual(Math.min(scroll + 300, total * 24) - 0.001);
    }),
    seed,
  );
});

it('names the pages that cover rows', () => {
  expect(pageOffsets(0, 10, 200)).toEqual([0]);
  expect(pageOffsets(195, 205, 200)).toEqual([0, 200]);
  expect(pageOffsets(400, 400, 200)).toEqual([]);
});
