import { expect, test } from 'vitest';
import { KernelPool } from './kernels/pool.ts';
import { Objective } from './objective.ts';

// An odd number of rows: the kernels work on pairs.
const scores = [-750, -40, -3.3, -1e-9, 0, 0.7, 2, 33, 750];
const rows = scores.length;

test.each([undefined, Float32Array.from(scores, (_, row) => (row % 3) / 2)])(
  'logistic gradients and loss are those of the formula (weights %#)',
  async (weights) => {
    await using pool = await KernelPool.open(1);
    const targets = Float64Array.from(scores, (_, row) => row % 2);
    const objective = new Objective(pool, { task: 'binary', classes: 2, targets, weights, trainRows: rows });
    pool.f64(objective.scores(0), rows).set(scores);
    const { scale, loss } = objective.computeGradients();
    const pairs = pool.i32(objective.gradients(0), rows * 2);
    let expectedLoss = 0;
    let total = 0;
    scores.forEach((score, row) => {
      const p = 1 / (1 + Math.exp(-score));
      const y = targets[row] as number;
      const w = weights?.[row] ?? 1;
      expect((pairs[row * 2] as number) / scale.gradient).toBeCloseTo(w * (p - y), 8);
      expect((pairs[row * 2 + 1] as number) / scale.hessian).toBeCloseTo(w * p * (1 - p), 8);
      expectedLoss += w * (Math.max(score, 0) - score * y + Math.log1p(Math.exp(-Math.abs(score))));
      total += w;
    });
    expect(loss).toBeCloseTo(expectedLoss / total, 8);
    expect(objective.lossOf(0, rows)).toBe(loss);
  },
);

test('softmax gradients and loss are those of the formula', async () => {
  await using pool = await KernelPool.open(1);
  const targets = Float64Array.from(scores, (_, row) => row % 3);
  const objective = new Objective(pool, {
    task: 'multiclass',
    classes: 3,
    targets,
    weights: undefined,
    trainRows: rows - 2,
  });
  const raw = [scores, scores.toReversed(), scores.map((score) => score / 7)];
  raw.forEach((values, output) => {
    pool.f64(objective.scores(output), rows).set(values);
  });
  const { scale, loss } = objective.computeGradients();
  let expectedLoss = 0;
  for (let row = 0; row < rows - 2; row++) {
    const own = raw.map((values) => values[row] as number);
    const largest = Math.max(...own);
    const sum = own.reduce((total, score) => total + Math.exp(score - largest), 0);
    expectedLoss += Math.log(sum) + largest - (own[row % 3] as number);
    own.forEach((score, output) => {
      const p = Math.exp(score - largest) / sum;
      const pairs = pool.i32(objective.gradients(output), (rows - 2) * 2);
      expect((pairs[row * 2] as number) / scale.gradient).toBeCloseTo(p - Number(output === row % 3), 8);
      expect((pairs[row * 2 + 1] as number) / scale.hessian).toBeCloseTo(1.5 * p * (1 - p), 8);
    });
  }
  expect(loss).toBeCloseTo(expectedLoss / (rows - 2), 7);
});

test('squared-error gradients keep their precision whatever the size of the target', async () => {
  for (const size of [1e-6, 1, 1e12]) {
    await using pool = await KernelPool.open(1);
    const targets = Float64Array.from(scores, (_, row) => (row + 5) * size);
    const objective = new Objective(pool, {
      task: 'regression',
      classes: 0,
      targets,
      weights: undefined,
      trainRows: rows,
    });
    const { scale, loss } = objective.computeGradients();
    const pairs = pool.i32(objective.gradients(0), rows * 2);
    targets.forEach((target, row) => {
      const gradient = (pairs[row * 2] as number) / scale.gradient;
      expect(Math.abs(gradient - (9 * size - target))).toBeLessThan(1e-5 * size);
      expect((pairs[row * 2 + 1] as number) / scale.hessian).toBeCloseTo(1, 8);
    });
    expect(loss / size).toBeCloseTo(Math.sqrt(60 / 9), 5);
  }
});
