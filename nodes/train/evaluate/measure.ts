import { calibration } from '../../../main/compute/metrics/calibration.ts';
import {
  brierScore,
  type ClassScores,
  confusionFigures,
  confusionMatrix,
  logLoss,
  meanOf,
  predictedClasses,
} from '../../../main/compute/metrics/class-metrics.ts';
import { precisionRecallCurve, rocCurve, thresholdTable } from '../../../main/compute/metrics/curves.ts';
import { regressionFigures, residualHistogram } from '../../../main/compute/metrics/regression-metrics.ts';
import {
  averagePrecision,
  rocAuc,
  type ThresholdCounts,
  thresholdCounts,
} from '../../../main/compute/metrics/threshold-counts.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { Predictions } from './predictions.ts';

const MAX_POINTS = 500;

/** The part of a report that follows from scores and labels; metrics that are not defined are left out. */
export type Measurement = Omit<EvaluationReport, 'task' | 'rows' | 'label' | 'classes' | 'parity' | 'importance'> & {
  warnings: string[];
};

export function measure(manifest: ModelManifest, predictions: Predictions): Measurement {
  if (manifest.ranking !== undefined) return measureRanking(manifest, predictions);
  switch (manifest.task) {
    case 'binary':
      return measureBinary(manifest, predictions);
    case 'multiclass':
      return measureMulticlass(manifest, predictions);
    case 'regression':
      return measureRegression(predictions);
  }
}

function measureBinary(manifest: ModelManifest, { scores, actual, rows }: Predictions): Measurement {
  const positive = Uint8Array.from(actual);
  const positiveScores = columnOf(scores, rows, 2, 1);
  const classScores: ClassScores = { probabilities: scores, actual: Int32Array.from(actual), classCount: 2 };
  const confusion = confusionMatrix(classScores.actual, predictedClasses(classScores), 2);
  const figures = confusionFigures(confusion);
  const [, second] = figures.perClass;
  const counts = thresholdCounts({ scores: positiveScores, positive });
  const bins = calibration(counts);
  const warnings = absentClasses(manifest, confusion);
  return {
    metrics: defined(
      {
        rocAuc: rocAuc(counts),
        averagePrecision: averagePrecision(counts),
        logLoss: logLoss(classScores),
        brierScore: brierScore(positiveScores, positive),
        accuracy: figures.accuracy,
        balancedAccuracy: figures.balancedAccuracy,
        precision: second?.precision ?? null,
        recall: second?.recall ?? null,
        f1: second?.f1 ?? null,
        expectedCalibrationError: bins?.expectedCalibrationError ?? null,
      },
      warnings,
    ),
    roc: rocCurve(counts),
    precisionRecall: precisionRecallCurve(counts),
    ...(bins === null ? {} : { calibration: bins.bins }),
    confusion,
    thresholds: thresholdTable(counts),
    labelBalance: balanceOf(manifest, confusion),
    warnings,
  };
}

function measureMulticlass(manifest: ModelManifest, { scores, actual, rows }: Predictions): Measurement {
  const classCount = manifest.classes.length;
  const classScores: ClassScores = { probabilities: scores, actual: Int32Array.from(actual), classCount };
  const predicted = predictedClasses(classScores);
  const confusion = confusionMatrix(classScores.actual, predicted, classCount);
  const figures = confusionFigures(confusion);
  const counts = manifest.classes.map((_, c) => oneAgainstRest(classScores, rows, c));
  const aucs = counts.map(rocAuc);
  const precisions = counts.map(averagePrecision);
  const top = Float32Array.from(predicted, (c, row) => scores[row * classCount + c] as number);
  const hit = Uint8Array.from(predicted, (c, row) => (c === actual[row] ? 1 : 0));
  const bins = calibration(thresholdCounts({ scores: top, positive: hit }));
  const warnings = absentClasses(manifest, confusion);
  return {
    metrics: defined(
      {
        accuracy: figures.accuracy,
        balancedAccuracy: figures.balancedAccuracy,
        macroF1: figures.macroF1,
        logLoss: logLoss(classScores),
        rocAuc: meanOf(aucs),
        averagePrecision: meanOf(precisions),
        expectedCalibrationError: bins?.expectedCalibrationError ?? null,
      },
      warnings,
    ),
    ...(bins === null ? {} : { calibration: bins.bins }),
    confusion,
    perClass: manifest.classes.map((label, c) => {
      const { support, precision, recall, f1 } = figures.perClass[c] as (typeof figures.perClass)[number];
      return {
        label,
        rows: support,
        precision,
        recall,
        f1,
        rocAuc: aucs[c] ?? null,
        averagePrecision: precisions[c] ?? null,
      };
    }),
    labelBalance: balanceOf(manifest, confusion),
    warnings,
  };
}

/** `hitRate`: rows whose item is recommended; `meanReciprocalRank`: mean of 1 / its place among them, 0 without one. */
function measureRanking(manifest: ModelManifest, { scores, actual, rows }: Predictions): Measurement {
  const width = manifest.classes.length;
  let hits = 0;
  let first = 0;
  let reciprocal = 0;
  for (let row = 0; row < rows; row++) {
    const own = scores.subarray(row * width, (row + 1) * width);
    const score = own[actual[row] as number] as number;
    if (score === 0) continue;
    const place = own.reduce((count, other) => (other > score ? count + 1 : count), 1);
    hits++;
    if (place === 1) first++;
    reciprocal += 1 / place;
  }
  return {
    metrics: { hitRate: hits / rows, meanReciprocalRank: reciprocal / rows, accuracy: first / rows },
    warnings: [],
  };
}

function measureRegression({ scores, actual, rows }: Predictions): Measurement {
  const warnings: string[] = [];
  const residuals = residualHistogram(actual, scores);
  const step = Math.max(1, Math.ceil(rows / MAX_POINTS));
  const points = [];
  for (let row = 0; row < rows; row += step) {
    points.push({ actual: actual[row] as number, predicted: scores[row] as number });
  }
  return {
    metrics: defined({ ...regressionFigures(actual, scores) }, warnings),
    residuals: residuals.bins,
    points,
    warnings,
  };
}

function oneAgainstRest({ probabilities, actual, classCount }: ClassScores, rows: number, c: number): ThresholdCounts {
  return thresholdCounts({
    scores: columnOf(probabilities, rows, classCount, c),
    positive: Uint8Array.from(actual, (label) => (label === c ? 1 : 0)),
  });
}

function columnOf(values: Float32Array | Float64Array, rows: number, width: number, column: number): Float32Array {
  const result = new Float32Array(rows);
  for (let row = 0; row < rows; row++) result[row] = values[row * width + column] as number;
  return result;
}

function absentClasses(manifest: ModelManifest, confusion: number[][]): string[] {
  return manifest.classes.flatMap((label, c) =>
    confusion[c]?.some((count) => count > 0) ? [] : [`No held-out row has the class “${label}”.`],
  );
}

function balanceOf(
  manifest: ModelManifest,
  confusion: number[][],
): { label: string | number | boolean; rows: number }[] {
  return manifest.classes.map((label, c) => ({ label, rows: confusion[c]?.reduce((a, b) => a + b, 0) ?? 0 }));
}

/** The metrics that are not null; each of the others gives a warning. */
function defined(metrics: Record<string, number | null>, warnings: string[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [name, value] of Object.entries(metrics)) {
    if (value === null) warnings.push(`${name} is not defined on these rows.`);
    else result[name] = value;
  }
  return result;
}
