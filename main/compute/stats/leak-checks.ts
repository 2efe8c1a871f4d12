import type { LeakFinding } from '../../../shared/model/report.ts';
import { rocAuc, thresholdCounts } from '../metrics/threshold-counts.ts';

/** One feature by row, NaN where missing: a number, or the code of a category. */
export interface CheckedFeature {
  name: string;
  values: Float32Array | Float64Array;
}

/** What is to be predicted, by row: the index of a class below `count`, or a number. */
export type CheckedLabel = { classes: Int32Array; count: number } | { numbers: Float64Array };

export interface LeakOptions {
  /** Score from which on a feature alone is too good to be true. Default 0.99. */
  suspiciousScore?: number;
  /** Rows looked at, evenly spaced. Default 100,000. */
  maxRows?: number;
}

/** With fewer rows a feature can be that good by chance. */
const fewestRows = 50;
/** Up to this many different values are told apart; more are cut into as many buckets at their quantiles. */
const mostBuckets = 256;
/** Share of test rows found in training from which on it is worth a word: some rows are alike without being copies. */
const duplicateShare = 0.01;

/**
 * Features that predict the label nearly perfectly on their own, best first. A feature is scored by the mean label of the
 * rows of equal value, learnt on one half of the rows and applied to the other, both ways, so that a feature with a value
 * per row has no advantage; missing is a value like any other. The score is the ROC AUC (mean over classes, each against
 * the rest), or R² for numbers.
 */
export function labelKnowers(
  features: readonly CheckedFeature[],
  label: CheckedLabel,
  { suspiciousScore = 0.99, maxRows = 100_000 }: LeakOptions = {},
): LeakFinding[] {
  const total = 'classes' in label ? label.classes.length : label.numbers.length;
  const rows = evenlySpaced(total, maxRows);
  if (rows.length < fewestRows) return [];
  const measure = 'classes' in label ? 'ROC AUC' : 'R²';
  const findings: Extract<LeakFinding, { check: 'label-known' }>[] = [];
  for (const { name, values } of features) {
    const score = singleFeatureScore(values, label, rows);
    if (score === null || score < suspiciousScore) continue;
    const message = `“${name}” alone predicts the label with ${measure} ${score.toFixed(4)}: is it known before the label is?`;
    findings.push({ check: 'label-known', feature: name, measure, score, rows: rows.length, message });
  }
  return findings.toSorted((a, b) => b.score - a.score);
}

/** Rows of a time column that lie after the time of the row; `missing` is the value of a missing time in both. */
export function futureTimes(
  feature: string,
  times: BigInt64Array,
  rowTimes: BigInt64Array,
  missing: bigint,
): LeakFinding | undefined {
  let rows = 0;
  let of = 0;
  let firstRow = -1;
  for (let row = 0; row < times.length; row++) {
    const time = times[row] as bigint;
    const rowTime = rowTimes[row] as bigint;
    if (time === missing || rowTime === missing) continue;
    of++;
    if (time <= rowTime) continue;
    if (rows === 0) firstRow = row;
    rows++;
  }
  if (rows === 0) return undefined;
  const message = `“${feature}” lies after the time of its row in ${rows} of ${of} rows, first in row ${firstRow}.`;
  return { check: 'from-the-future', feature, rows, of, firstRow, message };
}

/** Test rows that are training rows too, counted by `countSharedRows`. */
export function rowsInBoth(shared: number, testRows: number): LeakFinding | undefined {
  if (testRows === 0 || shared / testRows < duplicateShare) return undefined;
  const percent = ((100 * shared) / testRows).toFixed(1);
  const message = `${shared} of ${testRows} test rows (${percent} %) are among the training rows, so the test is partly a repetition.`;
  return { check: 'rows-in-both', rows: shared, of: testRows, message };
}

function evenlySpaced(total: number, most: number): Uint32Array {
  const count = Math.min(total, most);
  return Uint32Array.from({ length: count }, (_, index) => Math.floor((index * total) / count));
}

/** null where the label does not vary. */
function singleFeatureScore(values: CheckedFeature['values'], label: CheckedLabel, rows: Uint32Array): number | null {
  const buckets = bucketsOf(values, rows);
  if ('numbers' in label) {
    const targets = Float64Array.from(rows, (row) => label.numbers[row] as number);
    return rSquared(crossFitted(buckets, targets), targets);
  }
  // Of two classes, one against the other says all.
  const classes = label.count === 2 ? [1] : Array.from({ length: label.count }, (_, index) => index);
  const scores = classes.flatMap((index) => {
    const targets = Float64Array.from(rows, (row) => (label.classes[row] === index ? 1 : 0));
    return rocAuc(thresholdCounts({ scores: crossFitted(buckets, targets), positive: Uint8Array.from(targets) })) ?? [];
  });
  return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** A small number per row, equal for equal values; 0 for missing. */
function bucketsOf(values: CheckedFeature['values'], rows: Uint32Array): Uint16Array {
  const present = Float64Array.from(rows, (row) => values[row] as number).filter((value) => !Number.isNaN(value));
  present.sort();
  const distinct = present.filter((value, index) => index === 0 || value !== present[index - 1]);
  const starts =
    distinct.length <= mostBuckets
      ? distinct
      : Float64Array.from(
          { length: mostBuckets },
          (_, index) => present[Math.floor((index * present.length) / mostBuckets)] as number,
        );
  return Uint16Array.from(rows, (row) => {
    const value = values[row] as number;
    return Number.isNaN(value) ? 0 : 1 + lastAtMost(starts, value);
  });
}

/** Index of the last element that is at most `value`, in ascending order; the first is. */
function lastAtMost(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Per row the mean target of its bucket in the half of the rows that it is not in. */
function crossFitted(buckets: Uint16Array, targets: Float64Array): Float64Array {
  const size = mostBuckets + 1;
  const sums = [new Float64Array(size), new Float64Array(size)] as const;
  const counts = [new Float64Array(size), new Float64Array(size)] as const;
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  for (let i = 0; i < targets.length; i++) {
    const half = halfOf(i);
    const bucket = buckets[i] as number;
    sums[half][bucket] = (sums[half][bucket] as number) + (targets[i] as number);
    counts[half][bucket] = (counts[half][bucket] as number) + 1;
  }
  return Float64Array.from(buckets, (bucket, i) => {
    const other = halfOf(i) === 0 ? 1 : 0;
    const count = counts[other][bucket] as number;
    return count === 0 ? mean : (sums[other][bucket] as number) / count;
  });
}

/** A fixed coin per row: neighbours, which are often alike, fall apart. */
function halfOf(row: number): 0 | 1 {
  return ((Math.imul(row + 1, 0x9e3779b1) >>> 16) & 1) as 0 | 1;
}

function rSquared(predicted: Float64Array, targets: Float64Array): number | null {
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  let residual = 0;
  let total = 0;
  targets.forEach((target, i) => {
    residual += (target - (predicted[i] as number)) ** 2;
    total += (target - mean) ** 2;
  });
  return total > 0 ? 1 - residual / total : null;
}
