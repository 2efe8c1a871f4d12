import { calibration } from '../../../main/compute/metrics/calibration.ts';
import { logLoss, predictedClasses } from '../../../main/compute/metrics/class-metrics.ts';
import { thresholdCounts } from '../../../main/compute/metrics/threshold-counts.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';

type Reliability = NonNullable<EvaluationReport['calibrated']>['before'];

/** Of two classes, of the probability of the second; of more, of that of the predicted one. The Brier score is the mean square over all classes. */
export function reliabilityOf(scores: Float32Array, actual: Float64Array, classes: number): Reliability {
  const classScores = { probabilities: scores, actual: Int32Array.from(actual), classCount: classes };
  const chosen = classes === 2 ? Int32Array.from(actual, () => 1) : predictedClasses(classScores);
  const counts = thresholdCounts({
    scores: Float32Array.from(chosen, (c, row) => scores[row * classes + c] as number),
    positive: Uint8Array.from(chosen, (c, row) => (actual[row] === c ? 1 : 0)),
  });
  const reliability = calibration(counts);
  let squares = 0;
  actual.forEach((label, row) => {
    for (let c = 0; c < classes; c++) squares += ((scores[row * classes + c] as number) - (label === c ? 1 : 0)) ** 2;
  });
  return {
    logLoss: logLoss(classScores),
    // Of two classes both differences are the same, and one is counted.
    brierScore: squares / actual.length / (classes === 2 ? 2 : 1),
    expectedCalibrationError: reliability?.expectedCalibrationError ?? 0,
    bins: reliability?.bins ?? [],
  };
}
