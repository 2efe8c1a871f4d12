import { isCategorical, type Tree, type TreeModel } from './tree-model.ts';

/** Rows scored together, tree by tree: their columns stay in the cache. */
const blockRows = 1024;

/** The trained ensemble itself, without ONNX. */
export interface TreeScorer {
  /**
   * @param features column-major float32 [rows, model.features]; NaN is missing
   * @returns row-major: class probabilities [rows, classes] (2 for a binary task), or predictions [rows, 1]
   */
  score(features: Float32Array, rows: number): Float32Array;
}

export function createTreeScorer(model: TreeModel): TreeScorer {
  const sets = model.trees.map(setsOf);
  const outputs = model.base.length;
  return {
    score(features, rows) {
      if (features.length !== rows * model.features) {
        throw new RangeError(`${features.length} values for ${rows} rows × ${model.features} features`);
      }
      const width = model.task === 'binary' ? 2 : outputs;
      const result = new Float32Array(rows * width);
      const scores = new Float64Array(blockRows * outputs);
      for (let start = 0; start < rows; start += blockRows) {
        const count = Math.min(blockRows, rows - start);
        for (let row = 0; row < count; row++) scores.set(model.base, row * outputs);
        model.trees.forEach((tree, index) => {
          addTree(tree, sets[index] as TreeSets, features, rows, start, count, scores, index % outputs, outputs);
        });
        for (let row = 0; row < count; row++) {
          const raw = scores.subarray(row * outputs, (row + 1) * outputs);
          writeResult(model, raw, result.subarray((start + row) * width, (start + row + 1) * width));
        }
      }
      return result;
    },
  };
}

/** Per node: for each code up to the largest of its set, 1 when it goes left; undefined for numeric nodes. */
type TreeSets = (Uint8Array | undefined)[];

function setsOf(tree: Tree): TreeSets {
  return Array.from(tree.feature, (_, node) => {
    if (!isCategorical(tree, node)) return undefined;
    const codes = tree.codes.subarray(tree.codeStart[node], tree.codeStart[node + 1]);
    const goesLeft = new Uint8Array(codes.reduce((a, b) => Math.max(a, b), 0) + 1);
    for (const code of codes) goesLeft[code] = 1;
    return goesLeft;
  });
}

function addTree(
  tree: Tree,
  sets: TreeSets,
  features: Float32Array,
  rows: number,
  start: number,
  count: number,
  scores: Float64Array,
  output: number,
  outputs: number,
): void {
  const { feature, threshold, missingLeft, left, right, leafValue } = tree;
  for (let row = 0; row < count; row++) {
    let node = feature.length === 0 ? -1 : 0;
    while (node >= 0) {
      const value = features[(feature[node] as number) * rows + start + row] as number;
      const set = sets[node];
      const isLeft = Number.isNaN(value)
        ? missingLeft[node] === 1
        : set === undefined
          ? value <= (threshold[node] as number)
          : set[value] === 1;
      node = (isLeft ? left[node] : right[node]) as number;
    }
    const at = row * outputs + output;
    scores[at] = (scores[at] as number) + (leafValue[~node] as number);
  }
}

/** Raw scores of one row as probabilities or prediction. */
function writeResult(model: TreeModel, raw: Float64Array, into: Float32Array): void {
  if (model.task === 'regression') {
    if (model.link === 'log') into[0] = Math.exp(raw[0] as number);
    else into.set(raw);
    return;
  }
  if (model.task === 'binary') {
    const positive = 1 / (1 + Math.exp(-(raw[0] as number)));
    into[0] = 1 - positive;
    into[1] = positive;
    return;
  }
  const largest = raw.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exps = raw.map((score) => Math.exp(score - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  into.set(exps.map((value) => value / sum));
}
