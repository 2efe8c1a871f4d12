import { z } from 'zod';
import type { Task } from '../../../shared/model/signature.ts';
import type { Tree, TreeModel } from './tree-model.ts';

// What `Booster.dump_model()` says of a tree (LightGBM's documentation, "Parameters" and the Python API).
const leafSchema = z.object({ leaf_value: z.number(), leaf_count: z.number().optional() });
const splitSchema = z.object({
  split_feature: z.number().int(),
  split_gain: z.number().default(0),
  /** A number, or the codes that go left, joined by `||`. */
  threshold: z.union([z.number(), z.string()]),
  decision_type: z.enum(['<=', '==']),
  default_left: z.boolean(),
  missing_type: z.enum(['None', 'NaN', 'Zero']),
  left_child: z.unknown(),
  right_child: z.unknown(),
});
const dumpSchema = z.object({
  num_tree_per_iteration: z.number().int().min(1),
  max_feature_idx: z.number().int(),
  tree_info: z.array(z.object({ tree_structure: z.unknown() })),
});
const deepest = 10_000;

/**
 * The trees of a LightGBM model, as `dump_model()` gives them. Splits of float32 features are the same; leaf values are rounded
 * to float32. Throws ZodError for anything else, RangeError for trees this ensemble cannot have.
 */
export function treesFromLightGbm(dump: unknown, task: Task, features: number): TreeModel {
  const { num_tree_per_iteration: outputs, max_feature_idx: last, tree_info: infos } = dumpSchema.parse(dump);
  if (last >= features) throw new RangeError(`it splits column ${last} of ${features}`);
  const trees = infos.map(({ tree_structure: root }) => treeOf(root));
  // What a model starts from is part of its first trees.
  return { task, features, link: 'identity', base: new Float32Array(outputs), trees };
}

function treeOf(root: unknown): Tree {
  const nodes: {
    feature: number;
    threshold: number;
    missingLeft: boolean;
    left: number;
    right: number;
    gain: number;
  }[] = [];
  const codes: number[][] = [];
  const leaves: { value: number; rows: number }[] = [];
  const visit = (value: unknown, depth: number): number => {
    if (depth > deepest) throw new RangeError('a tree is too deep');
    const leaf = leafSchema.safeParse(value).data;
    if (leaf !== undefined) {
      leaves.push({ value: leaf.leaf_value, rows: leaf.leaf_count ?? 0 });
      return ~(leaves.length - 1);
    }
    const split = splitSchema.parse(value);
    const isCategorical = split.decision_type === '==';
    const threshold = isCategorical ? 0 : floorToFloat32(Number(split.threshold));
    // Without missing values in training, those that come later count as 0.
    const missingLeft = !isCategorical && (split.missing_type === 'NaN' ? split.default_left : threshold >= 0);
    if (!isCategorical && split.missing_type === 'Zero') throw new RangeError('zeros count as missing');
    const index = nodes.length;
    const node = { feature: split.split_feature, threshold, missingLeft, left: 0, right: 0, gain: split.split_gain };
    nodes.push(node);
    codes.push(
      isCategorical
        ? String(split.threshold)
            .split('||')
            .map(Number)
            .toSorted((a, b) => a - b)
        : [],
    );
    node.left = visit(split.left_child, depth + 1);
    node.right = visit(split.right_child, depth + 1);
    return index;
  };
  visit(root, 0);
  const codeStart = new Uint32Array(nodes.length + 1);
  codes.forEach((own, node) => {
    codeStart[node + 1] = (codeStart[node] as number) + own.length;
  });
  return {
    feature: Uint32Array.from(nodes, ({ feature }) => feature),
    threshold: Float32Array.from(nodes, ({ threshold }) => threshold),
    missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => (missingLeft ? 1 : 0)),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    gain: Float32Array.from(nodes, ({ gain }) => gain),
    codeStart,
    codes: Uint32Array.from(codes.flat()),
    leafValue: Float32Array.from(leaves, ({ value }) => value),
    leafRows: Uint32Array.from(leaves, ({ rows }) => rows),
  };
}

const bits = new DataView(new ArrayBuffer(4));

/** The largest float32 that is not above: a float32 is at most one if and only if it is at most the other. */
function floorToFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (!(rounded > value)) return rounded;
  bits.setFloat32(0, rounded);
  const word = bits.getInt32(0);
  if (rounded === 0) bits.setInt32(0, -2_147_483_647);
  else bits.setInt32(0, rounded > 0 ? word - 1 : word + 1);
  return bits.getFloat32(0);
}
