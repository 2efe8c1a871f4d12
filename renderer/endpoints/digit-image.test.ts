import fc from 'fast-check';
import { expect, it } from 'vitest';
import { centreOfMass, digitImage, digitSide, type Stroke } from './digit-image.ts';

const seed = { seed: 20260811 };

const line = (x0: number, y0: number, x1: number, y1: number, steps = 20): Stroke =>
  Array.from({ length: steps + 1 }, (_, i) => ({ x: x0 + ((x1 - x0) * i) / steps, y: y0 + ((y1 - y0) * i) / steps }));

function inkBox(pixels: readonly number[]) {
  const rows = new Set<number>();
  const columns = new Set<number>();
  for (const [i, ink] of pixels.entries()) {
    if (ink < 0.05) continue;
    rows.add(Math.floor(i / digitSide));
    columns.add(i % digitSide);
  }
  return {
    height: Math.max(...rows) - Math.min(...rows) + 1,
    width: Math.max(...columns) - Math.min(...columns) + 1,
  };
}

it('is empty without strokes', () => {
  const pixels = digitImage([]);
  expect(pixels).toHaveLength(784);
  expect(pixels.every((ink) => ink === 0)).toBe(true);
});

it('scales the longest side to 20 px and keeps the shape', () => {
  const upright = inkBox(digitImage([line(0.5, 0.3, 0.5, 0.6)]));
  expect(upright.height).toBeGreaterThanOrEqual(19);
  expect(upright.height).toBeLessThanOrEqual(21);
  expect(upright.width).toBeLessThanOrEqual(5);
});

it('does not blow a dot up', () => {
  const dot = inkBox(digitImage([[{ x: 0.1, y: 0.9 }]]));
  expect(dot.height).toBeLessThanOrEqual(5);
  expect(dot.width).toBeLessThanOrEqual(5);
});

it('has soft edges between ink and ground', () => {
  const pixels = digitImage([line(0.2, 0.2, 0.8, 0.8)]);
  expect(Math.max(...pixels)).toBe(1);
  expect(pixels.filter((ink) => ink > 0.05 && ink < 0.95).length).toBeGreaterThan(20);
});

it('centres the ink by mass, with values of 0 … 1, wherever it was drawn', () => {
  const coordinate = fc.double({ min: 0, max: 1, noNaN: true });
  const stroke = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(stroke, { minLength: 1, maxLength: 4 }), (strokes) => {
      const pixels = digitImage(strokes);
      for (const ink of pixels) {
        expect(ink).toBeGreaterThanOrEqual(0);
        expect(ink).toBeLessThanOrEqual(1);
      }
      const centre = centreOfMass(pixels);
      // Ink may be cut at the border when its mass is far off its middle.
      expect(Math.abs((centre?.x ?? 99) - 14)).toBeLessThan(1.2);
      expect(Math.abs((centre?.y ?? 99) - 14)).toBeLessThan(1.2);
    }),
    { ...seed, numRuns: 60 },
  );
});

it('gives the same picture for the same drawing in another place and size', () => {
  const small = digitImage([line(0.1, 0.1, 0.3, 0.3), line(0.3, 0.1, 0.1, 0.3)]);
  const large = digitImage([line(0.2, 0.3, 0.8, 0.9), line(0.8, 0.3, 0.2, 0.9)]);
  for (const [i, ink] of small.entries()) expect(Math.abs(ink - (large[i] ?? 0))).toBeLessThan(0.02);
});
