import { Tensor } from 'onnxruntime-common';
import { expect, test } from 'vitest';
import { uniformGenerator } from '../stats/random.ts';
import { attributionOf, toRawColumns } from './attribution.ts';
import { sampledShap } from './sampled-shap.ts';
import { joinRows, takeRows } from './tensor-rows.ts';

const numbers = (values: readonly number[]) => new Tensor('float64', Float64Array.from(values), [values.length, 1]);

/** Shapley values by all coalitions, with the others at each background row. */
function bruteForce(
  score: (row: readonly number[]) => number,
  row: readonly number[],
  background: number[][],
): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const valueOf = (bits: number) =>
    background.reduce((sum, other) => sum + score(row.map((x, i) => ((bits >> i) & 1 ? x : (other[i] as number)))), 0) /
    background.length;
  return row.map((_, player) => {
    let sum = 0;
    for (let bits = 0; bits < 2 ** row.length; bits++) {
      if ((bits >> player) & 1) continue;
      const size = bits.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(row.length - 1 - size)) / factorial(row.length);
      sum += weight * (valueOf(bits | (1 << player)) - valueOf(bits));
    }
    return sum;
  });
}

test('sampled values add up exactly, and come near the exact ones as their errors say', async () => {
  const random = uniformGenerator(3);
  const players = 4;
  const background = Array.from({ length: 80 }, () => Array.from({ length: players }, () => random() * 2 - 1));
  const rows = [
    [1, 2, -1, 0.5],
    [-1, 0, 3, 1],
  ];
  const score = (row: readonly number[]) =>
    (row[0] as number) * (row[1] as number) +
    Math.sin(3 * (row[2] as number)) * (row[0] as number) +
    (row[3] as number);
  const feedsOf = (list: readonly (readonly number[])[]) =>
    Object.fromEntries(
      Array.from({ length: players }, (_, c) => [`c${c}`, numbers(list.map((row) => row[c] as number))]),
    );
  const explain = (list: readonly (readonly number[])[]) =>
    sampledShap({
      score: async (feeds, count) =>
        Float32Array.from({ length: count }, (_, r) =>
          score(
            Array.from({ length: players }, (_, c) => ((feeds[`c${c}`] as Tensor).data as Float64Array)[r] as number),
          ),
        ),
      width: 1,
      feeds: feedsOf(list),
      rows: list.length,
      outputs: list.map(() => 0),
      background: feedsOf(background),
      backgroundRows: background.length,
    });
  const { base, contributions, standardErrors } = await explain(rows);
  rows.forEach((row, r) => {
    const exact = bruteForce(score, row, background);
    const own = contributions.subarray(r * players, (r + 1) * players);
    expect(own.reduce((sum, value) => sum + value, base[r] as number)).toBeCloseTo(score(row), 5);
    exact.forEach((value, player) => {
      const error = standardErrors[r * players + player] as number;
      expect(Math.abs((own[player] as number) - value)).toBeLessThan(Math.max(1e-5, 4 * error));
    });
    // Nothing interacts with the last player: each permutation says the same but for the background.
    expect(own[3]).toBeCloseTo(exact[3] as number, 5);
  });
  const alone = await explain(rows.slice(1));
  expect([...alone.contributions]).toEqual([...contributions.subarray(players)]);
});

test('a single column explains all', async () => {
  const { contributions, base } = await sampledShap({
    score: async (feeds) => Float32Array.from(feeds['x']?.data as Float64Array),
    width: 1,
    feeds: { x: numbers([5]) },
    rows: 1,
    outputs: [0],
    background: { x: numbers([1, 3]) },
    backgroundRows: 2,
  });
  expect([base[0], contributions[0]]).toEqual([2, 3]);
});

test('what is made of one column belongs to it, of several to all of them evenly', () => {
  const attribution = attributionOf(
    [{ name: 'age' }, { name: 'port' }],
    [
      { name: 'age', width: 1, sources: ['age'] },
      { name: 'port', width: 2, sources: ['port'], labels: ['C', 'S'] },
      { name: 'age × port', width: 1, sources: ['age', 'port'] },
      { name: 'elsewhere', width: 1, sources: ['unused'] },
    ],
  );
  expect(attribution.encoded).toEqual(['age', 'port: C', 'port: S', 'age × port', 'elsewhere']);
  const columnMajor = Float64Array.from([1, 10, 2, 20, 3, 30, 4, 40, 5, 50]);
  expect(attribution.columns).toEqual(['age', 'port', 'unused']);
  expect([...toRawColumns(attribution, columnMajor, 2)]).toEqual([3, 7, 5, 30, 70, 50]);
});

test('rows of tensors are taken and joined', () => {
  const feeds = {
    text: new Tensor('string', ['a', 'b'], [2, 1]),
    pair: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]),
    time: new Tensor('int64', BigInt64Array.of(5n, 6n), [2, 1]),
  };
  const joined = joinRows(feeds, takeRows(feeds, [1]));
  expect(joined['text']?.data).toEqual(['a', 'b', 'b']);
  expect([...((joined['pair'] as Tensor).data as Float32Array)]).toEqual([1, 2, 3, 4, 3, 4]);
  expect([...((joined['time'] as Tensor).data as BigInt64Array)]).toEqual([5n, 6n, 6n]);
  expect(joined['pair']?.dims).toEqual([3, 2]);
});
