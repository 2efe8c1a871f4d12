import { uniformGenerator } from '../stats/random.ts';

export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Number of resamples, at least 20. */
  resamples: number;
  /** Share of resamples inside the interval, e.g. 0.95. */
  confidence: number;
  seed: number;
}

const epsilon = 1e-15;
/** Cumulative probabilities of 0, 1, 2, … for Poisson(1), in units of 2⁻³². */
const poissonSteps = poissonTable();

function poissonTable(): Float64Array {
  const steps = new Float64Array(12);
  let probability = Math.exp(-1);
  let sum = 0;
  for (let k = 0; k < steps.length; k++) {
    sum += probability;
    steps[k] = sum * 2 ** 32;
    probability /= k + 1;
  }
  return steps;
}

/** Draws how often a row is in the resample: Poisson(1), which for many rows is what drawing with replacement gives. */
function weightGenerator(seed: number): () => number {
  let state = (Math.floor(uniformGenerator(seed)() * 2 ** 32) | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const draw = state >>> 0;
    let weight = 0;
    while (weight < poissonSteps.length && draw >= (poissonSteps[weight] as number)) weight++;
    return weight;
  };
}

/**
 * Percentile intervals of the Poisson bootstrap (Chamandy et al., Estimating Uncertainty for Massive Data Streams, 2012).
 * `compute` gets the generator of row weights, to be called once per row, and gives metrics; a metric that some resample
 * does not define (NaN) has no interval.
 */
function intervals(
  { resamples, confidence, seed }: BootstrapOptions,
  compute: (weight: () => number) => Record<string, number>,
): Record<string, Interval> {
  const samples = new Map<string, number[]>();
  for (let resample = 0; resample < resamples; resample++) {
    for (const [name, value] of Object.entries(compute(weightGenerator(seed + resample)))) {
      const values = samples.get(name) ?? [];
      values.push(value);
      samples.set(name, values);
    }
  }
  const tail = (1 - confidence) / 2;
  const result: Record<string, Interval> = {};
  for (const [name, values] of samples) {
    if (values.some(Number.isNaN)) continue;
    const sorted = Float64Array.from(values).sort();
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
    result[name] = { low: at(tail), high: at(1 - tail) };
  }
  return result;
}

/** Intervals of rocAuc, logLoss, brierScore and accuracy (at 0.5) from scores of the positive class. */
export function binaryIntervals(
  scores: Float32Array,
  positive: Uint8Array,
  options: BootstrapOptions,
): Record<string, Interval> {
  const order = sortedByScore(scores, positive);
  return intervals(options, (weight) => {
    let rows = 0;
    let positives = 0;
    let loss = 0;
    let squares = 0;
    let hits = 0;
    let area = 0;
    let below = 0;
    let tiedNegative = 0;
    let tiedPositive = 0;
    let last = Number.NaN;
    for (let i = 0; i < order.scores.length; i++) {
      const w = weight();
      if (w === 0) continue;
      const p = order.scores[i] as number;
      const isPositive = order.positive[i] === 1;
      if (p !== last) {
        area += tiedPositive * (below + tiedNegative / 2);
        below += tiedNegative;
        tiedPositive = 0;
        tiedNegative = 0;
        last = p;
      }
      if (isPositive) tiedPositive += w;
      else tiedNegative += w;
      rows += w;
      const own = isPositive ? p : 1 - p;
      loss -= w * Math.log(Math.min(1 - epsilon, Math.max(epsilon, own)));
      squares += w * (1 - own) ** 2;
      if (isPositive) positives += w;
      if (p > 0.5 === isPositive) hits += w;
    }
    area += tiedPositive * (below + tiedNegative / 2);
    const negatives = rows - positives;
    return {
      rocAuc: area / (positives * negatives),
      logLoss: loss / rows,
      brierScore: squares / rows,
      accuracy: hits / rows,
    };
  });
}

/** Scores ascending with their labels, both in one number per row: one native sort in place of a sort of indices. */
function sortedByScore(scores: Float32Array, positive: Uint8Array): { scores: Float32Array; positive: Uint8Array } {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = new Float64Array(scores.length);
  for (let row = 0; row < keys.length; row++) {
    const b = bits[row] as number;
    // Unsigned order of the turned bits is the order of the floats.
    const ordered = b >>> 31 === 1 ? ~b >>> 0 : (b | 0x80000000) >>> 0;
    keys[row] = ordered * 2 + (positive[row] as number);
  }
  keys.sort();
  const sortedBits = new Uint32Array(keys.length);
  const sortedPositive = new Uint8Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const isPositive = key % 2;
    const ordered = (key - isPositive) / 2;
    sortedPositive[i] = isPositive;
    sortedBits[i] = ordered >= 0x80000000 ? ordered - 0x80000000 : ~ordered >>> 0;
  }
  return { scores: new Float32Array(sortedBits.buffer), positive: sortedPositive };
}

/** Intervals of accuracy and logLoss; `probabilities` is row-major [rows, classes]. */
export function multiclassIntervals(
  probabilities: Float32Array,
  actual: Int32Array,
  classCount: number,
  options: BootstrapOptions,
): Record<string, Interval> {
  const loss = new Float64Array(actual.length);
  const hit = new Uint8Array(actual.length);
  for (let row = 0; row < actual.length; row++) {
    const scores = probabilities.subarray(row * classCount, (row + 1) * classCount);
    let best = 0;
    for (let c = 1; c < classCount; c++) if ((scores[c] as number) > (scores[best] as number)) best = c;
    const own = scores[actual[row] as number] as number;
    loss[row] = -Math.log(Math.min(1 - epsilon, Math.max(epsilon, own)));
    hit[row] = best === actual[row] ? 1 : 0;
  }
  return intervals(options, (weight) => {
    let rows = 0;
    let losses = 0;
    let hits = 0;
    for (let row = 0; row < loss.length; row++) {
      const w = weight();
      rows += w;
      losses += w * (loss[row] as number);
      hits += w * (hit[row] as number);
    }
    return { accuracy: hits / rows, logLoss: losses / rows };
  });
}

/** Intervals of rmse, mae and r2. */
export function regressionIntervals(
  predicted: Float32Array,
  actual: Float64Array,
  options: BootstrapOptions,
): Record<string, Interval> {
  return intervals(options, (weight) => {
    let rows = 0;
    let squares = 0;
    let absolute = 0;
    let mean = 0;
    let spread = 0;
    for (let row = 0; row < actual.length; row++) {
      const w = weight();
      if (w === 0) continue;
      const y = actual[row] as number;
      const error = y - (predicted[row] as number);
      squares += w * error * error;
      absolute += w * Math.abs(error);
      // West's weighted update (1979).
      rows += w;
      const shift = y - mean;
      mean += (w / rows) * shift;
      spread += w * shift * (y - mean);
    }
    return {
      rmse: Math.sqrt(squares / rows),
      mae: absolute / rows,
      r2: spread === 0 ? Number.NaN : 1 - squares / spread,
    };
  });
}
