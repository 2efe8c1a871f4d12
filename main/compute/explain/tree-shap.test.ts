import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTreeScorer } from '../trees/predict.ts';
import { isCategorical, type Tree, type TreeModel } from '../trees/tree-model.ts';
import { gaussLegendre } from './quadrature.ts';
import { createTreeShap, hasLeafRows } from './tree-shap.ts';

const seed = 5;

interface RandomNode {
  feature: number;
  threshold: number;
  codes: number[];
  missingLeft: boolean;
  left: RandomNode | number;
  right: RandomNode | number;
}

/** A tree whose leaves are numbers; `rows` per leaf in the order they are met. */
function toTree(root: RandomNode | number, rows: () => number): Tree {
  const nodes: RandomNode[] = [];
  const leaves: number[] = [];
  const links: { left: number; right: number }[] = [];
  const place = (node: RandomNode | number): number => {
    if (typeof node === 'number') return ~(leaves.push(node) - 1);
    const at = nodes.push(node) - 1;
    links[at] = { left: 0, right: 0 };
    links[at] = { left: place(node.left), right: place(node.right) };
    return at;
  };
  place(root);
  const codeStart = new Uint32Array(nodes.length + 1);
  nodes.forEach(({ codes }, i) => {
    codeStart[i + 1] = (codeStart[i] as number) + codes.length;
  });
  return {
    feature: Uint32Array.from(nodes, ({ feature }) => feature),
    threshold: Float32Array.from(nodes, ({ threshold }) => threshold),
    missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => (missingLeft ? 1 : 0)),
    left: Int32Array.from(links, ({ left }) => left),
    right: Int32Array.from(links, ({ right }) => right),
    gain: new Float32Array(nodes.length),
    codeStart,
    codes: Uint32Array.from(nodes.flatMap(({ codes }) => codes)),
    leafValue: Float32Array.from(leaves),
    leafRows: Uint32Array.from(leaves, rows),
  };
}

const featureCount = 4;
/** The last feature has codes 0 to 5. */
const nodeOf = (depth: number): fc.Arbitrary<RandomNode | number> => {
  const leaf = fc.integer({ min: -50, max: 50 });
  if (depth === 0) return leaf;
  const child = nodeOf(depth - 1);
  const node = fc
    .record({
      feature: fc.nat(featureCount - 1),
      threshold: fc.constantFrom(-1, 0, 1, 2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      codes: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
      missingLeft: fc.boolean(),
      left: child,
      right: child,
    })
    .map((made): RandomNode => {
      const codes = made.feature === featureCount - 1 ? made.codes.sort((a, b) => a - b) : [];
      return { ...made, codes, threshold: codes.length > 0 ? 0 : made.threshold };
    });
  return fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 4, arbitrary: node });
};
const row = fc.tuple(
  ...Array.from({ length: featureCount - 1 }, () => fc.constantFrom(-1, 0, 0.5, 1, 2, 3, Number.NaN)),
  fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 2.5, -1, Number.NaN),
);

/** What a tree gives when only the features of a coalition are known, by the definition. */
function expectedScore(tree: Tree, values: readonly number[], known: ReadonlySet<number>): number {
  if (tree.feature.length === 0) return tree.leafValue[0] as number;
  const rowsBelow = (child: number): number =>
    child < 0
      ? (tree.leafRows[~child] as number)
      : rowsBelow(tree.left[child] as number) + rowsBelow(tree.right[child] as number);
  const scoreOf = (child: number): number => {
    if (child < 0) return tree.leafValue[~child] as number;
    const [left, right] = [tree.left[child] as number, tree.right[child] as number];
    const feature = tree.feature[child] as number;
    if (!known.has(feature)) {
      const all = rowsBelow(child);
      if (all === 0) return 0;
      return (scoreOf(left) * rowsBelow(left) + scoreOf(right) * rowsBelow(right)) / all;
    }
    const value = values[feature] as number;
    const codes = tree.codes.subarray(tree.codeStart[child], tree.codeStart[child + 1]);
    const isLeft = Number.isNaN(value)
      ? tree.missingLeft[child] === 1
      : isCategorical(tree, child)
        ? codes.includes(value)
        : value <= (tree.threshold[child] as number);
    return scoreOf(isLeft ? left : right);
  };
  return scoreOf(0);
}

/** Shapley values over all coalitions. */
function bruteForce(tree: Tree, values: readonly number[]): number[] {
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return Array.from({ length: featureCount }, (_, feature) => {
    const others = Array.from({ length: featureCount }, (_, other) => other).filter((other) => other !== feature);
    let sum = 0;
    for (let bits = 0; bits < 2 ** others.length; bits++) {
      const coalition = new Set(others.filter((_, i) => (bits >> i) & 1));
      const weight =
        (factorial(coalition.size) * factorial(featureCount - coalition.size - 1)) / factorial(featureCount);
      const without = expectedScore(tree, values, coalition);
      sum += weight * (expectedScore(tree, values, new Set([...coalition, feature])) - without);
    }
    return sum;
  });
}

