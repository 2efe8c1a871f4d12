import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { gainImportance } from './importance.ts';
import { encodeTrees } from './native-format.ts';
import { createTreeScorer } from './predict.ts';
import { uniformAt } from './random.ts';
import { type TrainOptions, type TreeParams, trainTrees } from './train.ts';

const defaults: TreeParams = {
  trees: 20,
  leaves: 31,
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
  patience: 20,
  maxBins: 255,
  seed: 1,
};

/** One tree that is added whole, with leaves of any size. */
const oneTree: Partial<TreeParams> = { trees: 1, learningRate: 1, minRowsPerLeaf: 1 };

interface Data extends Omit<TrainOptions, 'params' | 'threads' | 'features'> {
  features?: TrainOptions['features'];
}

function train(data: Data, params: Partial<TreeParams> = {}, threads = 1) {
  const features = data.features ?? data.columns.map(() => ({ categories: undefined }));
  return trainTrees({ ...data, features, params: { ...defaults, ...params }, threads });
}

function flat(columns: readonly Float32Array[]): Float32Array {
  const rows = columns[0]?.length ?? 0;
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach((column, index) => {
    matrix.set(column, index * rows);
  });
  return matrix;
}

function columnOf(rows: number, stream: number, value: (u: number, row: number) => number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => value(uniformAt(11, stream, row), row));
}

/** Two informative columns, one with missing values that matter, a category and noise. */
function binaryData(rows: number): Data {
  const a = columnOf(rows, 0, (u) => u * 10);
  const b = columnOf(rows, 1, (u) => (u < 0.1 ? Number.NaN : Math.sin(u * 20)));
  const c = columnOf(rows, 2, (u) => Math.floor(u * 40));
  const noise = columnOf(rows, 3, (u) => u);
  const targets = Float64Array.from({ length: rows }, (_, row) => {
    const fromB = Number.isNaN(b[row]) ? 2 : (b[row] as number);
    const logit = (a[row] as number) - 6 + 2 * fromB + ((c[row] as number) % 3) - 1;
    return uniformAt(11, 9, row) < 1 / (1 + Math.exp(-logit)) ? 1 : 0;
  });
  return {
    columns: [a, b, c, noise],
    features: [undefined, undefined, 40, undefined].map((categories) => ({ categories })),
    task: 'binary',
    classes: 2,
    targets,
  };
}

function digest(result: Awaited<ReturnType<typeof trainTrees>>): string {
  return createHash('sha256').update(encodeTrees(result.model)).update(JSON.stringify(result.curve)).digest('hex');
}

