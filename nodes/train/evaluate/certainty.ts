import {
  binaryIntervals,
  type BootstrapOptions,
  multiclassIntervals,
  regressionIntervals,
} from '../../../main/compute/metrics/bootstrap.ts';
import { cheapestThreshold, liftCurve } from '../../../main/compute/metrics/decisions.ts';
import { thresholdCounts } from '../../../main/compute/metrics/threshold-counts.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { Predictions } from './predictions.ts';

/** Any number does; it is fixed so that the same rows give the same report. */
const seed = 20_010_501;

/** With many rows intervals are narrow, and their ends need not be known so well: fewer resamples do. */
const mostDraws = 2e7;
const fewestResamples = 50;

interface Decisions {
  resamples: number;
  confidence: number;
  falsePositiveCost: number;
  falseNegativeCost: number;
}

type Certainty = Pick<EvaluationReport, 'intervals' | 'confidence' | 'baseline' | 'lift' | 'cheapest'>;

/** How sure the figures are, what a model without any knowledge reaches, and what decisions follow from the scores. */
export function certaintyOf(manifest: ModelManifest, predictions: Predictions, params: Decisions): Certainty {
  if (manifest.ranking !== undefined) return {};
  const { confidence } = params;
  const resamples = Math.min(params.resamples, Math.max(fewestResamples, Math.floor(mostDraws / predictions.rows)));
  const intervals =
    resamples === 0
      ? {}
      : { intervals: intervalsOf(manifest, predictions, { resamples, confidence, seed }), confidence };
  const baseline = baselineOf(manifest, predictions);
  if (manifest.task !== 'binary') return { ...intervals, baseline };
  const counts = thresholdCounts(positiveScores(predictions));
  const { falsePositiveCost, falseNegativeCost } = params;
  const costs = { falsePositive: falsePositiveCost, falseNegative: falseNegativeCost };
  const choice = falsePositiveCost + falseNegativeCost > 0 ? cheapestThreshold(counts, costs) : null;
  return {
    ...intervals,
    baseline,
    lift: liftCurve(counts),
    ...(choice === null ? {} : { cheapest: { falsePositiveCost, falseNegativeCost, ...choice } }),
  };
}

function positiveScores({ scores, actual, rows }: Predictions): { scores: Float32Array; positive: Uint8Array } {
  return {
    scores: Float32Array.from({ length: rows }, (_, row) => scores[2 * row + 1] as number),
    positive: Uint8Array.from(actual),
  };
}

function intervalsOf(
  { task, classes }: ModelManifest,
  predictions: Predictions,
  options: BootstrapOptions,
): NonNullable<EvaluationReport['intervals']> {
  switch (task) {
    case 'binary': {
      const { scores, positive } = positiveScores(predictions);
      return binaryIntervals(scores, positive, options);
    }
    case 'multiclass':
      return multiclassIntervals(predictions.scores, Int32Array.from(predictions.actual), classes.length, options);
    case 'regression':
      return regressionIntervals(predictions.scores, predictions.actual, options);
  }
}

/** Class shares, or the mean, of these very rows: the best that can be said without looking at an input. */
function baselineOf({ task, classes }: ModelManifest, { actual, rows }: Predictions): EvaluationReport['baseline'] {
  if (task === 'regression') {
    let mean = 0;
    for (const value of actual) mean += value / rows;
    let squares = 0;
    let absolute = 0;
    for (const value of actual) {
      squares += (value - mean) ** 2 / rows;
      absolute += Math.abs(value - mean) / rows;
    }
    return {
      says: `always ${Number(mean.toPrecision(4))}`,
      metrics: { rmse: Math.sqrt(squares), mae: absolute, r2: 0 },
    };
  }
  const counts = new Float64Array(classes.length);
  for (const label of actual) counts[label] = (counts[label] as number) + 1;
  const most = counts.indexOf(Math.max(...counts));
  let entropy = 0;
  let spread = 1;
  for (const count of counts) {
    const share = count / rows;
    if (share > 0) entropy -= share * Math.log(share);
    spread -= share * share;
  }
  const accuracy = (counts[most] as number) / rows;
  const binary = task === 'binary' ? { rocAuc: 0.5, brierScore: spread / 2 } : {};
  return { says: `always ${String(classes[most])}`, metrics: { accuracy, logLoss: entropy, ...binary } };
}
