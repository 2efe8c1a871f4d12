import { KernelPool } from './kernels/pool.ts';
import { scoredRows } from './kernels/operations.ts';
import { codesOf, type LeafTests, leafTests } from './leaf-tests.ts';
import { isCategorical, type Tree, type TreeModel } from './tree-model.ts';

const nodeBytes = 16;
const treeBytes = 12;
const testsBytes = 16;
const numberTestBytes = 12;
const categoryBytes = 8;
/** Rows that the tests of a tree are made on at a time. */
const testedRows = 16;
/** Codes of all trees together, for which what each strikes out is kept: beyond, trees are walked. */
const mostKeptCodes = 2 ** 23;

/**
 * Scores many rows by an ensemble, with threads. Trees of up to 32 leaves are answered by tests on 16 rows at a time, larger ones
 * walked four rows at a time, where the graph first turns codes into ranks and then walks the same trees; raw scores are the
 * same float32 sums in the same order.
 */
export class TreeBatchScorer implements AsyncDisposable {
  readonly outputs: number;
  readonly width: number;
  /** Rows that are scored at once. */
  readonly capacity: number;
  readonly #pool: KernelPool;
  readonly #features: number;
  readonly #trees: number;
  readonly #treeCount: number;
  readonly #base: number;
  readonly #scores: number;
  /** Columns of codes that are tested: number of codes by column, in this order in memory. */
  readonly #codes: ReadonlyMap<number, number>;
  readonly #categories: number;
  readonly #codeColumns: number;

