import { isCategorical, type Tree } from './tree-model.ts';

/** What a number that fails a test rules out: leaves, by bit, from the leftmost. */
interface NumberTest {
  feature: number;
  /** A value beyond it fails. */
  threshold: number;
  struckOut: number;
}

/**
 * A tree as tests that do not wait for each other: each that fails strikes out the leaves left of its node, and the leaf that
 * a row reaches is the first that is left (QuickScorer, Lucchese et al. 2015).
 */
export interface LeafTests {
  /** Fail for a missing value too. */
  missingRight: NumberTest[];
  /** Pass for a missing value. */
  missingLeft: NumberTest[];
  /** By column of codes: leaves that stay, by code, then of any other value, then of a missing one. */
  categories: Map<number, Uint32Array>;
  /** Leaves of the tree from left to right. */
  leaves: number[];
}

/** A leaf is a bit of a word. */
const mostLeaves = 32;

/**
 * Undefined for a tree without nodes, or of more than 32 leaves.
 * @param codes by column: codes that any node of the model knows are below
 */
export function leafTests(tree: Tree, codes: ReadonlyMap<number, number>): LeafTests | undefined {
  if (tree.feature.length === 0 || tree.leafValue.length > mostLeaves) return undefined;
  const tests: LeafTests = { missingRight: [], missingLeft: [], categories: new Map(), leaves: [] };
  const addNode = (node: number) => {
    const first = tests.leaves.length;
    addChild(tree.left[node] as number);
    const struckOut = bits(first, tests.leaves.length);
    addChild(tree.right[node] as number);
    const feature = tree.feature[node] as number;
    if (isCategorical(tree, node)) strikeOut(tests.categories, tree, node, struckOut, codes.get(feature) ?? 0);
    else {
      const list = tree.missingLeft[node] === 1 ? tests.missingLeft : tests.missingRight;
      list.push({ feature, threshold: tree.threshold[node] as number, struckOut });
    }
  };
  const addChild = (child: number) => {
    if (child < 0) tests.leaves.push(~child);
    else addNode(child);
  };
  addNode(0);
  return tests;
}

function strikeOut(
  categories: Map<number, Uint32Array>,
  tree: Tree,
  node: number,
  struckOut: number,
  size: number,
): void {
  const feature = tree.feature[node] as number;
  const stay = categories.get(feature) ?? new Uint32Array(size + 2).fill(-1);
  categories.set(feature, stay);
  const goesLeft = new Set(tree.codes.subarray(tree.codeStart[node], tree.codeStart[node + 1]));
  // Another value, at `size`, is in no set.
  for (let code = 0; code <= size; code++) if (!goesLeft.has(code)) stay[code] = (stay[code] as number) & ~struckOut;
  if (tree.missingLeft[node] !== 1) stay[size + 1] = (stay[size + 1] as number) & ~struckOut;
}

function bits(from: number, to: number): number {
  const below = (bit: number) => 2 ** bit - 1;
  return below(to) - below(from);
}

/** Codes that nodes of the trees know, by column: all are below. */
export function codesOf(trees: readonly Tree[]): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const tree of trees) {
    tree.feature.forEach((feature, node) => {
      if (!isCategorical(tree, node)) return;
      const largest = tree.codes[(tree.codeStart[node + 1] as number) - 1] as number;
      sizes.set(feature, Math.max(sizes.get(feature) ?? 0, largest + 1));
    });
  }
  return sizes;
}
