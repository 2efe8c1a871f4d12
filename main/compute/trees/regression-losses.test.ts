import { describe, expect, test } from 'vitest';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import type { RegressionLoss } from './objective.ts';
import { createTreeScorer } from './predict.ts';
import { uniformAt } from './random.ts';
import { addTreeEnsemble } from './to-onnx.ts';
import { type TreeParams, trainTrees } from './train.ts';
import type { TreeModel } from './tree-model.ts';
import { weightedQuantile } from './weighted-quantile.ts';
import { Tensor } from 'onnxruntime-node';

const rows = 4000;
const x = columnOf(0, (u) => u * 10);
const z = columnOf(1, (u) => (u < 0.1 ? Number.NaN : u));

function columnOf(stream: number, value: (u: number, row: number) => number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => value(uniformAt(5, stream, row), row));
}

const defaults: TreeParams = {
  trees: 60,
  leaves: 15,
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
};

interface Given {
  loss: RegressionLoss;
  columns?: Float32Array[];
  weights?: Float32Array;
  monotone?: (1 | -1 | undefined)[];
  params?: Partial<TreeParams>;
  threads?: number;
}

function train(targets: Float64Array, { loss, columns = [x, z], weights, monotone, params, threads = 1 }: Given) {
  return trainTrees({
    columns,
    features: columns.map((_, c) => ({ categories: undefined, monotone: monotone?.[c] })),
    task: 'regression',
    classes: 0,
    targets,
    loss,
    weights,
    params: { ...defaults, ...params },
    threads,
  });
}

function scores(model: TreeModel, columns: readonly Float32Array[]): Float32Array {
  const count = columns[0]?.length ?? 0;
  const flat = new Float32Array(count * columns.length);
  columns.forEach((column, c) => {
    flat.set(column, c * count);
  });
  return createTreeScorer(model).score(flat, count);
}

