import { attribute, type GraphBuilder, mlDomain } from '../onnx/graph-builder.ts';
import { isCategorical, type Tree, type TreeModel } from './tree-model.ts';

/** Codes of neighbouring ranks; its position is their rank. */
interface Block {
  position: number;
}

/** By feature, the indices of the codes that can reach a node; all where it has none. */
type Reachable = ReadonlyMap<number, Int32Array>;

interface Step {
  tree: Tree;
  node: number;
  reachable: Reachable;
}

/** Splits that a search handles as well do not pay for the operators of a look-up. */
const fewestSplits = 32;
/** Codes of one feature: the rows of its table. */
const mostCodes = 1024;
/**
 * Rank columns of a model: 4 bytes each per row of a batch. ONNX Runtime walks trees fastest when no search is left at all.
 */
const mostColumns = 2048;
/** Rank columns tried for a split before a new one is made. */
const mostTries = 64;

/**
 * Orders of the categories in which splits on sets become splits at a threshold, so that a split costs one comparison
 * instead of a search among its codes. A split needs its own codes before the others only among those that can reach its
 * node: one order serves many splits. Codes of no set, and whatever is no code, rank last and so go right everywhere.
 */
export class CategoryRanks {
  readonly #features = new Map<number, RankedFeature>();
  readonly #splits = new Map<Tree, Map<number, { feature: number; column: number; last: Block }>>();
  /** Position of each feature's first rank column in the widened matrix. */
  readonly #starts = new Map<number, number>();
  #columns = 0;

  constructor(model: TreeModel) {
    const sets = new Map<number, { codes: Set<number>; splits: number }>();
    for (const tree of model.trees) {
      tree.feature.forEach((feature, node) => {
        if (!isCategorical(tree, node)) return;
        const known = sets.get(feature) ?? { codes: new Set(), splits: 0 };
        for (const code of codesOf(tree, node)) known.codes.add(code);
        known.splits++;
        sets.set(feature, known);
      });
    }
    for (const [feature, { codes, splits }] of [...sets].sort(([a], [b]) => a - b)) {
      if (splits < fewestSplits || codes.size > mostCodes) continue;
      this.#features.set(feature, new RankedFeature([...codes].sort((a, b) => a - b)));
    }
    this.#place(model.trees);
    let start = model.features;
    for (const [feature, { columns }] of this.#features) {
      this.#starts.set(feature, start);
      start += columns.length;
    }
  }

  /** A split as `widened[row, column] <= threshold`; undefined where it needs a search. */
  comparison(tree: Tree, node: number): { column: number; threshold: number } | undefined {
    const split = this.#splits.get(tree)?.get(node);
    if (split === undefined) return undefined;
    return { column: (this.#starts.get(split.feature) as number) + split.column, threshold: split.last.position };
  }

  /** FP32 [N, features + rank columns] from FP32 [N, features]: the ranks follow the features. */
  widen(builder: GraphBuilder, features: string): string {
    const ranks = [...this.#features].flatMap(([feature, ranked]) =>
      ranked.columns.length === 0 ? [] : [ranked.lookUp(builder, features, feature)],
    );
    return ranks.length === 0 ? features : builder.node('Concat', [features, ...ranks], { axis: attribute.int(1) });
  }

  /** Places the splits of all trees level by level: those near the roots meet the most rows. */
  #place(trees: readonly Tree[]): void {
    let level: Step[] = trees.flatMap((tree) =>
      tree.feature.length === 0 ? [] : [{ tree, node: 0, reachable: new Map() }],
    );
    while (level.length > 0) {
      const next: Step[] = [];
      for (const { tree, node, reachable } of level) {
        const [onLeft, onRight] = this.#placeSplit(tree, node, reachable);
        const left = tree.left[node] as number;
        const right = tree.right[node] as number;
        if (left >= 0) next.push({ tree, node: left, reachable: onLeft });
        if (right >= 0) next.push({ tree, node: right, reachable: onRight });
      }
      level = next;
    }
  }

  /** Returns what can reach the two branches. */
  #placeSplit(tree: Tree, node: number, reachable: Reachable): [Reachable, Reachable] {
    const feature = tree.feature[node] as number;
    const ranked = isCategorical(tree, node) ? this.#features.get(feature) : undefined;
    if (ranked === undefined) return [reachable, reachable];
    const { inside, outside, isIn } = ranked.divide(codesOf(tree, node), reachable.get(feature));
    const split = ranked.split(inside, outside, isIn, this.#columns < mostColumns);
    if (split !== undefined) {
      if (split.isNew) this.#columns++;
      const splits = this.#splits.get(tree) ?? new Map();
      this.#splits.set(tree, splits.set(node, { feature, column: split.column, last: split.last }));
    }
    return [new Map(reachable).set(feature, inside), new Map(reachable).set(feature, outside)];
  }
}

function codesOf(tree: Tree, node: number): Uint32Array {
  return tree.codes.subarray(tree.codeStart[node], tree.codeStart[node + 1]);
}

/** The codes of one feature, known by their index, and the orders made of them. */
class RankedFeature {
  /** Ascending. */
  readonly codes: readonly number[];
  readonly columns: RankColumn[] = [];
  readonly #index: ReadonlyMap<number, number>;
  readonly #all: Int32Array;

