import { z } from 'zod';
import type { Tree, TreeModel } from '../../main/compute/trees/tree-model.ts';

const leafSchema = z.object({ leaf_value: z.number(), leaf_count: z.number() });
const splitSchema = z.object({
  split_feature: z.number(),
  threshold: z.union([z.number(), z.string()]),
  decision_type: z.enum(['<=', '==']),
  default_left: z.boolean(),
  missing_type: z.string(),
  get left_child() {
    return z.union([splitSchema, leafSchema]);
  },
  get right_child() {
    return z.union([splitSchema, leafSchema]);
  },
});
type Child = z.infer<typeof splitSchema> | z.infer<typeof leafSchema>;

const modelSchema = z.object({
  max_feature_idx: z.number(),
  num_tree_per_iteration: z.number(),
  tree_info: z.array(z.object({ tree_structure: z.union([splitSchema, leafSchema]) })),
});

/** A multiclass model of LightGBM's `dump_model` as a model of ours. Features without missing values send none left. */
export function lightgbmModel(dumped: unknown): TreeModel {
  const { max_feature_idx, num_tree_per_iteration, tree_info } = modelSchema.parse(dumped);
  return {
    task: 'multiclass',
    features: max_feature_idx + 1,
    link: 'identity',
    base: new Float32Array(num_tree_per_iteration),
    trees: tree_info.map(({ tree_structure }) => treeOf(tree_structure)),
  };
}

function treeOf(root: Child): Tree {
  const feature: number[] = [];
  const threshold: number[] = [];
  const missingLeft: number[] = [];
  const left: number[] = [];
  const right: number[] = [];
  const sets: number[][] = [];
  const leafValue: number[] = [];
  const leafRows: number[] = [];
  const place = (child: Child): number => {
    if ('leaf_value' in child) {
      leafRows.push(child.leaf_count);
      return ~(leafValue.push(child.leaf_value) - 1);
    }
    const node = feature.push(child.split_feature) - 1;
    const isSet = child.decision_type === '==';
    threshold[node] = isSet ? 0 : Number(child.threshold);
    missingLeft[node] = child.default_left && child.missing_type === 'NaN' && !isSet ? 1 : 0;
    sets[node] = isSet ? String(child.threshold).split('||').map(Number) : [];
    left[node] = 0;
    right[node] = 0;
    left[node] = place(child.left_child);
    right[node] = place(child.right_child);
    return node;
  };
  place(root);
  const codeStart = new Uint32Array(feature.length + 1);
  sets.forEach((set, i) => {
    codeStart[i + 1] = (codeStart[i] as number) + set.length;
  });
  return {
    feature: Uint32Array.from(feature),
    threshold: Float32Array.from(threshold),
    missingLeft: Uint8Array.from(missingLeft),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    gain: new Float32Array(feature.length),
    codeStart,
    codes: Uint32Array.from(sets.flat()),
    leafValue: Float32Array.from(leafValue),
    leafRows: Uint32Array.from(leafRows),
  };
}
