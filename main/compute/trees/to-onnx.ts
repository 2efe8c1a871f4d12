import { attribute, type GraphBuilder, mlDomain } from '../onnx/graph-builder.ts';
import { CategoryRanks } from './category-ranks.ts';
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
 * of categories compares a rank of the code where that pays (`CategoryRanks`); elsewhere it is a search among the codes,
 * whose ends share the two branches.
 */
export function addTreeEnsemble(builder: GraphBuilder, model: TreeModel, features: string): string {
  const outputs = model.base.length;
  const ranks = new CategoryRanks(model);
  const table = nodeTable(model, ranks);
  const raw = builder.node(
    'TreeEnsembleRegressor',
    [ranks.widen(builder, features)],
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
  if (model.task === 'regression') return model.link === 'log' ? builder.node('Exp', [raw]) : raw;
  if (model.task === 'multiclass') return builder.node('Softmax', [raw], { axis: attribute.int(1) });
  const positive = builder.node('Sigmoid', [raw]);
  const negative = builder.node('Sub', [builder.float(1), positive]);
  return builder.node('Concat', [negative, positive], { axis: attribute.int(1) });
}

/** Codes that are compared one after another at the end of a search. */
const codesPerChain = 4;

function nodeTable(model: TreeModel, ranks: CategoryRanks): NodeTable {
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
  // Trap: ONNX Runtime adds the base only to outputs that have a leaf.
  const base = Array.from(model.base, () => constantTree(0));
  const trees = model.trees.length === 0 ? base : model.trees;
  trees.forEach((tree, index) => {
    new TreeWriter(table, tree, index, index % model.base.length, ranks).write();
  });
  return table;
}

function constantTree(value: number): Tree {
  return {
    feature: new Uint32Array(0),
    threshold: new Float32Array(0),
    missingLeft: new Uint8Array(0),
    left: new Int32Array(0),
    right: new Int32Array(0),
    gain: new Float32Array(0),
    codeStart: new Uint32Array(1),
    codes: new Uint32Array(0),
    leafValue: Float32Array.of(value),
    leafRows: new Uint32Array(0),
  };
}

/**
 * Writes one tree. ONNX Runtime takes a node as the true branch of several others, as converters of categorical splits
 * need, but the false branch must be a node that nothing else leads to.
 */
class TreeWriter {
  readonly #table: NodeTable;
  readonly #tree: Tree;
  readonly #treeId: number;
  readonly #target: number;
  readonly #ranks: CategoryRanks;
  /** Ids of the children written so far. */
  readonly #ids = new Map<number, number>();
  #next = 0;

  constructor(table: NodeTable, tree: Tree, treeId: number, target: number, ranks: CategoryRanks) {
    this.#table = table;
    this.#tree = tree;
    this.#treeId = treeId;
    this.#target = target;
    this.#ranks = ranks;
  }

  /** The root comes first. */
  write(): void {
    this.#child(this.#tree.feature.length === 0 ? -1 : 0);
  }

  /** Id of a node or leaf, written now unless it was before. */
  #child(child: number): number {
    const known = this.#ids.get(child);
    if (known !== undefined) return known;
    if (child < 0) {
      const id = this.#leaf(this.#tree.leafValue[~child] as number);
      this.#ids.set(child, id);
      return id;
    }
    const { codeStart, codes, feature, threshold, missingLeft, left, right } = this.#tree;
    const column = feature[child] as number;
    const missing = missingLeft[child] as number;
    const onLeft = left[child] as number;
    const onRight = right[child] as number;
    const ranked = this.#ranks.comparison(this.#tree, child);
    if (ranked === undefined && isCategorical(this.#tree, child)) {
      const set = codes.subarray(codeStart[child], codeStart[child + 1]);
      const id = this.#search(column, set, missing, onLeft, onRight);
      this.#ids.set(child, id);
      return id;
    }
    const row = this.#reserve();
    this.#ids.set(child, row.id);
    const at = ranked ?? { column, threshold: threshold[child] as number };
    this.#fill(row.at, at.column, 'BRANCH_LEQ', at.threshold, missing, () => ({
      onFalse: this.#child(onRight),
      onTrue: this.#child(onLeft),
    }));
    return row.id;
  }

  /** Nodes that send the codes of a set left; missing values take every true branch, or every false one. */
  #search(column: number, codes: Uint32Array, missing: number, onLeft: number, onRight: number): number {
    const row = this.#reserve();
    const middle = codes.length >> 1;
    if (codes.length > codesPerChain) {
      this.#fill(row.at, column, 'BRANCH_LEQ', codes[middle - 1] as number, missing, () => ({
        onFalse: this.#search(column, codes.subarray(middle), missing, onLeft, onRight),
        onTrue: this.#search(column, codes.subarray(0, middle), missing, onLeft, onRight),
      }));
      return row.id;
    }
    this.#fill(row.at, column, 'BRANCH_EQ', codes[0] as number, missing, () => ({
      onFalse:
        codes.length > 1
          ? this.#search(column, codes.subarray(1), missing, onLeft, onRight)
          : this.#falseBranch(column, onRight),
      onTrue: this.#child(onLeft),
    }));
    return row.id;
  }

  /** A node of its own that leads to a child: the child itself, a copy of a leaf, or a node that is always true. */
  #falseBranch(column: number, child: number): number {
    if (!this.#ids.has(child)) return this.#child(child);
    if (child < 0) return this.#leaf(this.#tree.leafValue[~child] as number);
    const row = this.#reserve();
    this.#fill(row.at, column, 'BRANCH_LEQ', Number.POSITIVE_INFINITY, 1, () => ({
      onFalse: this.#leaf(0),
      onTrue: this.#child(child),
    }));
    return row.id;
  }

  #leaf(weight: number): number {
    const { id } = this.#reserve();
    const table = this.#table;
    table.targetTreeIds.push(this.#treeId);
    table.targetNodeIds.push(id);
    table.targetIds.push(this.#target);
    table.targetWeights.push(weight);
    return id;
  }

  /** Appends a row of the table, as a leaf. */
  #reserve(): { id: number; at: number } {
    const table = this.#table;
    const id = this.#next++;
    table.treeIds.push(this.#treeId);
    table.nodeIds.push(id);
    table.featureIds.push(0);
    table.values.push(0);
    table.modes.push('LEAF');
    table.trueIds.push(0);
    table.falseIds.push(0);
    table.missingTrue.push(0);
    return { id, at: table.nodeIds.length - 1 };
  }

  /** Makes a reserved row a branch; its false branch is written before its true branch, as ONNX Runtime reads them. */
  #fill(
    at: number,
    column: number,
    mode: 'BRANCH_LEQ' | 'BRANCH_EQ',
    value: number,
    missing: number,
    branches: () => { onFalse: number; onTrue: number },
  ): void {
    const table = this.#table;
    table.featureIds[at] = column;
    table.modes[at] = mode;
    table.values[at] = value;
    table.missingTrue[at] = missing;
    const { onFalse, onTrue } = branches();
    table.trueIds[at] = onTrue;
    table.falseIds[at] = onFalse;
  }
}