  constructor(codes: readonly number[]) {
    this.codes = codes;
    this.#index = new Map(codes.map((code, index) => [code, index]));
    this.#all = Int32Array.from(codes.keys());
  }

  /** Which of the reachable codes are in a set, and which not. */
  divide(set: Uint32Array, reachable: Int32Array = this.#all) {
    const isIn = new Uint8Array(this.codes.length);
    for (const code of set) isIn[this.#index.get(code) as number] = 1;
    return {
      isIn,
      inside: reachable.filter((code) => isIn[code] === 1),
      outside: reachable.filter((code) => isIn[code] === 0),
    };
  }

  /** FP32 [N, columns]: the ranks of the codes in one column of the matrix; NaN for NaN, else infinite for no code. */
  lookUp(builder: GraphBuilder, features: string, feature: number): string {
    const width = this.columns.length;
    const missing = this.codes.length;
    const unknown = missing + 1;
    const table = new Float32Array((unknown + 1) * width);
    table.fill(Number.NaN, missing * width, unknown * width);
    table.fill(Number.POSITIVE_INFINITY, unknown * width);
    this.columns.forEach(({ blocks }, column) => {
      blocks.forEach((block, code) => {
        table[code * width + column] = block.position;
      });
    });
    const code = builder.node('Gather', [features, builder.int64(feature)], { axis: attribute.int(1) });
    const row = builder.node(
      'LabelEncoder',
      [code],
      {
        keys_floats: attribute.floats([...this.codes, Number.NaN]),
        values_int64s: attribute.ints([...this.codes.keys(), missing]),
        default_int64: attribute.int(unknown),
      },
      { domain: mlDomain },
    );
    return builder.node('Gather', [builder.initializer('FP32', table, [unknown + 1, width]), row]);
  }

  /** The split in an order that has it, or can be refined to, or in a new one if there may be one. */
  split(inside: Int32Array, outside: Int32Array, isIn: Uint8Array, mayGrow: boolean) {
    for (let column = this.columns.length - 1; column >= Math.max(0, this.columns.length - mostTries); column--) {
      const last = this.columns[column]?.cut(inside, outside, isIn);
      if (last !== undefined) return { column, last, isNew: false };
    }
    if (!mayGrow) return undefined;
    const made = new RankColumn(this.codes.length);
    this.columns.push(made);
    return { column: this.columns.length - 1, last: made.cut(inside, outside, isIn) as Block, isNew: true };
  }
}

/** One order of the codes, as coarse as the splits made so far allow. */
class RankColumn {
  /** By index of a code. */
  readonly blocks: Block[];
  readonly #order: Block[];

  constructor(codes: number) {
    const whole = { position: 0 };
    this.#order = [whole];
    this.blocks = Array.from({ length: codes }, () => whole);
  }

  /** The last block that goes left when `inside` comes before `outside`; undefined where this order has it otherwise. */
  cut(inside: Int32Array, outside: Int32Array, isIn: Uint8Array): Block | undefined {
    let last = -1;
    for (const code of inside) last = Math.max(last, (this.blocks[code] as Block).position);
    let first = this.#order.length;
    for (const code of outside) first = Math.min(first, (this.blocks[code] as Block).position);
    if (last > first) return undefined;
    if (last < first) return last < 0 ? { position: -1 } : this.#order[last];
    // Earlier cuts after the block stay after what is left of it.
    const mixed = this.#order[last] as Block;
    const front: Block = { position: last };
    this.blocks.forEach((block, code) => {
      if (block === mixed && isIn[code] === 1) this.blocks[code] = front;
    });
    this.#order.splice(last, 0, front);
    for (let i = last + 1; i < this.#order.length; i++) (this.#order[i] as Block).position = i;
    return front;
  }
}
