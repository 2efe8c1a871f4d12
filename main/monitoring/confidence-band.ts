import { drawLabel } from './draw-label.ts';
import { type ClassSample, classMetrics, type Metrics, type ScoreOrders, scoreOrders } from './class-performance.ts';

/** A metric with the range that holds it with 95 % confidence. */
export interface BandedMetric {
  value: number;
  low: number;
  high: number;
}

export type BandedMetrics = Record<string, BandedMetric>;

const repetitions = 200;
const tail = 0.025;

/**
 * Metrics of a sample with 95 % bootstrap bands. Rows are drawn with replacement; where labels are not known they are
 * drawn as well, each from its chances, so that the band of an estimate is where the realized metric should be found.
 * @param random uniform in [0, 1)
 */
export function bandedMetrics(sample: ClassSample, random: () => number): BandedMetrics {
  const orders = scoreOrders(sample);
  const repeated = Array.from({ length: repetitions }, () => drawnMetrics(sample, orders, random));
  return bandsOf(classMetrics(sample, orders), repeated);
}

/** Bands from the metrics of the drawn samples; a metric that was defined in few of them gets its value only. */
export function bandsOf(metrics: Metrics, repeated: readonly Metrics[]): BandedMetrics {
  const banded: BandedMetrics = {};
  for (const [name, value] of Object.entries(metrics)) {
    const drawn = repeated.flatMap((drawnSet) => drawnSet[name] ?? []).toSorted((a, b) => a - b);
    const low = drawn[Math.floor(tail * (drawn.length - 1))] ?? value;
    const high = drawn[Math.ceil((1 - tail) * (drawn.length - 1))] ?? value;
    banded[name] = { value, low: Math.min(low, value), high: Math.max(high, value) };
  }
  return banded;
}

function drawnMetrics(sample: ClassSample, orders: ScoreOrders, random: () => number): Metrics {
  const { rows, classes, chances } = sample;
  const weights = drawWeights(rows, random);
  const labels = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    if (weights[row] !== 0) drawLabel(chances, labels, { row, classes }, random);
  }
  return classMetrics({ ...sample, chances: labels }, orders, weights);
}

/** How often each of `rows` rows is drawn, in a sample of the same size with replacement. */
export function drawWeights(rows: number, random: () => number): Uint32Array {
  const weights = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor(random() * rows);
    weights[row] = (weights[row] as number) + 1;
  }
  return weights;
}