describe('known answers', () => {
  test('one tree gives the mean of each side of a step', async () => {
    const x = Float32Array.of(1, 2, 3, 10, 11, 12);
    const targets = Float64Array.of(1, 2, 3, 101, 102, 103);
    const { model } = await train({ columns: [x], task: 'regression', classes: 0, targets }, { ...oneTree, leaves: 2 });
    expect(model.base).toEqual(Float32Array.of(52));
    expect(model.trees[0]?.threshold).toEqual(Float32Array.of(6.5));
    const predicted = createTreeScorer(model).score(x, 6);
    predicted.forEach((value, row) => expect(value).toBeCloseTo(row < 3 ? 2 : 102, 4));
  });

  test('the first split is the one an exhaustive search in plain floats finds', async () => {
    for (let round = 0; round < 20; round++) {
      const columns = [0, 1, 2].map((f) => columnOf(60, round * 3 + f, (u) => Math.floor(u * 12)));
      const targets = Float64Array.from({ length: 60 }, (_, row) => uniformAt(3, round, row) * 10);
      const { model } = await train(
        { columns, task: 'regression', classes: 0, targets },
        { ...oneTree, leaves: 2, minRowsPerLeaf: 5, l2: 1 },
      );
      const mean = Math.fround(targets.reduce((a, b) => a + b) / 60);
      let best = 0;
      for (const column of columns) {
        for (let threshold = 0; threshold < 12; threshold++) {
          const side = (isLeft: boolean) => {
            const rows = Array.from(column.keys()).filter((row) => (column[row] as number) <= threshold === isLeft);
            const sum = rows.reduce((total, row) => total + (targets[row] as number) - mean, 0);
            return { rows: rows.length, score: sum ** 2 / (rows.length + 1) };
          };
          const [left, right] = [side(true), side(false)];
          if (left.rows < 5 || right.rows < 5) continue;
          best = Math.max(best, left.score + right.score);
        }
      }
      const whole = targets.reduce((total, target) => total + target - mean, 0) ** 2 / 61;
      expect(model.trees[0]?.gain[0]).toBeCloseTo(best - whole, 3);
    }
  });

  test('logloss leaves are −G / (H + l2), shrunk by the learning rate', async () => {
    const x = Float32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
    const targets = Float64Array.of(0, 0, 0, 1, 1, 1, 1, 0);
    const { model } = await train(
      { columns: [x], task: 'binary', classes: 2, targets },
      { ...oneTree, leaves: 2, l2: 3, learningRate: 0.5 },
    );
    // Base 0, p = ½: per side G = ±1, H = 4 · ¼.
    expect(model.base[0]).toBeCloseTo(0, 6);
    expect(model.trees[0]?.leafValue[0]).toBeCloseTo(-0.5 / 4, 6);
    expect(model.trees[0]?.leafValue[1]).toBeCloseTo(0.5 / 4, 6);
  });

  test('separates classes', async () => {
    const rows = 300;
    const x = columnOf(rows, 0, (u) => u * 3);
    const targets = Float64Array.from(x, (value) => Math.floor(value));
    const { model } = await train({ columns: [x], task: 'multiclass', classes: 3, targets }, { trees: 60 });
    const probabilities = createTreeScorer(model).score(x, rows);
    targets.forEach((target, row) => {
      const own = probabilities.subarray(row * 3, row * 3 + 3);
      expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      expect(own[target]).toBe(Math.max(...own));
    });
  });

  test('a constant target needs no tree', async () => {
    const x = columnOf(100, 0, (u) => u);
    const targets = new Float64Array(100).fill(-7.5);
    const { model, curve } = await train({ columns: [x], task: 'regression', classes: 0, targets });
    expect(model.trees).toEqual([]);
    expect(curve.train).toEqual([]);
    expect(createTreeScorer(model).score(x, 100)).toEqual(new Float32Array(100).fill(-7.5));
  });
});

describe('missing values', () => {
  const x = Float32Array.from({ length: 90 }, (_, row) => (row % 3 === 2 ? Number.NaN : row % 3));

  test.each([
    { name: 'left', like: 0 },
    { name: 'right', like: 1 },
  ])('go to the side of the rows they are like: $name', async ({ like }) => {
    const targets = Float64Array.from(x, (value) => (Number.isNaN(value) ? like : value));
    const { model } = await train({ columns: [x], task: 'regression', classes: 0, targets }, { ...oneTree, leaves: 2 });
    expect(model.trees[0]?.missingLeft).toEqual(Uint8Array.of(like === 0 ? 1 : 0));
    expect(createTreeScorer(model).score(Float32Array.of(Number.NaN, 0, 1), 3)).toEqual(Float32Array.of(like, 0, 1));
  });

  test('can be parted from every number', async () => {
    const targets = Float64Array.from(x, (value) => (Number.isNaN(value) ? 5 : 1));
    const { model } = await train({ columns: [x], task: 'regression', classes: 0, targets }, { ...oneTree, leaves: 2 });
    const scores = createTreeScorer(model).score(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -9), 3);
    scores.forEach((score, i) => expect(score).toBeCloseTo(i === 0 ? 5 : 1, 5));
  });

  test('a column without any value takes no part', async () => {
    const empty = new Float32Array(90).fill(Number.NaN);
    const targets = Float64Array.from(x, (value) => (Number.isNaN(value) ? 5 : value));
    const { model } = await train({ columns: [empty, x], task: 'regression', classes: 0, targets }, oneTree);
    expect(Array.from(gainImportance(model))).toEqual([0, expect.any(Number)]);
    expect(gainImportance(model)[1]).toBeGreaterThan(0);
  });
});

