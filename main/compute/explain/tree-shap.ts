import { isCategorical, type Tree, type TreeModel } from '../trees/tree-model.ts';
import { gaussLegendre } from './quadrature.ts';

/** Exact Shapley values of a tree ensemble's raw scores. */
export interface TreeShap {
  /** Expected raw score of each output over the rows the trees were grown on. */
  base: Float64Array;
  /**
   * Contributions of each column of the matrix to one raw score; with the base they sum to it.
   * @param features column-major float32 [rows, model.features]; NaN is missing
   * @returns column-major float64 [rows, model.features]
   */
  explain(features: Float32Array, rows: number, output: number): Float64Array;
}

/** Whether the rows of each leaf are known, which the expected score follows from. */
export function hasLeafRows({ trees }: TreeModel): boolean {
  return trees.every(({ leafRows, leafValue }) => leafRows.length === leafValue.length);
}

/** Paths of more features have no table of what was computed: it would have too many places. */
const maxTableFeatures = 12;
const maxIndexWords = 2 ** 23;
const maxKeptValues = 2 ** 23;
/** Rows worked on together: their columns stay in the cache. */
const blockRows = 2048;

/**
 * Path-dependent TreeSHAP (Lundberg et al., 2020): what a coalition of features does not know is averaged over the
 * training rows of each branch, and the expected score over all of them. So it equals `pred_contrib` of LightGBM for
 * equal trees.
 *
 * On the path to a leaf of value v, let o be 1 for a feature whose value keeps to the path, else 0, and z the share of
 * training rows that do. Over M features, the value of feature i is v · (oᵢ − zᵢ) · Σ_S |S|! (M − 1 − |S|)! / M! · Π o · Π z.
 * As the factor of S is ∫ t^|S| (1 − t)^(M − 1 − |S|) dt over [0, 1], the sum is ∫ Π_{j ≠ i} (oⱼ t + zⱼ (1 − t)) dt: a
 * polynomial that quadrature integrates exactly, of positive terms only, so that nothing cancels at any depth. It
 * depends on the row through the bits o alone and is kept by them.
 */
export function createTreeShap(model: TreeModel): TreeShap {
  const outputs = model.base.length;
  const base = Float64Array.from(model.base);
  const paths = new PathTable();
  model.trees.forEach((tree, index) => {
    const output = index % outputs;
    base[output] = (base[output] as number) + paths.addTree(tree, output);
  });
  const walker = new PathWalker(paths.close(), model.features);
  return {
    base,
    explain(features, rows, output) {
      if (features.length !== rows * model.features) {
        throw new RangeError(`${features.length} values for ${rows} rows × ${model.features} features`);
      }
      const contributions = new Float64Array(rows * model.features);
      for (let start = 0; start < rows; start += blockRows) {
        walker.addBlock(features, rows, start, Math.min(blockRows, rows - start), output, contributions);
      }
      return contributions;
    },
  };
}

/** The values of one feature that keep to a path. */
interface PathStep {
  feature: number;
  /** NaN for none: values must be above. */
  low: number;
  /** Values must not be above. */
  high: number;
  /** By code: 1 where the categorical splits lead on; the last place is for all other codes. Undefined without such splits. */
  codes: Uint8Array | undefined;
  missing: boolean;
  /** Training rows that keep to the path, of those that come to its splits on the feature. */
  share: number;
}

interface Paths {
  /** Per path: its first step; one more at the end. */
  start: Uint32Array;
  output: Uint32Array;
  value: Float64Array;
  feature: Uint32Array;
  low: Float32Array;
  high: Float32Array;
  /** Per step: index into `codes`, or −1. */
  codeTable: Int32Array;
  missing: Uint8Array;
  share: Float64Array;
  codes: Uint8Array[];
}

