import { attribute, type GraphBuilder, mlDomain } from '../onnx/graph-builder.ts';
import { isCategorical, type Tree, type TreeModel } from './tree-model.ts';

/** Columns of the node table of ai.onnx.ml TreeEnsembleRegressor. */
interface NodeTable {
  treeIds: number[];
  nodeIds: number[];
  featureIds: number[];
  values: number[];
  modes: string[];
  trueIds: number[];
  falseIds: number[];
  missingTrue: number[];
  targetTreeIds: number[];
  targetNodeIds: number[];
  targetIds: number[];
  targetWeights: number[];
}

/**
 * Adds the ensemble to a graph: `features` is FP32 [N, model.features]. Returns class probabilities [N, C] or the
 * prediction [N, 1]. Thresholds are the trainer's own float32 values, so every row takes the same path. A split on a set
 * of categories is a chain of BRANCH_EQ nodes with one common true branch, which ONNX Runtime folds into a bit mask.
 */
export function addTreeEnsemble(builder: GraphBuilder, model: TreeModel, features: string): string {
  const outputs = model.base.length;
  const table = nodeTable(model);
  const raw = builder.node(
    'TreeEnsembleRegressor',
    [features],
    {
      aggregate_function: attribute.string('SUM'),
      base_values: attribute.floats(model.base),
      n_targets: attribute.int(outputs),
      post_transform: attribute.string('NONE'),
      nodes_treeids: attribute.ints(table.treeIds),
      nodes_nodeids: attribute.ints(table.nodeIds),
      nodes_featureids: attribute.ints(table.featureIds),
      nodes_values: attribute.floats(table.values),
      nodes_modes: attribute.strings(table.modes),
      nodes_truenodeids: attribute.ints(table.trueIds),
      nodes_falsenodeids: attribute.ints(table.falseIds),
      nodes_missing_value_tracks_true: attribute.ints(table.missingTrue),
      target_treeids: attribute.ints(table.targetTreeIds),
      target_nodeids: attribute.ints(table.targetNodeIds),
      target_ids: attribute.ints(table.targetIds),
      target_weights: attribute.floats(table.targetWeights),
    },
    { domain: mlDomain },
  );
  if (model.task === 'regression') return raw;
  if (model.task === 'multiclass') return builder.node('Softmax', [raw], { axis: attribute.int(1) });
  const positive = builder.node('Sigmoid', [raw]);
  const negative = builder.node('Sub', [builder.float(1), positive]);
  return builder.node('Concat', [negative, positive], { axis: attribute.int(1) });
}

function nodeTable(model: TreeModel): NodeTable {
  const table: NodeTable = {
    treeIds: [],
    nodeIds: [],
    featureIds: [],
    values: [],
    modes: [],
    trueIds: [],
    falseIds: [],
    missingTrue: [],
    targetTreeIds: [],
    targetNodeIds: [],
    targetIds: [],
    targetWeights: [],
  };
  if (model.trees.length === 0) {
    // Trap: ONNX Runtime adds the base only to outputs that have a leaf.
    for (let output = 0; output < model.base.length; output++) addLeaf(table, output, 0, output, 0);
  }
  model.trees.forEach((tree, index) => {
    addTree(table, tree, index, index % model.base.length);
  });
  return table;
}

function addTree(table: NodeTable, tree: Tree, treeId: number, target: number): void {
  // Chains of categorical nodes first, so that every node knows the id of its first link; leaves follow the nodes.
  const firstId: number[] = [];
  let next = 0;
  tree.feature.forEach((_, node) => {
    firstId.push(next);
    next += isCategorical(tree, node) ? chainLength(tree, node) : 1;
  });
  const leafBase = next;
  const idOf = (child: number) => (child >= 0 ? (firstId[child] as number) : leafBase + ~child);
  tree.feature.forEach((feature, node) => {
    const onTrue = idOf(tree.left[node] as number);
    const onFalse = idOf(tree.right[node] as number);
    const missing = tree.missingLeft[node] as number;
    const first = firstId[node] as number;
    if (!isCategorical(tree, node)) {
      addNode(table, treeId, first, feature, 'BRANCH_LEQ', tree.threshold[node] as number, onTrue, onFalse, missing);
      return;
    }
    const length = chainLength(tree, node);
    for (let link = 0; link < length; link++) {
      const code = tree.codes[(tree.codeStart[node] as number) + link] as number;
      const elsewhere = link + 1 < length ? first + link + 1 : onFalse;
      addNode(table, treeId, first + link, feature, 'BRANCH_EQ', code, onTrue, elsewhere, missing);
    }
  });
  tree.leafValue.forEach((value, leaf) => {
    addLeaf(table, treeId, leafBase + leaf, target, value);
  });
}

function chainLength(tree: Tree, node: number): number {
  return (tree.codeStart[node + 1] as number) - (tree.codeStart[node] as number);
}

function addNode(
  table: NodeTable,
  treeId: number,
  nodeId: number,
  feature: number,
  mode: string,
  value: number,
  onTrue: number,
  onFalse: number,
  missingTrue: number,
): void {
  table.treeIds.push(treeId);
  table.nodeIds.push(nodeId);
  table.featureIds.push(feature);
  table.values.push(value);
  table.modes.push(mode);
  table.trueIds.push(onTrue);
  table.falseIds.push(onFalse);
  table.missingTrue.push(missingTrue);
}

function addLeaf(table: NodeTable, treeId: number, nodeId: number, target: number, weight: number): void {
  addNode(table, treeId, nodeId, 0, 'LEAF', 0, 0, 0, 0);
  table.targetTreeIds.push(treeId);
  table.targetNodeIds.push(nodeId);
  table.targetIds.push(target);
  table.targetWeights.push(weight);
}
