import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { TreeBatchScorer } from './batch-scorer.ts';
import { decodeTrees, encodeTrees } from './native-format.ts';
import { createTreeScorer } from './predict.ts';
import { uniformAt } from './random.ts';
import { addTreeEnsemble } from './to-onnx.ts';
import { trainTrees } from './train.ts';
import type { TreeModel } from './tree-model.ts';

const rows = 6000;
/** Numbers with repeats, a heavy tail, infinities and missing values; two categories, one with missing values. */
const columns = [
  columnOf(0, (u) => Math.round(u * 1000) / 10),
  columnOf(1, (u) => (u < 0.2 ? Number.NaN : Math.tan(u * 3))),
  columnOf(2, (u) =>
    u < 0.05 ? Number.POSITIVE_INFINITY : u < 0.1 ? Number.NEGATIVE_INFINITY : u < 0.15 ? Number.NaN : u - 0.5,
  ),
  columnOf(3, (u) => Math.floor(u * 90)),
  columnOf(4, (u) => (u < 0.1 ? Number.NaN : Math.floor(u * 7))),
];
const categories = [undefined, undefined, undefined, 90, 7];

function columnOf(stream: number, value: (u: number) => number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => value(uniformAt(21, stream, row)));
}

function signal(row: number): number {
  const [a, b, c, d, e] = columns.map((column) => column[row] as number) as [number, number, number, number, number];
  return (
    a / 50 +
    (Number.isNaN(b) ? 1 : b > 0 ? 0.5 : -0.5) +
    (c > 0 ? 0.7 : 0) +
    ((d * 7919) % 11) / 8 +
    (Number.isNaN(e) ? 1.3 : e === 3 ? -1 : 0) +
    uniformAt(21, 8, row)
  );
}

async function trainOn(task: Task, trees: number, leaves = 31): Promise<TreeModel> {
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const value = signal(row);
    if (task === 'regression') return value * 100;
    return task === 'binary' ? Number(value > 3) : Math.min(4, Math.max(0, Math.floor(value)));
  });
  const { model } = await trainTrees({
    columns,
    features: categories.map((count) => ({ categories: count })),
    task,
    classes: task === 'regression' ? 0 : task === 'binary' ? 2 : 5,
    targets,
    params: {
      trees,
      leaves,
      learningRate: 0.1,
      minRowsPerLeaf: 20,
      maxDepth: 0,
      l1: 0,
      l2: 0,
      minGainToSplit: 0,
      minChildWeight: 1e-3,
      rowSample: 1,
      columnSample: 1,
      validationShare: 0,
      patience: 0,
      maxBins: 255,
      seed: 1,
    },
    threads: 1,
  });
  return model;
}

