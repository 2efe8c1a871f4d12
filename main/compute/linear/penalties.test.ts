import { describe, expect, test } from 'vitest';
import { createRandom } from '../nn/random.ts';
import type { Matrix } from './column-moments.ts';
import { type FitLinearOptions, type FittedLinear, fitLinear, rawCoefficients } from './fit-linear.ts';
import { scoreLinear } from './native-linear.ts';

const rows = 3000;

/** Independent columns of very different scale; only the first two matter to the targets below. */
function matrixOf(width: number): Matrix {
  const random = createRandom(width);
  const values = Float32Array.from({ length: rows * width }, (_, i) => {
    const c = i % width;
    return (random.next() - 0.5) * 10 ** (c % 3) + (c % 5);
  });
  return { values, rows, width };
}

function fit(matrix: Matrix, target: Float64Array, more: Partial<FitLinearOptions>): Promise<FittedLinear> {
  return fitLinear({
    task: 'regression',
    matrix,
    groups: Array.from({ length: matrix.width }, (_, c) => ({ name: `x${c}`, width: 1 })),
    target,
    classCount: 0,
    l2: 0,
    maxIterations: 2000,
    tolerance: 1e-7,
    threads: 1,
    signal: new AbortController().signal,
    onIteration() {},
    ...more,
  });
}

function columnMajor({ values, width }: Matrix): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % rows) * width + Math.floor(i / rows)] as number);
}

/** Gradient of the sum of row losses by each standardised coefficient, in float64. */
function gradients(matrix: Matrix, { model }: FittedLinear, residual: Float64Array): number[] {
  const { mean, inverseScale } = model.standardization;
  return Array.from({ length: matrix.width }, (_, c) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const x = ((matrix.values[row * matrix.width + c] as number) - (mean[c] as number)) * (inverseScale[c] as number);
      sum += x * (residual[row] as number);
    }
    return sum;
  });
}

describe('elastic net', () => {
  test.each([
    { width: 12, l1: 150, l2: 0, name: 'lasso, proximal Newton' },
    { width: 12, l1: 100, l2: 40, name: 'elastic net' },
    { width: 620, l1: 150, l2: 0, name: 'a wide design, proximal gradient' },
  ])('$name is at the minimum: the gradient of each coefficient is balanced by its penalty', async (given) => {
    const matrix = matrixOf(given.width);
    const random = createRandom(1);
    const target = Float64Array.from({ length: rows }, (_, row) => {
      const x = matrix.values.subarray(row * given.width);
      return 5 * (x[0] as number) - 0.3 * (x[1] as number) + random.next();
    });
    const fitted = await fit(matrix, target, given);
    expect(fitted.converged).toBe(true);
    expect(fitted.standardErrors).toBeUndefined();
    const { coefficients, target: scaling } = fitted.model;
    const predicted = scoreLinear(fitted.model, columnMajor(matrix), rows);
    const residual = target.map((value, row) => ((predicted[row] as number) - value) / scaling.scale);
    const slack = 0.02 * given.l1;
    gradients(matrix, fitted, residual).forEach((gradient, c) => {
      const value = coefficients[c] as number;
      if (value === 0) expect(Math.abs(gradient)).toBeLessThan(given.l1 + slack);
      else expect(Math.abs(gradient + given.l2 * value + given.l1 * Math.sign(value))).toBeLessThan(slack);
    });
    const kept = coefficients.filter((value) => value !== 0).length;
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(kept).toBeLessThan(given.width / 2);
  });

  test('a strong penalty on classes leaves the prior', async () => {
    const matrix = matrixOf(5);
    const target = Float64Array.from({ length: rows }, (_, row) => Number(row % 4 === 0));
    const { model, converged } = await fit(matrix, target, { task: 'binary', classCount: 2, l1: 1e5 });
    expect(converged).toBe(true);
    expect([...model.coefficients]).toEqual([0, 0, 0, 0, 0]);
    expect(model.intercepts[0]).toBeCloseTo(Math.log(1 / 3), 4);
  });
});