  private constructor(pool: KernelPool, model: TreeModel, rows: number) {
    const capacity = Math.ceil(rows / testedRows) * testedRows;
    this.outputs = model.base.length;
    this.width = model.features;
    this.capacity = capacity;
    this.#pool = pool;
    this.#treeCount = model.trees.length;
    this.#features = pool.allocate(capacity * model.features * 4);
    this.#scores = pool.allocate(capacity * this.outputs * 4);
    this.#base = pool.allocate(model.base.byteLength);
    this.#trees = pool.allocate(model.trees.length * treeBytes);
    const codes = codesOf(model.trees);
    const kept = model.trees.length * [...codes.values()].reduce((sum, size) => sum + size + 2, 0);
    const tests = model.trees.map((tree) => (kept > mostKeptCodes ? undefined : leafTests(tree, codes)));
    this.#codes = tests.some((each) => (each?.categories.size ?? 0) > 0) ? codes : new Map();
    this.#categories = pool.allocate(this.#codes.size * categoryBytes);
    this.#codeColumns = pool.allocate(this.#codes.size * capacity * 4);
    // Places first: views end with the next allocation.
    const placed = model.trees.map((tree, index) => {
      const found = tests[index];
      return found === undefined ? { ...this.#place(tree), tests: 0 } : this.#placeTests(tree, found);
    });
    pool.f32(this.#base, model.base.length).set(model.base);
    const table = pool.u32(this.#trees, (model.trees.length * treeBytes) / 4);
    placed.forEach(({ nodes, leaves, tests: address }, index) => table.set([nodes, leaves, address], index * 3));
    const columns = [...this.#codes].flatMap(([feature, size]) => [feature * capacity * 4, size]);
    pool.u32(this.#categories, columns.length).set(columns);
  }

  /** @param capacity rows that are scored at once, at least; rounded up to a multiple of 16 */
  static async open(model: TreeModel, options: { threads: number; capacity: number }): Promise<TreeBatchScorer> {
    const pool = await KernelPool.open(options.threads);
    try {
      return new TreeBatchScorer(pool, model, options.capacity);
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Writes one column of the features, from every `step`-th value on `from`; NaN is missing. */
  setColumn(column: number, values: Float32Array, rows: number, from = 0, step = 1): void {
    const target = this.#pool.f32(this.#features + column * this.capacity * 4, rows);
    if (step === 1 && from === 0) {
      target.set(values.subarray(0, rows));
      return;
    }
    for (let row = 0; row < rows; row++) target[row] = values[row * step + from] as number;
  }

  /** Raw scores [rows, outputs] of the first rows of the columns. */
  score(rows: number): Float32Array {
    const { capacity, outputs } = this;
    if (rows > capacity) throw new RangeError(`${rows} rows, and room for ${capacity}`);
    const ensemble = [this.#trees, this.#treeCount, outputs, this.#base] as const;
    const codes = [this.#categories, this.#codes.size, capacity * 4, this.#codeColumns] as const;
    this.#pool.run(
      'scoreTrees',
      [this.#features, rows, ...ensemble, this.#scores, ...codes],
      Math.ceil(rows / scoredRows),
    );
    return this.#pool.f32(this.#scores, rows * outputs).slice();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  #placeTests(tree: Tree, tests: LeafTests): { nodes: number; leaves: number; tests: number } {
    const pool = this.#pool;
    const { missingRight, missingLeft, categories } = tests;
    const numbers = missingRight.length + missingLeft.length;
    const address = pool.allocate(testsBytes + numbers * numberTestBytes + categories.size * categoryBytes);
    const leaves = pool.allocate(tests.leaves.length * 4);
    const tables = [...categories].map(([feature, stay]) => ({
      column: [...this.#codes.keys()].indexOf(feature),
      stay,
      at: pool.allocate(stay.byteLength),
    }));
    pool.f32(leaves, tests.leaves.length).set(tests.leaves.map((leaf) => tree.leafValue[leaf] as number));
    for (const { at, stay } of tables) pool.u32(at, stay.length).set(stay);
    pool.u32(address, 4).set([missingRight.length, missingLeft.length, categories.size, 0]);
    const words = pool.u32(address + testsBytes, numbers * 3);
    const floats = pool.f32(address + testsBytes, numbers * 3);
    [...missingRight, ...missingLeft].forEach(({ feature, threshold, struckOut }, index) => {
      const isRight = index < missingRight.length;
      words[index * 3] = feature * this.capacity * 4;
      floats[index * 3 + 1] = threshold;
      words[index * 3 + 2] = isRight ? ~struckOut : struckOut;
    });
    pool
      .u32(address + testsBytes + numbers * numberTestBytes, tables.length * 2)
      .set(tables.flatMap(({ column, at }) => [column * this.capacity * 4, at]));
    return { nodes: 0, leaves, tests: address };
  }

  #place(tree: Tree): { nodes: number; leaves: number } {
    const pool = this.#pool;
    const count = tree.feature.length;
    const leaves = pool.allocate(tree.leafValue.byteLength);
    const nodes = count === 0 ? 0 : pool.allocate(count * nodeBytes);
    const sets = Array.from({ length: count }, (_, node) => this.#placeSet(tree, node));
    pool.f32(leaves, tree.leafValue.length).set(tree.leafValue);
    const words = pool.u32(nodes, count * 4);
    const floats = pool.f32(nodes, count * 4);
    for (let node = 0; node < count; node++) {
      const at = node * 4;
      const set = sets[node] as number;
      words[at] =
        (tree.feature[node] as number) * this.capacity * 4 + (tree.missingLeft[node] as number) + (set === 0 ? 0 : 2);
      if (set === 0) floats[at + 1] = tree.threshold[node] as number;
      else words[at + 1] = set;
      words[at + 2] = tree.left[node] as number;
      words[at + 3] = tree.right[node] as number;
    }
    return { nodes, leaves };
  }

  /** Address of the codes of a node; 0 for a numeric one. */
  #placeSet(tree: Tree, node: number): number {
    if (!isCategorical(tree, node)) return 0;
    const codes = tree.codes.subarray(tree.codeStart[node], tree.codeStart[node + 1]);
    const size = (codes.at(-1) ?? 0) + 1;
    const set = this.#pool.allocate(4 + size);
    this.#pool.u32(set, 1)[0] = size;
    const goesLeft = this.#pool.u8(set + 4, size);
    for (const code of codes) goesLeft[code] = 1;
    return set;
  }
}
