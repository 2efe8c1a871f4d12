import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../stats/random.ts';
import { binaryIntervals, multiclassIntervals, regressionIntervals } from './bootstrap.ts';
import { rocAuc, thresholdCounts } from './threshold-counts.ts';

const options = { resamples: 200, confidence: 0.95, seed: 1 };

/** Labels drawn with the score as probability; scores with two decimals, so that there are ties. */
function sample(rows: number, seed: number): { scores: Float32Array; positive: Uint8Array } {
  const random = uniformGenerator(seed);
  const scores = Float32Array.from({ length: rows }, () => Math.round(random() * 100) / 100);
  return { scores, positive: Uint8Array.from(scores, (p) => (random() < p ? 1 : 0)) };
}

describe('bootstrap intervals', () => {
  it('hold the figure of the rows and narrow with the square root of their number', () => {
    const small = sample(500, 3);
    const large = sample(50_000, 4);
    const narrow = binaryIntervals(large.scores, large.positive, options);
    const wide = binaryIntervals(small.scores, small.positive, options);
    const auc = rocAuc(thresholdCounts(large)) ?? Number.NaN;
    const interval = narrow['rocAuc'];
    expect(interval?.low).toBeLessThan(auc);
    expect(interval?.high).toBeGreaterThan(auc);
    const width = (entry: { low: number; high: number } | undefined) => (entry?.high ?? 0) - (entry?.low ?? 0);
    expect(width(wide['rocAuc']) / width(interval)).toBeGreaterThan(6);
    expect(width(wide['rocAuc']) / width(interval)).toBeLessThan(16);
  });

  it('hold the true accuracy in about 95 of 100 samples', () => {
    let held = 0;
    // Of p uniform, the better guess is right with probability 3/4.
    for (let seed = 0; seed < 100; seed++) {
      const { scores, positive } = sample(400, 100 + seed);
      const { accuracy } = binaryIntervals(scores, positive, { ...options, resamples: 100 });
      if (accuracy !== undefined && accuracy.low <= 0.75 && accuracy.high >= 0.75) held++;
    }
    expect(held).toBeGreaterThanOrEqual(88);
  });

  it('are the same for the same seed and leave out what is not defined', () => {
    const { scores, positive } = sample(300, 9);
    expect(binaryIntervals(scores, positive, options)).toEqual(binaryIntervals(scores, positive, options));
    const one = binaryIntervals(scores, new Uint8Array(300), options);
    expect(one['rocAuc']).toBeUndefined();
    expect(one['logLoss']).toBeDefined();
  });

  it('are there for several classes and for numbers', () => {
    const random = uniformGenerator(5);
    const actual = Int32Array.from({ length: 300 }, () => Math.floor(random() * 3));
    const scores = new Float32Array(900).fill(0.2);
    actual.forEach((label, row) => {
      scores[row * 3 + (row % 10 === 0 ? (label + 1) % 3 : label)] = 0.6;
    });
    const several = multiclassIntervals(scores, actual, 3, options);
    expect(several['accuracy']?.low).toBeLessThan(0.9);
    expect(several['accuracy']?.high).toBeGreaterThan(0.9);
    const y = Float64Array.from({ length: 500 }, () => random() * 10);
    const predicted = Float32Array.from(y, (value) => value + random() - 0.5);
    const numbers = regressionIntervals(predicted, y, options);
    expect(numbers['rmse']?.low).toBeGreaterThan(0.2);
    expect(numbers['rmse']?.high).toBeLessThan(0.4);
    expect(regressionIntervals(new Float32Array(9), new Float64Array(9), options)['r2']).toBeUndefined();
  });
});
