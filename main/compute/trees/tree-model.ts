import type { Task } from '../../../shared/model/signature.ts';

/**
 * One tree over the columns of the feature matrix. Node 0 is the root; a child below zero is leaf ~child. A tree
 * without nodes is its leaf 0. Numeric nodes send `x <= threshold` left, categorical ones the codes of their set; NaN
 * goes where `missingLeft` says, anything else right.
 */
export interface Tree {
  /** Per node: column of the matrix. */
  feature: Uint32Array;
  /** Per node; 0 for categorical nodes. */
  threshold: Float32Array;
  /** Per node: 1 when NaN goes left. */
  missingLeft: Uint8Array;
  left: Int32Array;
  right: Int32Array;
  /** Per node: loss reduction. */
  gain: Float32Array;
  /** Codes of categorical node n: `codes[codeStart[n] … codeStart[n + 1] − 1]`, ascending; empty for numeric nodes. */
  codeStart: Uint32Array;
  codes: Uint32Array;
  /** Per leaf: already scaled by the learning rate. */
  leafValue: Float32Array;
  /** Per leaf: rows the tree was grown on that end there; empty for models of versions that did not keep it. */
  leafRows: Uint32Array;
}

/** A trained ensemble. Raw scores are base + sum of leaf values per output. */
export interface TreeModel {
  task: Task;
  /** Number of columns of the feature matrix. */
  features: number;
  /** Of a regression: what the raw score is of the prediction. */
  link: 'identity' | 'log';
  /** Per output: prior log odds (binary), log priors (multiclass) or first score. One output unless multiclass. */
  base: Float32Array;
  /** Iteration-major: tree t belongs to output t mod base.length. */
  trees: Tree[];
}

export function isCategorical(tree: Tree, node: number): boolean {
  return (tree.codeStart[node + 1] as number) > (tree.codeStart[node] as number);
}