describe('Poisson regression', () => {
  const matrix = matrixOf(4);
  const random = createRandom(3);
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const limit = Math.exp(-Math.exp(2 + 0.8 * (matrix.values[row * 4] as number) - 1));
    let product = random.next();
    let count = 0;
    for (; product > limit; count++) product *= random.next();
    return count;
  });

  test('has no gradient left, and true coefficients within their errors', async () => {
    const fitted = await fit(matrix, target, { loss: 'poisson' });
    expect(fitted.model.link).toBe('log');
    const rate = scoreLinear(fitted.model, columnMajor(matrix), rows);
    const residual = target.map((value, row) => (rate[row] as number) - value);
    for (const gradient of gradients(matrix, fitted, residual)) expect(Math.abs(gradient) / rows).toBeLessThan(1e-4);
    const [first, second] = rawCoefficients(fitted, 0);
    expect(Math.abs((first?.coefficient as number) - 0.8)).toBeLessThan(4 * (first?.standardError as number));
    expect(first?.pValue).toBeLessThan(1e-10);
    expect(second?.pValue).toBeGreaterThan(1e-4);
  });

  test('negative counts are refused', async () => {
    await expect(
      fit(
        matrix,
        target.map((count) => count - 5),
        { loss: 'poisson' },
      ),
    ).rejects.toMatchObject({
      code: 'train.bad-label',
    });
  });
});

test('a weight counts like repeated rows', async () => {
  const matrix = matrixOf(3);
  const random = createRandom(4);
  const target = Float64Array.from({ length: rows }, (_, row) =>
    Number(random.next() < 1 / (1 + Math.exp(-3 * (matrix.values[row * 3] as number)))),
  );
  const weights = Float32Array.from({ length: rows }, (_, row) => row % 3);
  const repeated = Array.from({ length: rows }, (_, row) => row).flatMap((row) => Array(row % 3).fill(row) as number[]);
  const copies: Matrix = {
    rows: repeated.length,
    width: 3,
    values: Float32Array.from({ length: repeated.length * 3 }, (_, i) => {
      return matrix.values[(repeated[Math.floor(i / 3)] as number) * 3 + (i % 3)] as number;
    }),
  };
  const task = { task: 'binary' as const, classCount: 2 };
  const weighted = rawCoefficients(await fit(matrix, target, { ...task, weights }), 0);
  const expected = rawCoefficients(
    await fit(
      copies,
      Float64Array.from(repeated, (row) => target[row] as number),
      task,
    ),
    0,
  );
  weighted.forEach(({ coefficient, standardError }, i) => {
    expect(coefficient).toBeCloseTo(expected[i]?.coefficient as number, 3);
    expect(standardError).toBeNull();
  });
  await expect(fit(matrix, target, { ...task, weights: new Float32Array(rows) })).rejects.toMatchObject({
    code: 'train.no-rows',
  });
});

test('errors and p-values of least squares are those of the textbook', async () => {
  // y on x = 1 … 6: slope 0.9, intercept 0.6, residual variance 0.7 / 4 … by hand.
  const xs = [1, 2, 3, 4, 5, 6];
  const target = Float64Array.of(1.1, 2.9, 3.2, 4.1, 4.8, 6.3);
  const fitted = await fit({ values: Float32Array.from(xs), rows: 6, width: 1 }, target, {});
  const meanX = 3.5;
  const meanY = target.reduce((a, b) => a + b) / 6;
  const sxx = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = xs.reduce((sum, x, i) => sum + (x - meanX) * ((target[i] as number) - meanY), 0) / sxx;
  const intercept = meanY - slope * meanX;
  const residuals = xs.reduce((sum, x, i) => sum + ((target[i] as number) - intercept - slope * x) ** 2, 0);
  const variance = residuals / 4;
  const [first, last] = rawCoefficients(fitted, 0);
  expect(first?.coefficient).toBeCloseTo(slope, 5);
  expect(first?.standardError).toBeCloseTo(Math.sqrt(variance / sxx), 5);
  expect(last?.coefficient).toBeCloseTo(intercept, 5);
  expect(last?.standardError).toBeCloseTo(Math.sqrt(variance * (1 / 6 + meanX ** 2 / sxx)), 5);
  // P(|t| ≥ x) with 4 degrees of freedom is 1 − 1.5 s + 0.5 s³ with s = x / √(4 + x²).
  const t = intercept / Math.sqrt(variance * (1 / 6 + meanX ** 2 / sxx));
  const s = Math.abs(t) / Math.sqrt(4 + t * t);
  expect(last?.pValue).toBeCloseTo(1 - 1.5 * s + 0.5 * s ** 3, 4);
});
