import { openScoringSession } from '../../../main/compute/scoring/scoring-session.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { measure } from './measure.ts';
import { type Predictions, predictTable } from './predictions.ts';
import { rowLosses } from '../../../main/compute/metrics/row-loss.ts';

/** 95 % of a normal distribution lie within this many standard errors. */
const normal95 = 1.959964;

/**
 * Another model on the very same rows: its metrics, and the mean difference of the losses row by row, whose interval is
 * much narrower than that of either model. Errors: `node.failed` for a model of another label or other classes, and those of
 * `predictTable`.
 */
export async function compareWith(options: {
  manifest: ModelManifest;
  predictions: Predictions;
  other: InputArtifact;
  otherManifest: ModelManifest;
  table: InputArtifact;
  threads: number;
  signal: AbortSignal;
}): Promise<NonNullable<EvaluationReport['comparison']>> {
  const { manifest, predictions, other, otherManifest, table, threads, signal } = options;
  if (
    JSON.stringify(manifest.classes) !== JSON.stringify(otherManifest.classes) ||
    manifest.task !== otherManifest.task
  ) {
    throw new AppError('train.bad-label', 'The other model predicts something else: its classes are different.', {
      fix: 'Compare models of the same label.',
      details: { classes: manifest.classes.slice(0, 100), otherClasses: otherManifest.classes.slice(0, 100) },
    });
  }
  const session = await openScoringSession(
    { manifest: otherManifest, path: (file) => other.path(file) },
    { threads, label: 'the other model' },
  );
  const theirs = await predictTable({
    session,
    manifest: { ...otherManifest, label: manifest.label },
    table,
    signal,
    onProgress: () => undefined,
  });
  await session.release();
  const classCount = manifest.classes.length;
  const [own, others] = sharedRows(predictions, theirs);
  const mine = rowLosses(own.scores, own.actual, classCount);
  const otherLosses = rowLosses(others.scores, others.actual, classCount);
  const differences = mine.map((loss, row) => loss - (otherLosses[row] as number));
  let mean = 0;
  for (const difference of differences) mean += difference / differences.length;
  let squares = 0;
  for (const difference of differences) squares += (difference - mean) ** 2;
  const error = Math.sqrt(squares / Math.max(1, differences.length - 1) / differences.length);
  return {
    model: other.digest,
    metrics: measure(otherManifest, others).metrics,
    lossDifference: { mean, low: mean - normal95 * error, high: mean + normal95 * error },
  };
}

/** The rows that both models answer; only a forecast leaves some out. Errors: `data.empty`. */
function sharedRows(mine: Predictions, theirs: Predictions): [Predictions, Predictions] {
  if (mine.unreached === undefined && theirs.unreached === undefined) return [mine, theirs];
  const both = [mine, theirs].map(({ ordinals }) => new Set(ordinals));
  const shared = [mine, theirs].map((predictions) => {
    const rows = [...predictions.ordinals.keys()].filter((row) =>
      both.every((ordinals) => ordinals.has(predictions.ordinals[row] as number)),
    );
    return {
      ...predictions,
      rows: rows.length,
      // A forecast is a regression: one score a row.
      scores: Float32Array.from(rows, (row) => predictions.scores[row] as number),
      actual: Float64Array.from(rows, (row) => predictions.actual[row] as number),
      ordinals: Float64Array.from(rows, (row) => predictions.ordinals[row] as number),
    };
  }) as [Predictions, Predictions];
  if (shared[0].rows > 0) return shared;
  throw new AppError('data.empty', 'There is no row that both models have a prediction for.', {
    fix: 'Compare forecasts that reach the same time.',
  });
}
