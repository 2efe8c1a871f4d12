/** Why rows got their scores: base + sum of a row's contributions is its score on the scale. */
export interface Explanations {
  rows: number;
  /** Raw columns. */
  columns: string[];
  /** Probabilities [rows, classes], or predictions [rows]. */
  scores: Float32Array;
  /** Per row: index of the class that is explained; 0 for a regression. */
  outputs: Int32Array;
  base: Float64Array;
  /** [rows, columns] row-major. */
  contributions: Float64Array;
  /** Of each contribution; undefined where they are exact. */
  standardErrors: Float64Array | undefined;
  /** What the model sees, where contributions are exact: [rows, names] row-major. */
  encoded: { names: string[]; contributions: Float64Array } | undefined;
}

export interface ExplainOptions {
  /** Index of the class to explain; undefined: the second of two, else the most probable of each row. */
  output?: number | undefined;
  /** Whether to give what the encoded columns contribute. */
  encoded?: boolean;
  signal?: AbortSignal | undefined;
  onRow?: ((done: number) => void) | undefined;
}
