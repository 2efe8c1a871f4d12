import { actualColumn, scoreColumn } from '../../shared/model/report.ts';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import { readColumns } from '../compute/duckdb/read-columns.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import { calibrationOf, expectedSample, fitCalibration, labelledSample } from './cbpe.ts';
import { type BandedMetrics, bandedMetrics, bandsOf, drawWeights } from './confidence-band.ts';
import { fitLossEstimator } from './dle.ts';
import { classEstimationErrors, lossEstimationErrors, widened } from './estimation-error.ts';
import type { LoggedRows } from './labelled-log.ts';

/** How well a model does, learned from its held-out rows. */
export interface PerformanceReference {
  /** Metrics on the held-out rows. */
  metrics: BandedMetrics;
  /** Without labels. */
  estimate(rows: LoggedRows): BandedMetrics;
  /** Every row has its label. */
  realize(rows: LoggedRows): BandedMetrics;
  /** Every row has its label; null for a regression. */
  calibration(rows: LoggedRows): ReturnType<typeof calibrationOf> | null;
}

const maxReferenceRows = 20_000;
const repetitions = 200;

export const defaultMetric = (manifest: ModelManifest): string => (manifest.task === 'regression' ? 'rmse' : 'rocAuc');

export function higherIsBetter(metric: string): boolean {
  return metric !== 'rmse' && metric !== 'mae';
}

/** From `reference-scores.parquet`. Errors: those of `readColumns`. */
export async function loadPerformanceReference(
  path: string,
  manifest: ModelManifest,
  signal?: AbortSignal,
): Promise<PerformanceReference> {
  const held = await readHeldOut(path, manifest, signal);
  if (manifest.task === 'regression') return regressionReference(held, signal);
  const classes = manifest.classes.length;
  const calibration = fitCalibration({ ...held, classes });
  const random = () => uniformGenerator(1);
  const errors = await classEstimationErrors({ ...held, classes }, calibration, random());
  return {
    metrics: bandedMetrics(labelledSample({ ...held, classes }), random()),
    estimate: (rows) => widened(bandedMetrics(expectedSample(calibration, rows), random()), errors, 1),
    realize: (rows) => bandedMetrics(labelledSample({ ...rows, classes }), random()),
    calibration: (rows) => calibrationOf({ ...rows, classes }),
  };
}

type HeldOut = Pick<LoggedRows, 'rows' | 'columns' | 'scores' | 'actual'>;

async function regressionReference(held: HeldOut, signal: AbortSignal | undefined): Promise<PerformanceReference> {
  const estimator = await fitLossEstimator({ ...held, predictions: held.scores }, signal);
  const realize = ({ actual, scores }: Pick<LoggedRows, 'actual' | 'scores'>) => {
    const absolute = actual.map((value, i) => Math.abs(value - (scores[i] as number)));
    return lossMetrics(
      absolute,
      absolute.map((error) => error * error),
    );
  };
  const lossesOf = (rows: Pick<LoggedRows, 'rows' | 'columns' | 'scores'>) =>
    estimator.expectedLosses({ ...rows, predictions: rows.scores });
  const absoluteErrors = held.actual.map((value, i) => Math.abs(value - (held.scores[i] as number)));
  const errors = lossEstimationErrors(lossesOf(held), {
    absolute: absoluteErrors,
    squared: absoluteErrors.map((error) => error * error),
  });
  return {
    metrics: realize(held),
    estimate(rows) {
      const { absolute, squared } = lossesOf(rows);
      return widened(lossMetrics(absolute, squared), errors, Number.POSITIVE_INFINITY);
    },
    realize,
    calibration: () => null,
  };
}

function lossMetrics(absolute: Float64Array, squared: Float64Array): BandedMetrics {
  const random = uniformGenerator(1);
  const of = (weights?: Uint32Array) => {
    const mean = (losses: Float64Array) =>
      losses.reduce((sum, loss, i) => sum + loss * (weights?.[i] ?? 1), 0) / losses.length;
    return { mae: mean(absolute), rmse: Math.sqrt(mean(squared)) };
  };
  return bandsOf(
    of(),
    Array.from({ length: repetitions }, () => of(drawWeights(absolute.length, random))),
  );
}

async function readHeldOut(path: string, manifest: ModelManifest, signal: AbortSignal | undefined): Promise<HeldOut> {
  const width = Math.max(1, manifest.classes.length);
  const inputs = manifest.task === 'regression' ? manifest.inputs.filter(({ type }) => type !== 'tensor') : [];
  const numbers: InputColumn[] = [actualColumn, ...Array.from({ length: width }, (_, c) => scoreColumn(c))].map(
    (name) => ({ name, type: 'float64' }),
  );
  const options = { limit: maxReferenceRows, chunkRows: maxReferenceRows, ...(signal === undefined ? {} : { signal }) };
  for await (const { rows, columns } of readColumns(path, [...numbers, ...inputs], options)) {
    const values = columns.slice(0, width + 1).map((column) => column.values as Float64Array);
    const [actual, ...scores] = values as [Float64Array, ...Float64Array[]];
    return {
      rows,
      actual,
      scores: Float64Array.from(
        { length: rows * width },
        (_, i) => scores[i % width]?.[Math.floor(i / width)] as number,
      ),
      columns: columns.slice(width + 1).flatMap((column) => (column.kind === 'tensor' ? [] : [column])),
    };
  }
  return { rows: 0, actual: new Float64Array(), scores: new Float64Array(), columns: [] };
}
