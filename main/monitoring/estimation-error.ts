import { drawLabel } from './draw-label.ts';
import type { Calibration, ScoredReference } from './cbpe.ts';
import { expectedSample, labelledSample } from './cbpe.ts';
import { classMetrics, type ClassSample, type Metrics, scoreOrders } from './class-performance.ts';
import type { BandedMetrics } from './confidence-band.ts';

/** Standard deviation of the error of an estimate beyond what the number of rows explains, by metric. */
export type EstimationErrors = Record<string, number>;

const chunks = 10;
const minimumChunkRows = 100;
const draws = 40;
/** Of 95 % bands. */
const z = 1.96;

/**
 * How far estimates are off from stretch to stretch of the held-out rows, in their order: the days of a stretch have
 * something in common that scores do not know (weather, a strike), so that a window of later rows will be off by as much.
 * The mean squared error over ten stretches less what drawing labels from the chances gives. Nothing for few rows.
 */
export async function classEstimationErrors(
  reference: ScoredReference,
  calibration: Calibration,
  random: () => number,
): Promise<EstimationErrors> {
  const found: { squared: Metrics; sampling: Metrics }[] = [];
  for (const { from, to } of stretches(reference.rows)) {
    const part = partOf(reference, from, to);
    const expected = expectedSample(calibration, part);
    const orders = scoreOrders(expected);
    const estimate = classMetrics(expected, orders);
    const realized = classMetrics(labelledSample(part), orders);
    const drawn = Array.from({ length: draws }, () => classMetrics(drawLabels(expected, random), orders));
    found.push({
      squared: byMetric(estimate, (name) => (realized[name] ?? Number.NaN) - (estimate[name] as number)),
      sampling: byMetric(estimate, (name) => {
        const errors = drawn.map((metrics) => (metrics[name] ?? Number.NaN) - (estimate[name] as number));
        return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
      }),
    });
    // Other work of this process comes in between.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  return errorsOf(found);
}

/** The same for expected losses of a regression. */
export function lossEstimationErrors(
  expected: { absolute: Float64Array; squared: Float64Array },
  realized: { absolute: Float64Array; squared: Float64Array },
): EstimationErrors {
  const found = stretches(expected.absolute.length).map(({ from, to }) => {
    const of = (kind: 'absolute' | 'squared') => {
      const errors = realized[kind].slice(from, to).map((loss, i) => loss - (expected[kind][from + i] as number));
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / Math.max(1, errors.length - 1);
      const size = Math.sqrt(expected[kind].slice(from, to).reduce((sum, loss) => sum + loss, 0) / errors.length);
      return { mean, error: Math.sqrt(variance / errors.length), size };
    };
    const [absolute, squared] = [of('absolute'), of('squared')];
    // The root turns an error e of the mean square m into e / (2 √m).
    const toRoot = squared.size > 0 ? 1 / (2 * squared.size) : 0;
    return {
      squared: { mae: absolute.mean ** 2, rmse: (squared.mean * toRoot) ** 2 },
      sampling: { mae: absolute.error ** 2, rmse: (squared.error * toRoot) ** 2 },
    };
  });
  return errorsOf(found);
}

/** Bands of estimates with these errors on top, which are independent of the number of rows. */
export function widened(metrics: BandedMetrics, errors: EstimationErrors, highest: number): BandedMetrics {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, { value, low, high }]) => {
      const more = z * (errors[name] ?? 0);
      return [
        name,
        {
          value,
          low: Math.max(0, value - Math.hypot(value - low, more)),
          high: Math.min(highest, value + Math.hypot(high - value, more)),
        },
      ];
    }),
  );
}

function stretches(rows: number): { from: number; to: number }[] {
  if (rows < chunks * minimumChunkRows) return [];
  return Array.from({ length: chunks }, (_, i) => ({
    from: Math.floor((i * rows) / chunks),
    to: Math.floor(((i + 1) * rows) / chunks),
  }));
}

function partOf({ classes, scores, actual }: ScoredReference, from: number, to: number): ScoredReference {
  const rows = to - from;
  return {
    rows,
    classes,
    scores: Float64Array.from({ length: rows * classes }, (_, i) => scores[from * classes + i] as number),
    actual: Float64Array.from({ length: rows }, (_, i) => actual[from + i] as number),
  };
}

function drawLabels(sample: ClassSample, random: () => number): ClassSample {
  const { rows, classes, chances } = sample;
  const labels = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) drawLabel(chances, labels, { row, classes }, random);
  return { ...sample, chances: labels };
}

/** Squares, where they are numbers. */
function byMetric(metrics: Metrics, of: (name: string) => number): Metrics {
  return Object.fromEntries(
    Object.keys(metrics).flatMap((name) => {
      const squared = of(name) ** 2;
      return Number.isFinite(squared) ? [[name, squared]] : [];
    }),
  );
}

function errorsOf(found: readonly { squared: Metrics; sampling: Metrics }[]): EstimationErrors {
  const [first] = found;
  if (first === undefined) return {};
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Object.fromEntries(
    Object.keys(first.squared).flatMap((name) => {
      const stretchesWith = found.filter(({ squared }) => squared[name] !== undefined);
      if (stretchesWith.length < found.length / 2) return [];
      const beyond =
        mean(stretchesWith.map(({ squared }) => squared[name] as number)) -
        mean(stretchesWith.map(({ sampling }) => sampling[name] ?? 0));
      return [[name, Math.sqrt(Math.max(0, beyond))]];
    }),
  );
}
