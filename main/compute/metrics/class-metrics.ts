/** Probabilities are clipped to [ε, 1 − ε] in log loss: float32 saturates to 0 and 1. */
const EPSILON = 1e-15;

/** Class probabilities, row-major [rows, classes], and the index of the true class per row. */
export interface ClassScores {
  probabilities: Float32Array | Float64Array;
  actual: Int32Array;
  classCount: number;
}

/** Index of the largest probability per row, the first one on ties. */
export function predictedClasses({ probabilities, actual, classCount }: ClassScores): Int32Array {
  const predicted = new Int32Array(actual.length);
  for (let row = 0; row < actual.length; row++) {
    const start = row * classCount;
    let best = 0;
    for (let c = 1; c < classCount; c++) {
      if ((probabilities[start + c] as number) > (probabilities[start + best] as number)) best = c;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** `counts[actual][predicted]`. */
export function confusionMatrix(actual: Int32Array, predicted: Int32Array, classCount: number): number[][] {
  const flat = new Float64Array(classCount * classCount);
  for (let row = 0; row < actual.length; row++) {
    const cell = (actual[row] as number) * classCount + (predicted[row] as number);
    flat[cell] = (flat[cell] as number) + 1;
  }
  return Array.from({ length: classCount }, (_, c) => [...flat.subarray(c * classCount, (c + 1) * classCount)]);
}

/** Mean −ln of the true class's probability, in nats. */
export function logLoss({ probabilities, actual, classCount }: ClassScores): number {
  let sum = 0;
  for (let row = 0; row < actual.length; row++) {
    const p = probabilities[row * classCount + (actual[row] as number)] as number;
    sum -= Math.log(Math.min(1 - EPSILON, Math.max(EPSILON, p)));
  }
  return sum / actual.length;
}

/** Mean (p − y)² of the positive class. */
export function brierScore(scores: Float32Array | Float64Array, positive: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < positive.length; row++) sum += ((scores[row] as number) - (positive[row] as number)) ** 2;
  return sum / positive.length;
}

export interface ClassFigures {
  /** Rows of the class. */
  support: number;
  /** Null when the class is never predicted. */
  precision: number | null;
  /** Null when no row has the class. */
  recall: number | null;
  /** 2·TP / (2·TP + FP + FN); null when the class is neither present nor predicted. */
  f1: number | null;
}

export interface ConfusionFigures {
  accuracy: number;
  /** Mean recall of the classes that occur. */
  balancedAccuracy: number;
  /** Mean F1 of the classes that occur or are predicted. */
  macroF1: number;
  perClass: ClassFigures[];
}

/** Figures of a confusion matrix with at least one row. */
export function confusionFigures(counts: number[][]): ConfusionFigures {
  const rows = counts.reduce((sum, line) => sum + line.reduce((a, b) => a + b, 0), 0);
  const perClass = counts.map((line, c): ClassFigures => {
    const hit = line[c] as number;
    const support = line.reduce((a, b) => a + b, 0);
    const predicted = counts.reduce((sum, other) => sum + (other[c] as number), 0);
    return {
      support,
      precision: predicted === 0 ? null : hit / predicted,
      recall: support === 0 ? null : hit / support,
      f1: support + predicted === 0 ? null : (2 * hit) / (support + predicted),
    };
  });
  return {
    accuracy: counts.reduce((sum, line, c) => sum + (line[c] as number), 0) / rows,
    balancedAccuracy: meanOf(perClass.map((figures) => figures.recall)) ?? 0,
    macroF1: meanOf(perClass.map((figures) => figures.f1)) ?? 0,
    perClass,
  };
}

/** Mean of the values that are not null; null when there is none. */
export function meanOf(values: (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((a, b) => a + b, 0) / present.length;
}
