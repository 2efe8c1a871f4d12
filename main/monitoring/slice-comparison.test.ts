import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../compute/stats/random.ts';
import { compareSlices } from './slice-comparison.ts';
import { slicesOf } from './slices.ts';

const rows = 4_000;

/** Scores that follow a chance more or less closely: the less noise the better the model. */
function sample(noiseOf: (model: 'champion' | 'challenger', place: string) => number, seed: number) {
  const random = uniformGenerator(seed);
  const places = Array.from({ length: rows }, () => ['north', 'south', 'west', 'rare'][Math.floor(random() * 3.02)]);
  const chances = Float64Array.from({ length: rows }, () => random());
  const actual = chances.map((chance) => (random() < chance ? 1 : 0));
  const scoresOf = (model: 'champion' | 'challenger') =>
    Float64Array.from(
      { length: 2 * rows },
      (() => {
        let second = 0;
        return (_: unknown, i: number) => {
          const row = i >> 1;
          if (i % 2 === 0) second = (chances[row] as number) + noiseOf(model, places[row] as string) * (random() - 0.5);
          return i % 2 === 1 ? second : 1 - second;
        };
      })(),
    );
  return {
    metric: 'rocAuc',
    classes: 2,
    actual,
    champion: scoresOf('champion'),
    challenger: scoresOf('challenger'),
    columns: [
      { name: 'place', kind: 'string' as const, values: places as string[] },
      { name: 'x', kind: 'number' as const, values: Float64Array.from({ length: rows }, () => random() * 100) },
    ],
  };
}

describe('slices', () => {
  it('are frequent values and quarters, and neither rare ones nor all rows', () => {
    const { columns } = sample(() => 0, 1);
    const constant = { name: 'same', kind: 'string' as const, values: Array.from({ length: rows }, () => 'a') };
    const found = slicesOf([...columns, constant], 100);
    expect(found.map(({ column }) => column)).toEqual(['place', 'place', 'place', 'x', 'x', 'x', 'x']);
    expect(
      found
        .slice(0, 3)
        .map(({ value }) => value)
        .toSorted(),
    ).toEqual(['north', 'south', 'west']);
    expect(found.slice(3).reduce((sum, slice) => sum + slice.rows.length, 0)).toBe(rows);
  });

  it('are quarters of a column that is mostly zero', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.max(0, i - 6_000));
    const found = slicesOf([{ name: 'fee', kind: 'number', values }], 100);
    expect(found.map(({ value, rows: { length } }) => [value, length])).toEqual([
      ['0 – 1500', 7_500],
      ['≥ 1500', 2_500],
    ]);
  });

  it('show where a challenger that is better over all is surely worse', async () => {
    const better = sample((model, place) => (model === 'champion' ? 1 : place === 'south' ? 2 : 0.1), 2);
    const slices = await compareSlices(better, 0.05);
    expect(slices.filter(({ worse }) => worse).map(({ column, value }) => `${column} ${value}`)).toEqual([
      'place south',
    ]);
    expect(slices[0]?.difference).toBeLessThan(-0.05);
  });

  it('of two equal models are surely worse in few comparisons, though there are many slices', async () => {
    let alarms = 0;
    for (let seed = 10; seed < 22; seed++) {
      const slices = await compareSlices(
        sample(() => 1, seed),
        0.05,
      );
      if (slices.some(({ worse }) => worse)) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });
});
