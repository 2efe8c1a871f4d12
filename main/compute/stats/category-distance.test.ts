import { expect, it } from 'vitest';
import { categoryDistance } from './category-distance.ts';
import { uniformGenerator } from './random.ts';

const counts = (entries: Record<string, number>) => new Map(Object.entries(entries));

it('is 1 for samples with nothing in common, however unequal, and 0 for equal shares', () => {
  expect(categoryDistance(counts({ a: 50_000 }), counts({ b: 20 }))).toBe(1);
  expect(categoryDistance(counts({ a: 5_000, b: 5_000 }), counts({ a: 50, b: 50 }))).toBe(0);
});

it('gives half the triangular discrimination of large samples', () => {
  // p = (.5, .5), q = (.8, .2): ½ (.09 / 1.3 + .09 / .7).
  const far = categoryDistance(counts({ a: 5e8, b: 5e8 }), counts({ a: 8e8, b: 2e8 }));
  expect(far).toBeCloseTo(Math.sqrt(0.5 * (0.09 / 1.3 + 0.09 / 0.7)), 6);
});

it('stays small for many categories without drift', () => {
  const random = uniformGenerator(3);
  const draw = (rows: number) => {
    const found = new Map<string, number>();
    for (let row = 0; row < rows; row++) {
      const name = String(Math.floor(200 * random()));
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    return found;
  };
  const distances = Array.from({ length: 30 }, () => categoryDistance(draw(20_000), draw(1_000)));
  expect(Math.max(...distances)).toBeLessThan(0.15);
});
