import { expect, it } from 'vitest';
import { uniformGenerator } from '../compute/stats/random.ts';
import { fitLossEstimator } from './dle.ts';

/** Noise that grows with x in group `b`, none to speak of in group `a`. */
function rows(count: number, seed: number, shareOfB: number) {
  const random = uniformGenerator(seed);
  const x = Float64Array.from({ length: count }, () => random());
  const group = Array.from({ length: count }, () => (random() < shareOfB ? 'b' : 'a'));
  const predictions = x.map((value) => 3 * value);
  const actual = predictions.map(
    (value, i) => value + (random() - 0.5) * (group[i] === 'b' ? 4 * (x[i] as number) : 0.1),
  );
  return {
    rows: count,
    columns: [
      { name: 'x', kind: 'number' as const, values: x },
      { name: 'group', kind: 'string' as const, values: group },
    ],
    predictions,
    actual,
  };
}

it('estimates the error of windows whose mix differs from the reference', async () => {
  const estimator = await fitLossEstimator(rows(8_000, 1, 0.5));
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const share of [0.1, 0.9]) {
    const window = rows(4_000, 2, share);
    const { absolute, squared } = estimator.expectedLosses(window);
    const errors = window.actual.map((value, i) => value - (window.predictions[i] as number));
    const mae = mean(errors.map(Math.abs));
    const mse = mean(errors.map((error) => error ** 2));
    expect(Math.abs(mean(absolute) - mae) / mae).toBeLessThan(0.15);
    expect(Math.abs(mean(squared) - mse) / mse).toBeLessThan(0.2);
  }
});
