import { describe, expect, it } from 'vitest';
import type { ScalarColumn } from '../duckdb/append-columns.ts';
import { uniformGenerator } from '../stats/random.ts';
import { MultivariateTest } from './multivariate.ts';
import type { SampleRows } from './sample-rows.ts';

/** Four numbers, of which the first two go together by `link`, and a category. */
function rowsOf(rows: number, seed: number, link = 0.8): SampleRows {
  const random = uniformGenerator(seed);
  const normal = () => Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6);
  const first = Float64Array.from({ length: rows }, normal);
  const number = (name: string, values: Float64Array): ScalarColumn => ({ name, kind: 'number', values });
  return {
    rows,
    columns: [
      number('a', first),
      number(
        'b',
        first.map((value) => link * value + Math.sqrt(1 - link * link) * normal()),
      ),
      number('c', Float64Array.from({ length: rows }, normal)),
      { name: 'd', kind: 'string', values: Array.from({ length: rows }, () => 'xyz'[Math.floor(random() * 3)] ?? '') },
    ],
  };
}

const options = { alpha: 0.05, signal: new AbortController().signal };

describe('rows as a whole', () => {
  it('raises no more false alarms than it may, and sees what no single column shows', async () => {
    const test = new MultivariateTest(rowsOf(8_000, 1));
    let alarms = 0;
    for (let window = 0; window < 40; window++) {
      const found = await test.test(rowsOf(300, 100 + window), options);
      if (found?.drifted === true) alarms++;
    }
    // Binomial with 40 tries at 5 %: more than 6 come about once in 300 times.
    expect(alarms).toBeLessThanOrEqual(6);
    const broken = await test.test(rowsOf(300, 9, 0), options);
    expect(broken?.drifted).toBe(true);
    expect(
      broken?.domain.columns
        .slice(0, 2)
        .map(({ column }) => column)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(broken?.domain.auc).toBeGreaterThan(broken?.domain.threshold ?? 1);
    expect(broken?.reconstruction?.drifted).toBe(true);
  });

  it('says nothing with too few rows or columns', async () => {
    expect(await new MultivariateTest(rowsOf(5_000, 1)).test(rowsOf(50, 2), options)).toBeUndefined();
    const one = (sample: SampleRows) => ({ ...sample, columns: sample.columns.slice(0, 1) });
    expect(await new MultivariateTest(one(rowsOf(5_000, 1))).test(one(rowsOf(500, 2)), options)).toBeUndefined();
  });
});
