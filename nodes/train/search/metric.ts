import {
  type ClassScores,
  confusionFigures,
  confusionMatrix,
  logLoss,
  meanOf,
  predictedClasses,
} from '../../../main/compute/metrics/class-metrics.ts';
import { regressionFigures } from '../../../main/compute/metrics/regression-metrics.ts';
import { averagePrecision, rocAuc, thresholdCounts } from '../../../main/compute/metrics/threshold-counts.ts';
import type { Direction } from '../../../main/compute/search/trial.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import type { searchMetrics } from './definition.ts';

export type SearchMetric = Exclude<(typeof searchMetrics)[number], 'auto'>;

const ofRegression: readonly string[] = ['rmse', 'mae', 'r2'];
const minimized: readonly string[] = ['logLoss', 'rmse', 'mae'];

/** The metric to pursue and which way. Throws `params.invalid` when it is not one of the task. */
export function chooseMetric(
  metric: (typeof searchMetrics)[number],
  task: Task,
): { metric: SearchMetric; direction: Direction } {
  const chosen = metric === 'auto' ? (task === 'regression' ? 'rmse' : 'logLoss') : metric;
  const isFit = ofRegression.includes(chosen) === (task === 'regression');
  if (!isFit || (chosen === 'macroF1' && task !== 'multiclass')) {
    throw new AppError('params.invalid', `“${chosen}” is not a metric of a ${task} task.`, {
      fix: 'Choose another metric, or “auto”.',
    });
  }
  return { metric: chosen, direction: minimized.includes(chosen) ? 'minimize' : 'maximize' };
}

/**
 * @param scores row-major probabilities [rows, classes] or predictions [rows, 1]
 * @param actual per row: class index or value
 * @returns NaN where the metric is not defined on these rows
 */
export function measureMetric(
  metric: SearchMetric,
  scores: Float32Array,
  actual: Float64Array,
  classCount: number,
): number {
  if (metric === 'rmse' || metric === 'mae' || metric === 'r2') {
    return regressionFigures(actual, scores)[metric] ?? Number.NaN;
  }
  const classScores: ClassScores = { probabilities: scores, actual: Int32Array.from(actual), classCount };
  if (metric === 'logLoss') return logLoss(classScores);
  if (metric === 'rocAuc' || metric === 'averagePrecision') {
    const measure = metric === 'rocAuc' ? rocAuc : averagePrecision;
    // Binary: the second class; else the mean over classes against the rest.
    const classes = classCount === 2 ? [1] : Array.from({ length: classCount }, (_, c) => c);
    return meanOf(classes.map((c) => measure(thresholdCounts(against(classScores, c))))) ?? Number.NaN;
  }
  const figures = confusionFigures(confusionMatrix(classScores.actual, predictedClasses(classScores), classCount));
  return figures[metric] ?? Number.NaN;
}

function against({ probabilities, actual, classCount }: ClassScores, c: number) {
  return {
    scores: Float32Array.from(actual, (_, row) => probabilities[row * classCount + c] as number),
    positive: Uint8Array.from(actual, (label) => (label === c ? 1 : 0)),
  };
}
