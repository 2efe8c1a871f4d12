import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibration } from './calibration.ts';
import { brierScore, confusionFigures, confusionMatrix, logLoss, predictedClasses } from './class-metrics.ts';
import { precisionRecallCurve, type RocPoint, rocCurve, thresholdTable } from './curves.ts';
import { regressionFigures, residualHistogram } from './regression-metrics.ts';
import { type Point, simplifyCurve } from './simplify-curve.ts';
import { averagePrecision, rocAuc, thresholdCounts } from './threshold-counts.ts';

function counts(scores: number[], positive: number[]) {
  return thresholdCounts({ scores: Float64Array.from(scores), positive: Uint8Array.from(positive) });
}

/** Few distinct scores, so that ties are common. */
const cases = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 1,
  maxLength: 40,
});

describe('ROC AUC and average precision', () => {
  it('equals hand-computed values', () => {
    const c = counts([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect(rocAuc(c)).toBe(0.75);
    expect(averagePrecision(c)).toBeCloseTo(0.8333333333333333, 12);
    expect(rocAuc(counts([0.5, 0.5, 0.5], [0, 1, 1]))).toBe(0.5);
    expect(averagePrecision(counts([0.5, 0.5, 0.5], [0, 1, 1]))).toBeCloseTo(2 / 3, 12);
  });

  it('is null where a class is absent', () => {
    expect(rocAuc(counts([0.1, 0.2], [1, 1]))).toBeNull();
    expect(rocAuc(counts([0.1, 0.2], [0, 0]))).toBeNull();
    expect(averagePrecision(counts([0.1], [0]))).toBeNull();
  });

  it('equals the share of ordered pairs, ties half (brute force)', () => {
    fc.assert(
      fc.property(cases, (rows) => {
        let won = 0;
        let pairs = 0;
        for (const [a, positiveA] of rows) {
          for (const [b, positiveB] of rows) {
            if (positiveA !== 1 || positiveB !== 0) continue;
            pairs++;
            won += a > b ? 1 : a === b ? 0.5 : 0;
          }
        }
        const auc = rocAuc(
          counts(
            rows.map(([s]) => s / 8),
            rows.map(([, y]) => y),
          ),
        );
        if (pairs === 0) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(won / pairs, 10);
      }),
      { seed: 1 },
    );
  });

  it('equals precision summed over thresholds (brute force)', () => {
    fc.assert(
      fc.property(cases, (rows) => {
        const positives = rows.filter(([, y]) => y === 1).length;
        let expected = 0;
        let last = 0;
        for (const t of [...new Set(rows.map(([s]) => s))].sort((a, b) => b - a)) {
          const picked = rows.filter(([s]) => s >= t);
          const hits = picked.filter(([, y]) => y === 1).length;
          expected += ((hits - last) / positives) * (hits / picked.length);
          last = hits;
        }
        const actual = averagePrecision(
          counts(
            rows.map(([s]) => s),
            rows.map(([, y]) => y),
          ),
        );
        if (positives === 0) expect(actual).toBeNull();
        else expect(actual).toBeCloseTo(expected, 10);
      }),
      { seed: 2 },
    );
  });
});

describe('curves', () => {
  it('go through every distinct threshold', () => {
    const c = counts([0.9, 0.8, 0.8, 0.3], [1, 0, 1, 0]);
    expect(rocCurve(c)).toEqual([
      { threshold: null, falsePositiveRate: 0, truePositiveRate: 0 },
      { threshold: 0.9, falsePositiveRate: 0, truePositiveRate: 0.5 },
      { threshold: 0.8, falsePositiveRate: 0.5, truePositiveRate: 1 },
      { threshold: 0.3, falsePositiveRate: 1, truePositiveRate: 1 },
    ]);
    expect(precisionRecallCurve(c)).toEqual([
      { threshold: null, recall: 0, precision: 1 },
      { threshold: 0.9, recall: 0.5, precision: 1 },
      { threshold: 0.8, recall: 1, precision: 2 / 3 },
    ]);
  });

  it('keep their area when thinned to 200 points', () => {
    const n = 50_000;
    const scores = new Float64Array(n);
    const positive = new Uint8Array(n);
    let state = 7;
    for (let i = 0; i < n; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      scores[i] = state / 2 ** 32;
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      positive[i] = state / 2 ** 32 < (scores[i] as number) ? 1 : 0;
    }
    const c = thresholdCounts({ scores, positive });
    const points = rocCurve(c);
    expect(points.length).toBeLessThanOrEqual(200);
    let area = 0;
    for (let i = 1; i < points.length; i++) {
      const a = points[i - 1] as RocPoint;
      const b = points[i] as RocPoint;
      area += ((b.falsePositiveRate - a.falsePositiveRate) * (a.truePositiveRate + b.truePositiveRate)) / 2;
    }
    expect(Math.abs(area - (rocAuc(c) as number))).toBeLessThan(2e-3);
  });

  it('keeps a corner', () => {
    const line: Point[] = Array.from({ length: 1001 }, (_, i) => (i <= 500 ? [i, 0] : [500, i - 500]));
    expect(simplifyCurve(line, 3)).toEqual([0, 500, 1000]);
  });

  it('tabulates thresholds', () => {
    const table = thresholdTable(counts([0.9, 0.6, 0.5, 0.2], [1, 0, 1, 0]));
    expect(table).toHaveLength(19);
    expect(table[9]).toEqual({
      threshold: 0.5,
      precision: 2 / 3,
      recall: 1,
      f1: 0.8,
      accuracy: 0.75,
      predictedPositive: 0.75,
    });
    expect(table[18]).toMatchObject({ precision: null, recall: 0, f1: 0, accuracy: 0.5 });
  });
});

describe('calibration', () => {
  it('bins by rank and weighs the gaps', () => {
    const scores = Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20);
    const result = calibration(
      counts(
        scores,
        scores.map((s) => (s > 0.5 ? 1 : 0)),
      ),
    );
    expect(result?.bins).toHaveLength(10);
    expect(result?.bins[0]).toEqual({ predicted: 0.05, observed: 0, rows: 2 });
    const expected = scores.reduce((sum, s) => sum + Math.abs(s - (s > 0.5 ? 1 : 0)), 0) / 20;
    expect(result?.expectedCalibrationError).toBeCloseTo(expected, 12);
  });

  it('keeps ties together and is 0 for a calibrated constant', () => {
    const result = calibration(counts([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]));
    expect(result).toEqual({
      expectedCalibrationError: 0,
      bins: [{ predicted: 0.25, observed: 0.25, rows: 4 }],
    });
  });
});

describe('class metrics', () => {
  const scores = {
    probabilities: Float64Array.from([0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.4, 0.3, 0.2, 0.2, 0.6]),
    actual: Int32Array.from([0, 1, 2, 2]),
    classCount: 3,
  };
  it('computes log loss, confusion and macro figures', () => {
    expect(logLoss(scores)).toBeCloseTo(-(Math.log(0.7) + Math.log(0.8) + Math.log(0.3) + Math.log(0.6)) / 4, 12);
    const predicted = predictedClasses(scores);
    expect([...predicted]).toEqual([0, 1, 1, 2]);
    const matrix = confusionMatrix(scores.actual, predicted, 3);
    expect(matrix).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
    ]);
    const figures = confusionFigures(matrix);
    expect(figures.accuracy).toBe(0.75);
    expect(figures.balancedAccuracy).toBeCloseTo((1 + 1 + 0.5) / 3, 12);
    expect(figures.macroF1).toBeCloseTo((1 + 2 / 3 + 2 / 3) / 3, 12);
    expect(figures.perClass[1]).toEqual({ support: 1, precision: 0.5, recall: 1, f1: 2 / 3 });
  });

  it('has no recall for an absent class and no infinite log loss', () => {
    const figures = confusionFigures([
      [2, 0],
      [0, 0],
    ]);
    expect(figures.perClass[1]).toEqual({ support: 0, precision: null, recall: null, f1: null });
    expect(figures.balancedAccuracy).toBe(1);
    expect(
      Number.isFinite(
        logLoss({ probabilities: Float32Array.from([1, 0]), actual: Int32Array.from([1]), classCount: 2 }),
      ),
    ).toBe(true);
  });

  it('computes the Brier score', () => {
    expect(brierScore(Float64Array.from([0.8, 0.4]), Uint8Array.from([1, 0]))).toBeCloseTo((0.04 + 0.16) / 2, 12);
  });
});

describe('regression metrics', () => {
  it('equals hand-computed values', () => {
    const figures = regressionFigures(Float64Array.from([3, -0.5, 2, 7]), Float64Array.from([2.5, 0, 2, 8]));
    expect(figures.mae).toBe(0.5);
    expect(figures.rmse).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(figures.r2).toBeCloseTo(0.9486081370449679, 12);
    expect(figures.mape).toBeCloseTo((0.5 / 3 + 1 + 0 + 1 / 7) / 4, 12);
  });

  it('is null where undefined', () => {
    expect(regressionFigures(Float64Array.from([0, 0]), Float64Array.from([1, 2]))).toMatchObject({
      r2: null,
      mape: null,
    });
  });

  it('counts every residual once', () => {
    const actual = Float64Array.from({ length: 1000 }, (_, i) => i % 100);
    const residuals = residualHistogram(actual, new Float64Array(1000));
    expect(residuals.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(1000);
    expect(residuals.mean).toBeCloseTo(49.5, 9);
    expect(residualHistogram(Float64Array.from([1, 1]), Float64Array.from([1, 1])).bins).toEqual([
      { from: 0, to: 0, count: 2 },
    ]);
  });
});
