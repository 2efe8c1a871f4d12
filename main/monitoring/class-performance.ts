/**
 * Rows of a classifier as scores and chances of each class. The chance is 0 or 1 where the label is known, and a
 * calibrated probability where it is not: the same sums then give realized or expected metrics.
 */
export interface ClassSample {
  rows: number;
  classes: number;
  /** The model's own scores, row-major [rows, classes]. */
  scores: ArrayLike<number>;
  /** Chance of each class, row-major [rows, classes], each row summing to 1. */
  chances: ArrayLike<number>;
  /** Index of the predicted class per row. */
  predicted: ArrayLike<number>;
}

export type Metrics = Record<string, number>;

/** Rows of each class by descending score; made once per sample, used by every repetition of a bootstrap. */
export type ScoreOrders = Uint32Array[];

/** Classes judged against the rest: the second of two, each of more. */
function judgedClasses(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c);
}

export function scoreOrders({ rows, classes, scores }: ClassSample): ScoreOrders {
  return judgedClasses(classes).map((c) => {
    const key = Float64Array.from({ length: rows }, (_, row) => scores[row * classes + c] as number);
    return Uint32Array.from({ length: rows }, (_, row) => row).sort(
      (a, b) => (key[b] as number) - (key[a] as number) || a - b,
    );
  });
}

/**
 * Expected confusion of each judged class, from which the metrics follow: for two classes `rocAuc`, `accuracy`,
 * `precision`, `recall`, `specificity`, `f1` of the second class; for more `rocAuc` (mean over classes against the
 * rest), `accuracy`, `macroF1`. Metrics that are not defined are left out.
 * @param weights how often each row counts; undefined for once
 */
export function classMetrics(sample: ClassSample, orders: ScoreOrders, weights?: ArrayLike<number>): Metrics {
  const { rows, classes, chances, predicted } = sample;
  let total = 0;
  let hits = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights === undefined ? 1 : (weights[row] as number);
    total += weight;
    hits += weight * (chances[row * classes + (predicted[row] as number)] as number);
  }
  const judged = judgedClasses(classes).map((c, i) => judge(sample, orders[i] as Uint32Array, c, weights));
  const aucs = judged.map(({ auc }) => auc);
  const metrics: Metrics = {};
  const set = (name: string, value: number) => {
    if (Number.isFinite(value)) metrics[name] = value;
  };
  set('rocAuc', aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length);
  set('accuracy', hits / total);
  const [only] = judged;
  if (classes === 2 && only !== undefined) {
    const { truePositive, falsePositive, falseNegative, trueNegative } = only;
    set('precision', truePositive / (truePositive + falsePositive));
    set('recall', truePositive / (truePositive + falseNegative));
    set('specificity', trueNegative / (trueNegative + falsePositive));
    set('f1', truePositive / (truePositive + (falsePositive + falseNegative) / 2));
  } else {
    const f1s = judged.map(({ truePositive: t, falsePositive: f, falseNegative: m }) => t / (t + (f + m) / 2) || 0);
    set('macroF1', f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length);
  }
  return metrics;
}

interface Judged {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
  /** NaN where one side is absent. */
  auc: number;
}

function judge(sample: ClassSample, order: Uint32Array, c: number, weights: ArrayLike<number> | undefined): Judged {
  const { classes, scores, chances, predicted } = sample;
  const judged = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
  let positives = 0;
  let negatives = 0;
  let lastPositives = 0;
  let lastNegatives = 0;
  let area = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const weight = weights === undefined ? 1 : (weights[row] as number);
    const chance = chances[row * classes + c] as number;
    const hit = weight * chance;
    const miss = weight - hit;
    if ((predicted[row] as number) === c) {
      judged.truePositive += hit;
      judged.falsePositive += miss;
    } else {
      judged.falseNegative += hit;
      judged.trueNegative += miss;
    }
    positives += hit;
    negatives += miss;
    const next = order[i + 1];
    if (next !== undefined && scores[next * classes + c] === scores[row * classes + c]) continue;
    // Rows of equal score count half (trapezoid).
    area += ((negatives - lastNegatives) * (positives + lastPositives)) / 2;
    lastPositives = positives;
    lastNegatives = negatives;
  }
  return { ...judged, auc: area / (positives * negatives) };
}