async function onnxScores(model: TreeModel, columns: readonly Float32Array[]): Promise<Float32Array> {
  const builder = createGraphBuilder('trees');
  const input = builder.input('features', 'FP32', ['N', model.features]);
  builder.output('y', addTreeEnsemble(builder, model, input), 'FP32', ['N', 1]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const count = columns[0]?.length ?? 0;
  const rowMajor = Float32Array.from({ length: count * columns.length }, (_, i) => {
    return columns[i % columns.length]?.[Math.floor(i / columns.length)] as number;
  });
  const { y } = await session.run({ features: new Tensor('float32', rowMajor, [count, columns.length]) });
  return y?.data as Float32Array;
}

describe('quantiles', () => {
  const spread = Float64Array.from(x, (value, row) => value + value * uniformAt(6, 2, row));

  test.each([0.1, 0.5, 0.9])('a share of %d of the values is below the prediction, wherever that is', async (level) => {
    const { model, curve } = await train(spread, { loss: { type: 'quantile', level } });
    expect(curve.metric).toBe('pinball');
    expect(curve.train.at(-1)).toBeLessThan((curve.train[0] as number) * 0.5);
    const predicted = scores(model, [x, z]);
    for (const [from, to] of [
      [0, 10],
      [1, 4],
      [6, 9],
    ] as const) {
      let below = 0;
      let all = 0;
      spread.forEach((target, row) => {
        if ((x[row] as number) < from || (x[row] as number) >= to) return;
        all++;
        if (target < (predicted[row] as number)) below++;
      });
      expect(Math.abs(below / all - level)).toBeLessThan(0.04);
    }
  });

  test('weights shift the quantile: the heavy rows decide', async () => {
    const constant = new Float32Array(rows).fill(1);
    const targets = Float64Array.from(x, (_, row) => row % 2);
    const weights = Float32Array.from(x, (_, row) => (row % 2 === 0 ? 1 : 9));
    const { model } = await train(targets, { loss: { type: 'quantile', level: 0.5 }, columns: [constant], weights });
    expect(scores(model, [constant])[0]).toBe(1);
  });

  test('of a list, with and without weights', () => {
    expect(weightedQuantile(Float64Array.of(3, 1, 2), undefined, 0.5)).toBe(2);
    expect(weightedQuantile(Float64Array.of(3, 1), undefined, 0.25)).toBe(1.5);
    expect(weightedQuantile(Float64Array.of(3, 1, 2), Float32Array.of(5, 1, 1), 0.5)).toBe(3);
    expect(weightedQuantile(Float64Array.of(7), Float32Array.of(0), 0.5)).toBe(7);
  });
});

describe('Poisson', () => {
  /** Counts with a rate of e^(x / 4). */
  const counts = Float64Array.from(x, (value, row) => {
    let product = 1;
    let count = -1;
    const limit = Math.exp(-Math.exp(value / 4));
    while (product > limit) product *= uniformAt(row, 9, ++count);
    return count;
  });

  test('finds the rate, in the trainer and in ONNX', async () => {
    const { model, curve } = await train(counts, { loss: { type: 'poisson' } });
    expect(model.link).toBe('log');
    expect(curve.metric).toBe('poissonLoss');
    const predicted = scores(model, [x, z]);
    let error = 0;
    predicted.forEach((rate, row) => {
      expect(rate).toBeGreaterThan(0);
      error += Math.abs(Math.log(rate) - (x[row] as number) / 4) / rows;
    });
    expect(error).toBeLessThan(0.12);
    const onnx = await onnxScores(model, [x, z]);
    predicted.forEach((rate, row) => expect(Math.abs((onnx[row] as number) - rate) / rate).toBeLessThan(1e-5));
  });

  test('negative counts, or none, are refused', async () => {
    const loss = { type: 'poisson' } as const;
    await expect(
      train(
        counts.map((count) => count - 1),
        { loss },
      ),
    ).rejects.toMatchObject({ code: 'train.bad-label' });
    await expect(train(new Float64Array(rows), { loss })).rejects.toMatchObject({ code: 'train.bad-label' });
  });
});

describe('ranking', () => {
  /** 200 queries of 20 rows; a query shifts the level of its rows, which a pointwise loss would chase. */
  const groups = Uint32Array.from(x, (_, row) => Math.floor(row / 20));
  const shift = Float64Array.from(groups, (group) => 40 * uniformAt(1, 3, group));
  const features = [Float32Array.from(x, (value, row) => value + (shift[row] as number)), x];
  const relevance = Float64Array.from(x, (value, row) => Math.floor((value + 3 * uniformAt(2, 4, row)) / 3.3));

  test('orders the rows of held-out queries', async () => {
    const { model, curve } = await train(relevance, {
      loss: { type: 'ranking', groups },
      columns: features,
      params: { validationShare: 0.25, patience: 30 },
    });
    expect(curve.metric).toBe('ndcgLoss');
    expect(Math.min(...curve.valid)).toBeLessThan(0.12);
    const predicted = scores(model, features);
    let right = 0;
    let pairs = 0;
    for (let row = 0; row < rows; row += 20) {
      for (let i = row; i < row + 20; i++) {
        for (let j = row; j < i; j++) {
          if (relevance[i] === relevance[j]) continue;
          pairs++;
          const order = (relevance[i] as number) > (relevance[j] as number);
          if ((predicted[i] as number) > (predicted[j] as number) === order) right++;
        }
      }
    }
    expect(right / pairs).toBeGreaterThan(0.9);
  });

  test('relevance is a small whole number', async () => {
    const loss = { type: 'ranking', groups } as const;
    for (const bad of [0.5, -1, 31]) {
      const targets = relevance.slice();
      targets[7] = bad;
      await expect(train(targets, { loss })).rejects.toMatchObject({ code: 'train.bad-label' });
    }
  });
});

describe('monotone constraints', () => {
  const noisy = Float64Array.from(x, (value, row) => Math.sin(value) + value / 5 + 2 * uniformAt(8, 1, row));
  const other = columnOf(7, (u) => u * 4);

  test.each([1, -1] as const)('direction %d holds at every point', async (direction) => {
    const targets = noisy.map((value) => direction * value);
    const columns = [x, z, other];
    const constrained = await train(targets, { loss: { type: 'squared' }, columns, monotone: [direction] });
    const free = await train(targets, { loss: { type: 'squared' }, columns });
    const rises = (model: TreeModel): number => {
      let broken = 0;
      for (let base = 0; base < 40; base++) {
        const grid = Float32Array.from({ length: 200 }, (_, i) => (i / 200) * 10);
        const held = [z, other].map((column) => new Float32Array(200).fill(column[base * 50] as number));
        const line = scores(model, [grid, ...held]);
        for (let i = 1; i < 200; i++) {
          if (direction * ((line[i] as number) - (line[i - 1] as number)) < -1e-6) broken++;
        }
      }
      return broken;
    };
    expect(rises(constrained.model)).toBe(0);
    expect(rises(free.model)).toBeGreaterThan(100);
    // Still far better than the mean.
    expect(constrained.curve.train.at(-1)).toBeLessThan(0.8);
  });

  test('a constraint that changes nothing gives the model without one', async () => {
    const step = Float64Array.from(x, (value) => (value > 5 ? 1 : 0));
    const given = { loss: { type: 'squared' } as const, columns: [x], params: { trees: 1, leaves: 2 } };
    const constrained = await train(step, { ...given, monotone: [1] });
    const free = await train(step, given);
    expect(constrained.model.trees[0]?.threshold).toEqual(free.model.trees[0]?.threshold);
    expect(constrained.model.trees[0]?.leafValue).toEqual(free.model.trees[0]?.leafValue);
    expect(constrained.model.trees[0]?.gain[0]).toBeCloseTo(free.model.trees[0]?.gain[0] as number, 6);
  });
});

test('every loss gives the same bits with two threads', async () => {
  const counts = Float64Array.from(x, (value) => Math.floor(value / 3));
  const groups = Uint32Array.from(x, (_, row) => Math.floor(row / 40));
  const losses: RegressionLoss[] = [{ type: 'quantile', level: 0.3 }, { type: 'poisson' }, { type: 'ranking', groups }];
  for (const loss of losses) {
    const params = { trees: 8, rowSample: 0.7 };
    const one = await train(counts, { loss, params, monotone: loss.type === 'poisson' ? [1] : [] });
    const two = await train(counts, { loss, params, monotone: loss.type === 'poisson' ? [1] : [], threads: 2 });
    expect(two).toEqual(one);
  }
});