describe('categories', () => {
  test('are split as a set that no threshold could make', async () => {
    const rows = 8000;
    const x = columnOf(rows, 0, (u) => Math.floor(u * 20));
    const targets = Float64Array.from(x, (code) => (code % 2 === 0 ? 10 : -10));
    const data: Data = { columns: [x], features: [{ categories: 20 }], task: 'regression', classes: 0, targets };
    const { model } = await train(data, { ...oneTree, leaves: 2 });
    const codes = Array.from(model.trees[0]?.codes ?? []);
    expect(codes).toHaveLength(10);
    expect(new Set(codes.map((code) => code % 2)).size).toBe(1);
    const numeric = await train({ ...data, features: [{ categories: undefined }] }, { ...oneTree, leaves: 2 });
    expect(model.trees[0]?.gain[0]).toBeGreaterThan(5 * (numeric.model.trees[0]?.gain[0] as number));
  });

  test('few of them are parted one against the rest; unseen ones go right', async () => {
    const x = Float32Array.from({ length: 300 }, (_, row) => row % 3);
    const targets = Float64Array.from(x, (code) => (code === 1 ? 6 : 0));
    const { model } = await train(
      { columns: [x], features: [{ categories: 9 }], task: 'regression', classes: 0, targets },
      { ...oneTree, leaves: 2 },
    );
    expect(model.trees[0]?.codes).toEqual(Uint32Array.of(1));
    const scores = createTreeScorer(model).score(Float32Array.of(1, 0, 8, -1, 1.5, Number.NaN), 6);
    scores.forEach((score, i) => expect(score).toBeCloseTo(i === 0 ? 6 : 0, 4));
  });
});