async function scoreWithOnnx(model: TreeModel, columnMajor: Float32Array, count: number): Promise<Float32Array> {
  const builder = createGraphBuilder('trees');
  const features = builder.input('features', 'FP32', ['N', model.features]);
  const width = model.task === 'regression' ? model.base.length : Math.max(2, model.base.length);
  builder.output('scores', addTreeEnsemble(builder.scope('model'), model, features), 'FP32', ['N', width]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const rowMajor = new Float32Array(columnMajor.length);
  for (let row = 0; row < count; row++) {
    for (let f = 0; f < model.features; f++)
      rowMajor[row * model.features + f] = columnMajor[f * count + row] as number;
  }
  const { scores } = await session.run({ features: new Tensor('float32', rowMajor, [count, model.features]) });
  await session.release();
  return scores?.data as Float32Array;
}

/** Training values, values at and around every threshold, and codes and numbers never seen. */
function probe(model: TreeModel): { matrix: Float32Array; count: number } {
  const strange = [
    0,
    -0,
    -1,
    0.5,
    89.5,
    1e6,
    -3e38,
    3e38,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  const byFeature = columns.map((column, feature) => {
    const bits = new Int32Array(1);
    const float = new Float32Array(bits.buffer);
    const around = model.trees.flatMap((tree) =>
      Array.from(tree.feature.keys())
        .filter((node) => tree.feature[node] === feature)
        .flatMap((node) => {
          float[0] = tree.threshold[node] as number;
          const bit = bits[0] as number;
          return [-1, 0, 1].map((step) => {
            bits[0] = bit + step;
            return float[0] as number;
          });
        }),
    );
    return [...strange, ...around, ...column.subarray(0, 500)];
  });
  const count = 4000;
  const matrix = Float32Array.from({ length: count * columns.length }, (_, i) => {
    const values = byFeature[Math.floor(i / count)] as number[];
    return values[Math.floor(uniformAt(31, 0, i) * values.length)] as number;
  });
  return { matrix, count };
}

describe('ONNX scores are those of the trainer', () => {
  test.each<{ task: Task; trees: number; tolerance: number }>([
    { task: 'binary', trees: 100, tolerance: 1e-6 },
    { task: 'multiclass', trees: 40, tolerance: 1e-6 },
    // Predictions near 500: float32 keeps 3e-5 of them.
    { task: 'regression', trees: 100, tolerance: 2e-4 },
  ])('$task', async ({ task, trees, tolerance }) => {
    const model = await trainOn(task, trees);
    expect(model.trees.some((tree) => tree.codes.length > 0)).toBe(true);
    expect(model.trees.some((tree) => tree.missingLeft.includes(1))).toBe(true);
    const { matrix, count } = probe(model);
    const native = createTreeScorer(model).score(matrix, count);
    const onnx = await scoreWithOnnx(model, matrix, count);
    expect(onnx.length).toBe(native.length);
    let largest = 0;
    native.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - (onnx[i] as number)));
    });
    expect(largest).toBeLessThanOrEqual(tolerance);
    expect(new Set(native).size).toBeGreaterThan(500);
  });

  // Up to 32 leaves a tree is tests, with more it is walked; rows are looked at sixteen at a time.
  test.each<{ task: Task; trees: number; leaves: number; left: number }>([
    { task: 'regression', trees: 60, leaves: 31, left: 0 },
    { task: 'multiclass', trees: 12, leaves: 32, left: 3 },
    { task: 'regression', trees: 20, leaves: 33, left: 15 },
  ])('many rows are scored to the last bit as the graph does: $task, $leaves leaves', async (given) => {
    const { task, trees, leaves, left } = given;
    const model = await trainOn(task, trees, leaves);
    expect(Math.max(...model.trees.map((tree) => tree.leafValue.length))).toBe(leaves);
    const { matrix, count } = probe(model);
    const onnx = await scoreWithOnnx({ ...model, task: 'regression' }, matrix, count);
    const rows = count - left;
    for (const threads of [1, 2]) {
      await using scorer = await TreeBatchScorer.open(model, { threads, capacity: rows });
      columns.forEach((_, column) => {
        scorer.setColumn(column, matrix.subarray(column * count, column * count + rows), rows);
      });
      expect(scorer.score(rows)).toEqual(onnx.subarray(0, rows * scorer.outputs));
    }
  });

  test('a model without trees is its base', async () => {
    const model: TreeModel = {
      task: 'multiclass',
      features: 2,
      link: 'identity',
      base: Float32Array.of(0, 1, 2),
      trees: [],
    };
    const matrix = Float32Array.of(1, Number.NaN);
    const native = createTreeScorer(model).score(matrix, 1);
    const onnx = await scoreWithOnnx(model, matrix, 1);
    native.forEach((value, i) => expect(onnx[i]).toBeCloseTo(value, 6));
  });
});

test('splits on many categories are comparisons of ranks, those of few a search', async () => {
  const model = await trainOn('binary', 100);
  const modesOf = (trees: TreeModel['trees']) => {
    const builder = createGraphBuilder('trees');
    const features = builder.input('features', 'FP32', ['N', model.features]);
    addTreeEnsemble(builder, { ...model, trees }, features);
    const ensemble = builder.toModel().graph.node.find(({ opType }) => opType === 'TreeEnsembleRegressor');
    const modes = ensemble?.attribute?.find(({ name }) => name === 'nodes_modes')?.strings ?? [];
    return new Set(Array.from(modes, (mode) => new TextDecoder().decode(mode)));
  };
  expect(modesOf(model.trees)).toEqual(new Set(['BRANCH_LEQ', 'LEAF']));
  const withSet = model.trees.find((tree) => tree.codes.length > 0);
  expect(modesOf(withSet === undefined ? [] : [withSet])).toContain('BRANCH_EQ');
});

describe('native format', () => {
  test('reads back what was written', async () => {
    const model = await trainOn('multiclass', 3);
    const bytes = encodeTrees(model);
    expect(decodeTrees(bytes)).toEqual(model);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeTrees(shifted.subarray(1))).toEqual(model);
  });

  test('anything else is named as corrupt, never read or walked for ever', async () => {
    const bytes = encodeTrees(await trainOn('binary', 2));
    const codeOf = (damaged: Uint8Array): string => {
      try {
        const model = decodeTrees(damaged);
        // Another number of features is sound in itself.
        if (model.features === 5) createTreeScorer(model).score(new Float32Array(5), 1);
        return 'read';
      } catch (error) {
        return error instanceof AppError ? error.code : 'other';
      }
    };
    expect(codeOf(new Uint8Array(0))).toBe('artifact.corrupt');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => codeOf(bytes.slice(0, length)) === 'artifact.corrupt'),
      { seed: 3 },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ change;
        return ['artifact.corrupt', 'read'].includes(codeOf(damaged));
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
