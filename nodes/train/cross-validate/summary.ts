import { studentQuantile } from '../../../main/compute/stats/student-t.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';

type Summary = NonNullable<EvaluationReport['crossValidation']>['summary'];

/**
 * Mean, standard deviation and interval per metric over the folds on which it is defined. The interval is mean ± t · s ·
 * √(1/k + n₂/n₁) with n₂/n₁ measured to learnt rows: folds share most of their training rows, so their results are no
 * independent draws (Nadeau and Bengio 2003, eq. 9).
 */
export function summaryOf(
  folds: readonly { metrics: Record<string, number>; train: number; validation: number }[],
  confidence: number,
): Summary {
  const names = new Set(folds.flatMap(({ metrics }) => Object.keys(metrics)));
  return Object.fromEntries(
    [...names].map((name) => {
      const some = folds.filter(({ metrics }) => metrics[name] !== undefined);
      const values = some.map(({ metrics }) => metrics[name] as number);
      const k = values.length;
      const mean = values.reduce((sum, value) => sum + value / k, 0);
      if (k < 2) return [name, { mean, deviation: 0 }];
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / (k - 1), 0));
      const ratio = some.reduce((sum, { train, validation }) => sum + validation / train / k, 0);
      const half = studentQuantile(confidence, k - 1) * deviation * Math.sqrt(1 / k + ratio);
      return [
        name,
        { mean, deviation, low: Math.max(least(name), mean - half), high: Math.min(most(name), mean + half) },
      ];
    }),
  );
}

const errors: readonly string[] = ['logLoss', 'rmse', 'mae', 'mape', 'brierScore', 'expectedCalibrationError'];

function least(metric: string): number {
  return metric === 'r2' ? Number.NEGATIVE_INFINITY : 0;
}

function most(metric: string): number {
  return errors.includes(metric) ? Number.POSITIVE_INFINITY : 1;
}
