import type { TreeModel } from './tree-model.ts';

/** Sum of the loss reductions of the splits on each column of the matrix. */
export function gainImportance(model: TreeModel): Float64Array {
  const gains = new Float64Array(model.features);
  for (const tree of model.trees) {
    tree.feature.forEach((feature, node) => {
      gains[feature] = (gains[feature] as number) + (tree.gain[node] as number);
    });
  }
  return gains;
}