describe('boosting', () => {
  test('the training loss falls with every tree and is the loss of the scores', async () => {
    const data = binaryData(3000);
    const { model, curve } = await train(data);
    for (let i = 1; i < curve.train.length; i++) expect(curve.train[i]).toBeLessThan(curve.train[i - 1] as number);
    const p = createTreeScorer(model).score(flat(data.columns), 3000);
    const loss = data.targets.reduce((sum, target, row) => sum - Math.log(p[row * 2 + target] as number), 0) / 3000;
    expect(curve.train.at(-1)).toBeCloseTo(loss, 5);
    expect(curve.train.at(-1)).toBeLessThan(0.45);
  });

  test('multiclass and regression report the loss of their scores too', async () => {
    const { columns } = binaryData(2000);
    const targets = Float64Array.from({ length: 2000 }, (_, row) => Math.floor((columns[0]?.[row] as number) / 2.5));
    const classes = await train({ columns, task: 'multiclass', classes: 4, targets }, { trees: 5 });
    const p = createTreeScorer(classes.model).score(flat(columns), 2000);
    const loss = targets.reduce((sum, target, row) => sum - Math.log(p[row * 4 + target] as number), 0) / 2000;
    expect(classes.curve.train.at(-1)).toBeCloseTo(loss, 5);
    const values = await train({ columns, task: 'regression', classes: 0, targets }, { trees: 5 });
    const predicted = createTreeScorer(values.model).score(flat(columns), 2000);
    const squares = targets.reduce((sum, target, row) => sum + (target - (predicted[row] as number)) ** 2, 0);
    expect(values.curve.train.at(-1)).toBeCloseTo(Math.sqrt(squares / 2000), 5);
  });

  test.each([
    { name: 'plain', params: {} },
    { name: 'sampled, with validation', params: { rowSample: 0.6, columnSample: 0.5, validationShare: 0.2 } },
  ])('any number of threads gives the same bits: $name', async ({ params }) => {
    const data = binaryData(90_000);
    const results = [];
    for (const threads of [1, 2, 4]) results.push(digest(await train(data, { trees: 6, ...params }, threads)));
    expect(new Set(results).size).toBe(1);
    expect(digest(await train(data, { trees: 6, ...params, seed: 2 }))).not.toBe(
      params.rowSample === undefined ? '' : results[0],
    );
  });

  test('stops early and keeps the trees up to the best validation loss', async () => {
    const rows = 600;
    const columns = [0, 1, 2].map((f) => columnOf(rows, f, (u) => u));
    const targets = Float64Array.from({ length: rows }, (_, row) =>
      (columns[0]?.[row] as number) + uniformAt(5, 5, row) * 3 > 2 ? 1 : 0,
    );
    const data: Data = { columns, task: 'binary', classes: 2, targets };
    const { model, curve } = await train(data, {
      trees: 400,
      minRowsPerLeaf: 2,
      validationShare: 0.3,
      patience: 5,
    });
    const best = curve.valid.indexOf(Math.min(...curve.valid));
    expect(curve.valid.length).toBe(best + 6);
    expect(curve.valid.length).toBeLessThan(400);
    expect(model.trees.length).toBe(best + 1);
    const all = await train(data, { trees: 40, validationShare: 0.3, patience: 0 });
    expect(all.model.trees.length).toBe(40);
  });

  test('limits hold: leaves, depth, rows per leaf', async () => {
    const data = binaryData(3000);
    const { model } = await train(data, { leaves: 8, maxDepth: 3, minRowsPerLeaf: 100, trees: 10 });
    const matrix = flat(data.columns);
    for (const tree of model.trees) {
      expect(tree.leafValue.length).toBeLessThanOrEqual(8);
      const depth = (node: number): number =>
        node < 0 ? 0 : 1 + Math.max(depth(tree.left[node] as number), depth(tree.right[node] as number));
      expect(depth(0)).toBeLessThanOrEqual(3);
      const single = { ...model, base: Float32Array.of(0), task: 'regression' as const, trees: [tree] };
      const counts = new Map<number, number>();
      for (const value of createTreeScorer(single).score(matrix, 3000)) counts.set(value, (counts.get(value) ?? 0) + 1);
      for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(100);
    }
  });

  test('a weight counts like repeated rows', async () => {
    const data = binaryData(1000);
    const weights = Float32Array.from({ length: 1000 }, (_, row) => (row % 4 === 0 ? 3 : 1));
    const repeated = Array.from({ length: 1000 }, (_, row) => row).flatMap((row) =>
      row % 4 === 0 ? [row, row, row] : [row],
    );
    const pick = (column: Float32Array) => Float32Array.from(repeated, (row) => column[row] as number);
    const free = { trees: 5, minRowsPerLeaf: 1, minChildWeight: 5, features: undefined };
    const numeric = data.columns.map(() => ({ categories: undefined }));
    const weighted = await train({ ...data, features: numeric, weights }, free);
    const copies = await train(
      {
        ...data,
        features: numeric,
        columns: data.columns.map(pick),
        targets: Float64Array.from(repeated, (row) => data.targets[row] as number),
      },
      free,
    );
    const last = (result: typeof weighted) => result.curve.train.at(-1) as number;
    expect(Math.abs(last(weighted) - last(copies))).toBeLessThan(0.01);
    expect(weighted.model.base[0]).toBeCloseTo(copies.model.base[0] as number, 5);
    expect(weighted.curve.train[0]).toBeCloseTo(copies.curve.train[0] as number, 2);
  });

  test('histograms that were dropped are built again: a small memory changes nothing', async () => {
    const data = binaryData(3000);
    const whole = await train(data, { trees: 3, minRowsPerLeaf: 2 });
    expect(whole.model.trees[0]?.leafValue.length).toBe(31);
    for (const histogramBytes of [1, 40_000]) {
      expect(digest(await train({ ...data, histogramBytes }, { trees: 3, minRowsPerLeaf: 2 }))).toBe(digest(whole));
    }
  });
});

describe('bad input', () => {
  const data = binaryData(500);

  test('no rows and a label beyond float32 are named', async () => {
    const none: Data = { columns: [new Float32Array(0)], task: 'regression', classes: 0, targets: new Float64Array(0) };
    await expect(train(none)).rejects.toMatchObject({ code: 'train.no-rows' });
    const huge: Data = {
      columns: [Float32Array.of(1, 2)],
      task: 'regression',
      classes: 0,
      targets: Float64Array.of(0, 1e300),
    };
    await expect(train(huge)).rejects.toMatchObject({ code: 'train.bad-label' });
  });

  test('a cancelled training ends with its code', async () => {
    const controller = new AbortController();
    const run = train({ ...data, signal: controller.signal, onIteration: () => controller.abort() }, { trees: 1000 });
    await expect(run).rejects.toSatisfy((error) => error instanceof AppError && error.code === 'run.cancelled');
  });
});