function columnMajor(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from({ length: rows.length * featureCount }, (_, i) => {
    return (rows[i % rows.length] as readonly number[])[Math.floor(i / rows.length)] as number;
  });
}

function modelOf(trees: Tree[]): TreeModel {
  return { task: 'regression', features: featureCount, link: 'identity', base: Float32Array.of(3), trees };
}

describe('TreeSHAP', () => {
  test('equals the Shapley values of all coalitions, and adds up to the score', () => {
    fc.assert(
      fc.property(
        fc.array(nodeOf(5), { minLength: 1, maxLength: 3 }),
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 20 })),
        (roots, rows, counts) => {
          const trees = roots.map((root) => toTree(root, () => counts.next().value as number));
          const model = modelOf(trees);
          const shap = createTreeShap(model);
          const features = columnMajor(rows);
          const found = shap.explain(features, rows.length, 0);
          const scores = createTreeScorer(model).score(features, rows.length);
          const base = trees.reduce((sum, tree) => sum + expectedScore(tree, [], new Set()), 3);
          expect(shap.base[0]).toBeCloseTo(base, 9);
          rows.forEach((values, r) => {
            const expected = trees.map((tree) => bruteForce(tree, values));
            let total = shap.base[0] as number;
            for (let f = 0; f < featureCount; f++) {
              const value = found[f * rows.length + r] as number;
              expect(value).toBeCloseTo(
                expected.reduce((sum, each) => sum + (each[f] as number), 0),
                9,
              );
              total += value;
            }
            expect(total).toBeCloseTo(scores[r] as number, 4);
          });
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test('a branch that no training row took does not spoil the rest', () => {
    const root: RandomNode = {
      feature: 0,
      threshold: 0,
      codes: [],
      missingLeft: true,
      left: { feature: 1, threshold: 0, codes: [], missingLeft: true, left: 1, right: 5 },
      right: 7,
    };
    const rows = [4, 0, 6];
    const tree = toTree(root, () => rows.shift() as number);
    const values = [-1, 1, 0, 0];
    const found = createTreeShap(modelOf([tree])).explain(columnMajor([values]), 1, 0);
    bruteForce(tree, values).forEach((value, f) => expect(found[f]).toBeCloseTo(value, 9));
  });

  test('paths of more features than are tabled are exact too, and the same for one row and for many', () => {
    const features = 40;
    const chain = (feature: number): RandomNode | number =>
      feature === features
        ? 100
        : { feature, threshold: 0, codes: [], missingLeft: false, left: feature % 7, right: chain(feature + 1) };
    const tree = toTree(chain(0), () => 10);
    const model: TreeModel = { ...modelOf([tree, tree]), features };
    const shap = createTreeShap(model);
    const count = 9;
    // Row r keeps to the path for its first 4 · r features and leaves it then, here and there.
    const matrix = Float32Array.from({ length: features * count }, (_, i) => {
      const [feature, r] = [Math.floor(i / count), i % count];
      return feature < 4 * r || feature % 3 === 0 ? 1 : -1;
    });
    const found = shap.explain(matrix, count, 0);
    const scores = createTreeScorer(model).score(matrix, count);
    for (let r = 0; r < count; r++) {
      const one = shap.explain(
        Float32Array.from({ length: features }, (_, f) => matrix[f * count + r] as number),
        1,
        0,
      );
      let total = shap.base[0] as number;
      for (let f = 0; f < features; f++) {
        expect(one[f]).toBe(found[f * count + r]);
        total += one[f] as number;
      }
      expect(total).toBeCloseTo(scores[r] as number, 4);
    }
  });

  test('outputs are explained one by one', () => {
    const leafOnly = toTree(2, () => 5);
    const split = toTree({ feature: 1, threshold: 0, codes: [], missingLeft: true, left: 1, right: 5 }, () => 5);
    const model: TreeModel = { ...modelOf([leafOnly, split]), task: 'multiclass', base: Float32Array.of(0.5, 1) };
    const shap = createTreeShap(model);
    expect([...shap.base]).toEqual([2.5, 4]);
    const features = columnMajor([[0, -1, 0, 0]]);
    expect([...shap.explain(features, 1, 0)]).toEqual([0, 0, 0, 0]);
    expect([...shap.explain(features, 1, 1)]).toEqual([0, -2, 0, 0]);
  });

  test('models of earlier versions have no rows of leaves', () => {
    const tree = toTree(2, () => 5);
    expect(hasLeafRows(modelOf([tree]))).toBe(true);
    expect(hasLeafRows(modelOf([{ ...tree, leafRows: new Uint32Array(0) }]))).toBe(false);
  });
});

test('Gauss–Legendre quadrature integrates polynomials exactly', () => {
  for (const count of [1, 2, 3, 8, 20]) {
    const { points, weights } = gaussLegendre(count);
    for (let degree = 0; degree < 2 * count; degree++) {
      const sum = points.reduce((total, point, i) => total + (weights[i] as number) * point ** degree, 0);
      expect(sum).toBeCloseTo(1 / (degree + 1), 12);
    }
  }
});