/** Gathers the paths of trees. */
class PathTable {
  readonly #starts: number[] = [];
  readonly #outputs: number[] = [];
  readonly #values: number[] = [];
  readonly #steps: { feature: number[]; low: number[]; high: number[]; codeTable: number[]; missing: number[] } = {
    feature: [],
    low: [],
    high: [],
    codeTable: [],
    missing: [],
  };
  readonly #shares: number[] = [];
  readonly #codes: Uint8Array[] = [];

  /** Adds the leaves of a tree; returns its expected value. */
  addTree(tree: Tree, output: number): number {
    if (tree.feature.length === 0) return tree.leafValue[0] ?? 0;
    const covers = coversOf(tree);
    const coverOf = (child: number) => (child < 0 ? (tree.leafRows[~child] as number) : (covers[child] as number));
    const total = covers[0] as number;
    let expected = 0;
    const visit = (child: number, steps: readonly PathStep[]): void => {
      if (child < 0) {
        const value = tree.leafValue[~child] as number;
        if (total > 0) expected += (value * (tree.leafRows[~child] as number)) / total;
        this.#addPath(steps, value, output);
        return;
      }
      const cover = covers[child] as number;
      for (const isLeft of [true, false]) {
        const next = (isLeft ? tree.left[child] : tree.right[child]) as number;
        visit(next, withSplit(steps, tree, child, isLeft, cover === 0 ? 0 : coverOf(next) / cover));
      }
    };
    visit(0, []);
    return expected;
  }

  close(): Paths {
    const { feature, low, high, codeTable, missing } = this.#steps;
    return {
      start: Uint32Array.from([...this.#starts, feature.length]),
      output: Uint32Array.from(this.#outputs),
      value: Float64Array.from(this.#values),
      feature: Uint32Array.from(feature),
      low: Float32Array.from(low),
      high: Float32Array.from(high),
      codeTable: Int32Array.from(codeTable),
      missing: Uint8Array.from(missing),
      share: Float64Array.from(this.#shares),
      codes: this.#codes,
    };
  }

  #addPath(steps: readonly PathStep[], value: number, output: number): void {
    this.#starts.push(this.#shares.length);
    this.#outputs.push(output);
    this.#values.push(value);
    for (const { feature, low, high, codes, missing, share } of steps) {
      this.#steps.feature.push(feature);
      this.#steps.low.push(low);
      this.#steps.high.push(high);
      this.#steps.codeTable.push(codes === undefined ? -1 : this.#codes.push(codes) - 1);
      this.#steps.missing.push(missing ? 1 : 0);
      this.#shares.push(share);
    }
  }
}

/** Training rows of each node; children come after their parent. */
function coversOf(tree: Tree): Float64Array {
  const covers = new Float64Array(tree.feature.length);
  for (let node = covers.length - 1; node >= 0; node--) {
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      covers[node] =
        (covers[node] as number) + (child < 0 ? (tree.leafRows[~child] as number) : (covers[child] as number));
    }
  }
  return covers;
}

/** The steps of a path that goes on to one side of a node. */
function withSplit(steps: readonly PathStep[], tree: Tree, node: number, isLeft: boolean, share: number): PathStep[] {
  const feature = tree.feature[node] as number;
  const at = steps.findIndex((step) => step.feature === feature);
  const before: PathStep = steps[at] ?? {
    feature,
    low: Number.NaN,
    high: Number.POSITIVE_INFINITY,
    codes: undefined,
    missing: true,
    share: 1,
  };
  const after: PathStep = {
    ...before,
    missing: before.missing && (tree.missingLeft[node] === 1) === isLeft,
    share: before.share * share,
  };
  if (isCategorical(tree, node)) {
    after.codes = narrowCodes(
      before.codes,
      tree.codes.subarray(tree.codeStart[node], tree.codeStart[node + 1]),
      isLeft,
    );
  } else {
    const threshold = tree.threshold[node] as number;
    if (isLeft) after.high = Math.min(after.high, threshold);
    else after.low = Number.isNaN(after.low) ? threshold : Math.max(after.low, threshold);
  }
  return at === -1 ? [...steps, after] : steps.map((step, i) => (i === at ? after : step));
}

function narrowCodes(before: Uint8Array | undefined, left: Uint32Array, isLeft: boolean): Uint8Array {
  const known = before === undefined ? 0 : before.length - 1;
  const size = Math.max(known, ...Array.from(left, (code) => code + 1));
  const codes = new Uint8Array(size + 1);
  const others = before?.[known] ?? 1;
  for (let code = 0; code <= size; code++) {
    const was = code < known ? (before?.[code] as number) : others;
    codes[code] = isLeft ? 0 : was;
  }
  for (const code of left) codes[code] = isLeft ? (code < known ? (before?.[code] as number) : others) : 0;
  return codes;
}

/** Adds up the contributions of paths for blocks of rows. */
class PathWalker {
  readonly #paths: Paths;
  /** Per path: where the contributions for each pattern of bits are kept, or −1. */
  readonly #index: (Int32Array | undefined)[];
  #indexWords = 0;
  #kept = new Float64Array(2 ** 14);
  #keptValues = 0;
  readonly #patterns = new Int32Array(blockRows);
  readonly #offsets = new Int32Array(blockRows);
  readonly #bits: Uint8Array;
  readonly #scratch: Float64Array;

  constructor(paths: Paths, features: number) {
    this.#paths = paths;
    this.#index = Array.from({ length: paths.value.length }, () => undefined);
    this.#bits = new Uint8Array(features);
    this.#scratch = new Float64Array(features);
  }

  addBlock(
    features: Float32Array,
    rows: number,
    start: number,
    count: number,
    output: number,
    into: Float64Array,
  ): void {
    const { output: outputs, start: starts } = this.#paths;
    for (let path = 0; path < outputs.length; path++) {
      if (outputs[path] !== output) continue;
      const index = this.#indexOf(path, (starts[path + 1] as number) - (starts[path] as number));
      if (index === undefined || !this.#addKept(path, index, features, rows, start, count, into)) {
        this.#addDirectly(path, features, rows, start, count, into);
      }
    }
  }

  #indexOf(path: number, steps: number): Int32Array | undefined {
    const known = this.#index[path];
    if (known !== undefined || steps > maxTableFeatures) return known;
    const words = 2 ** steps;
    if (this.#indexWords + words > maxIndexWords) return undefined;
    this.#indexWords += words;
    const index = new Int32Array(words).fill(-1);
    this.#index[path] = index;
    return index;
  }

  /** False when there is no room to keep what is wanting; nothing was added then. */
  #addKept(
    path: number,
    index: Int32Array,
    features: Float32Array,
    rows: number,
    start: number,
    count: number,
    into: Float64Array,
  ): boolean {
    const { start: starts, feature } = this.#paths;
    const first = starts[path] as number;
    const last = starts[path + 1] as number;
    const patterns = this.#patterns;
    const offsets = this.#offsets;
    patterns.fill(0, 0, count);
    for (let step = first; step < last; step++) {
      this.#markRows(step, 1 << (step - first), features, (feature[step] as number) * rows + start, count);
    }
    for (let row = 0; row < count; row++) {
      const pattern = patterns[row] as number;
      let offset = index[pattern] as number;
      if (offset === -1) {
        offset = this.#keep(path, pattern);
        if (offset === -1) return false;
        index[pattern] = offset;
      }
      offsets[row] = offset;
    }
    const kept = this.#kept;
    for (let step = first; step < last; step++) {
      const at = (feature[step] as number) * rows + start;
      const place = step - first;
      for (let row = 0; row < count; row++) {
        into[at + row] = (into[at + row] as number) + (kept[(offsets[row] as number) + place] as number);
      }
    }
    return true;
  }

  /** Sets a bit of the rows whose value keeps to the path. */
  #markRows(step: number, bit: number, features: Float32Array, at: number, count: number): void {
    const { low, high, missing, codeTable, codes } = this.#paths;
    const patterns = this.#patterns;
    const lowest = low[step] as number;
    const highest = high[step] as number;
    const ifMissing = missing[step] === 1 ? bit : 0;
    const table = codes[codeTable[step] as number];
    if (table !== undefined) {
      for (let row = 0; row < count; row++) {
        const keeps = keepsCode(features[at + row] as number, lowest, highest, table, ifMissing !== 0);
        if (keeps) patterns[row] = (patterns[row] as number) | bit;
      }
      return;
    }
    for (let row = 0; row < count; row++) {
      const value = features[at + row] as number;
      // Comparisons with NaN are false: with no lowest value, and where the value is missing.
      if (value <= highest) {
        if (!(value <= lowest)) patterns[row] = (patterns[row] as number) | bit;
      } else if (Number.isNaN(value)) {
        patterns[row] = (patterns[row] as number) | ifMissing;
      }
    }
  }

  /** Place of the contributions for a pattern; −1 when there is no room. */
  #keep(path: number, pattern: number): number {
    const { start } = this.#paths;
    const steps = (start[path + 1] as number) - (start[path] as number);
    const offset = this.#keptValues;
    if (offset + steps > maxKeptValues) return -1;
    if (offset + steps > this.#kept.length) {
      const larger = new Float64Array(Math.min(maxKeptValues, this.#kept.length * 2));
      larger.set(this.#kept);
      this.#kept = larger;
    }
    for (let step = 0; step < steps; step++) this.#bits[step] = (pattern >> step) & 1;
    this.#compute(path, steps);
    this.#kept.set(this.#scratch.subarray(0, steps), offset);
    this.#keptValues += steps;
    return offset;
  }

  #addDirectly(
    path: number,
    features: Float32Array,
    rows: number,
    start: number,
    count: number,
    into: Float64Array,
  ): void {
    const { start: starts, feature, low, high, missing, codeTable, codes } = this.#paths;
    const first = starts[path] as number;
    const steps = (starts[path + 1] as number) - first;
    for (let row = start; row < start + count; row++) {
      for (let i = 0; i < steps; i++) {
        const step = first + i;
        const value = features[(feature[step] as number) * rows + row] as number;
        const table = codes[codeTable[step] as number];
        const lowest = low[step] as number;
        const highest = high[step] as number;
        const ifMissing = missing[step] === 1;
        const keeps =
          table === undefined
            ? keepsNumber(value, lowest, highest, ifMissing)
            : keepsCode(value, lowest, highest, table, ifMissing);
        this.#bits[i] = keeps ? 1 : 0;
      }
      this.#compute(path, steps);
      for (let i = 0; i < steps; i++) {
        const at = (feature[first + i] as number) * rows + row;
        into[at] = (into[at] as number) + (this.#scratch[i] as number);
      }
    }
  }

  /** Contributions of the steps of a path for the current bits, into the scratch. */
  #compute(path: number, steps: number): void {
    const { start, share, value } = this.#paths;
    const first = start[path] as number;
    const bits = this.#bits;
    const result = this.#scratch.fill(0, 0, steps);
    const { points, weights } = gaussLegendre((steps + 1) >> 1);
    for (let q = 0; q < points.length; q++) {
      const t = points[q] as number;
      let product = weights[q] as number;
      for (let i = 0; i < steps; i++) product *= factor(bits[i] as number, share[first + i] as number, t);
      if (product === 0) continue;
      for (let i = 0; i < steps; i++) {
        const z = share[first + i] as number;
        result[i] = (result[i] as number) + (product / factor(bits[i] as number, z, t)) * ((bits[i] as number) - z);
      }
    }
    for (let i = 0; i < steps; i++) result[i] = (result[i] as number) * (value[path] as number);
  }
}

function factor(bit: number, share: number, t: number): number {
  return bit * t + share * (1 - t);
}

function keepsNumber(value: number, low: number, high: number, missing: boolean): boolean {
  return Number.isNaN(value) ? missing : value <= high && !(value <= low);
}

function keepsCode(value: number, low: number, high: number, codes: Uint8Array, missing: boolean): boolean {
  if (Number.isNaN(value)) return missing;
  const others = codes.length - 1;
  const isKnown = value >= 0 && value < others && Number.isInteger(value);
  return codes[isKnown ? value : others] === 1 && keepsNumber(value, low, high, missing);
}
