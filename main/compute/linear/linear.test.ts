import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/model/signature.ts';
import { createRandom } from '../nn/random.ts';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { cholesky } from './cholesky.ts';
import { columnMoments, type Matrix } from './column-moments.ts';
import { type FitLinearOptions, fitLinear, type LinearModel, rawCoefficients } from './fit-linear.ts';
import { decodeLinear, encodeLinear, scoreLinear } from './native-linear.ts';
import { writeLinear } from './write-linear.ts';

const noSignal = new AbortController().signal;

/** Columns of very different scale, one of them correlated with another. */
function sample(rows: number, seed: number): Matrix {
  const random = createRandom(seed);
  const values = new Float32Array(rows * 3);
  for (let row = 0; row < rows; row++) {
    const a = 4 * random.next() - 2;
    values[row * 3] = a;
    values[row * 3 + 1] = 1000 + 50 * (0.5 * a + random.next());
    values[row * 3 + 2] = 0.01 * (random.next() + random.next());
  }
  return { values, rows, width: 3 };
}

function binaryTarget({ values, rows }: Matrix, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: rows }, (_, row) => {
    const z =
      0.8 * (values[row * 3] as number) -
      0.03 * ((values[row * 3 + 1] as number) - 1025) +
      90 * (values[row * 3 + 2] as number) -
      1;
    return random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
}

function options(
  task: Task,
  matrix: Matrix,
  target: Float64Array,
  more: Partial<FitLinearOptions> = {},
): FitLinearOptions {
  return {
    task,
    matrix,
    groups: Array.from({ length: matrix.width }, (_, c) => ({ name: `x${c}`, width: 1 })),
    target,
    classCount: task === 'regression' ? 0 : task === 'binary' ? 2 : 3,
    l2: 0,
    maxIterations: 100,
    tolerance: 1e-6,
    threads: 1,
    signal: noSignal,
    onIteration() {},
    ...more,
  };
}

/** The model's own standardisation applied in float64, with a column of ones: rows of the design matrix. */
function designOf(matrix: Matrix, { standardization }: LinearModel): number[][] {
  return Array.from({ length: matrix.rows }, (_, row) => [
    ...Array.from({ length: matrix.width }, (_, c) => {
      const centred = (matrix.values[row * matrix.width + c] as number) - (standardization.mean[c] as number);
      return centred * (standardization.inverseScale[c] as number);
    }),
    1,
  ]);
}

/** Newton's method in float64 on plain arrays: weights(z, y) gives residual and second derivative per row. */
function newton(
  design: number[][],
  y: Float64Array,
  l2: number,
  derivatives: (z: number, y: number) => [number, number],
) {
  const size = (design[0] as number[]).length;
  let beta = new Float64Array(size);
  let hessian = new Float64Array(size * size);
  for (let iteration = 0; iteration < 30; iteration++) {
    const gradient = new Float64Array(size);
    hessian = new Float64Array(size * size);
    for (const [row, x] of design.entries()) {
      const z = x.reduce((sum, value, c) => sum + value * (beta[c] as number), 0);
      const [residual, weight] = derivatives(z, y[row] as number);
      for (let i = 0; i < size; i++) {
        gradient[i] = (gradient[i] as number) + residual * (x[i] as number);
        for (let j = 0; j < size; j++) {
          hessian[i * size + j] = (hessian[i * size + j] as number) + weight * (x[i] as number) * (x[j] as number);
        }
      }
    }
    for (let i = 0; i < size - 1; i++) {
      gradient[i] = (gradient[i] as number) + l2 * (beta[i] as number);
      hessian[i * size + i] = (hessian[i * size + i] as number) + l2;
    }
    const step = cholesky(hessian, size)?.solve(gradient) as Float64Array;
    beta = beta.map((value, i) => value - (step[i] as number));
  }
  return { beta, hessian, size };
}

const logistic = (z: number, y: number): [number, number] => {
  const p = 1 / (1 + Math.exp(-z));
  return [p - y, p * (1 - p)];
};

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] as number) - (b[i] as number)));
  return worst;
}

async function onnxScores(model: LinearModel, matrix: Matrix): Promise<Float32Array> {
  const builder = createGraphBuilder('linear');
  const width = model.task === 'binary' ? 2 : model.outputs;
  const scores = writeLinear(builder, builder.input('x', 'FP32', ['N', model.width]), model);
  builder.output('scores', scores, 'FP32', ['N', width]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const out = await session.run({ x: new OrtTensor('float32', matrix.values, [matrix.rows, matrix.width]) });
  return out.scores?.data as Float32Array;
}

function columnMajor({ values, rows, width }: Matrix): Float32Array {
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % rows) * width + Math.floor(i / rows)] as number,
  );
}

describe('logistic regression', () => {
  // More than one chunk of 8192 rows, the last one short.
  const matrix = sample(20_001, 3);
  const target = binaryTarget(matrix, 4);

  for (const l2 of [0, 5]) {
    it(`equals Newton's method in float64 (l2 = ${l2})`, async () => {
      const fitted = await fitLinear(options('binary', matrix, target, { l2 }));
      const reference = newton(designOf(matrix, fitted.model), target, l2, logistic);
      expect(fitted.converged).toBe(true);
      expect(largestDifference(fitted.model.coefficients, reference.beta.subarray(0, 3))).toBeLessThan(1e-5);
      expect(Math.abs((fitted.model.intercepts[0] as number) - (reference.beta[3] as number))).toBeLessThan(1e-5);
      if (l2 > 0) {
        expect(fitted.standardErrors).toBeUndefined();
        return;
      }
      const errors = cholesky(reference.hessian, reference.size)?.inverseDiagonal().map(Math.sqrt) as Float64Array;
      const ofColumns = fitted.standardErrors?.subarray(0, 3) as Float64Array;
      expect(largestDifference(ofColumns, errors.subarray(0, 3))).toBeLessThan(1e-5);
    });
  }

  it('gives coefficients in raw units', async () => {
    const fitted = await fitLinear(options('binary', matrix, target));
    const raw = rawCoefficients(fitted, 0);
    // Within 4 standard errors of the values the data were drawn with.
    for (const [i, expected] of [0.8, -0.03, 90].entries()) {
      const { coefficient, standardError } = raw[i] as { coefficient: number; standardError: number };
      expect(Math.abs(coefficient - expected)).toBeLessThan(4 * standardError);
    }
    const scores = scoreLinear(fitted.model, columnMajor(matrix), matrix.rows);
    const z =
      raw.slice(0, 3).reduce((sum, { coefficient }, c) => sum + coefficient * (matrix.values[c] as number), 0) +
      (raw[3] as { coefficient: number }).coefficient;
    expect(scores[1]).toBeCloseTo(1 / (1 + Math.exp(-z)), 4);
  });

  it('scores alike in ONNX, natively and after a round trip through native.bin', async () => {
    const { model } = await fitLinear(options('binary', matrix, target));
    const native = scoreLinear(decodeLinear(encodeLinear(model)), columnMajor(matrix), matrix.rows);
    expect(largestDifference(await onnxScores(model, matrix), native)).toBeLessThan(1e-5);
    expect((native[0] as number) + (native[1] as number)).toBeCloseTo(1, 6);
  });

  it('solves collinear and constant columns with a small ridge', async () => {
    const rows = 500;
    const values = new Float32Array(rows * 3);
    const random = createRandom(8);
    for (let row = 0; row < rows; row++) values.set([random.next(), 0, 7], row * 3);
    for (let row = 0; row < rows; row++) values[row * 3 + 1] = 2 * (values[row * 3] as number);
    const y = Float64Array.from({ length: rows }, (_, row) => (random.next() < (values[row * 3] as number) ? 1 : 0));
    const fitted = await fitLinear(options('binary', { values, rows, width: 3 }, y));
    expect(fitted.collinear).toBe(true);
    expect(fitted.standardErrors).toBeUndefined();
    expect(fitted.model.coefficients[2]).toBe(0);
    const single = await fitLinear(
      options('binary', { values: values.filter((_, i) => i % 3 === 0), rows, width: 1 }, y),
    );
    expect((fitted.model.coefficients[0] as number) + (fitted.model.coefficients[1] as number)).toBeCloseTo(
      single.model.coefficients[0] as number,
      3,
    );
  });

  it('names the feature with a missing value', async () => {
    const broken = { ...matrix, values: Float32Array.from(matrix.values) };
    broken.values[3 * 10 + 1] = Number.NaN;
    await expect(fitLinear(options('binary', broken, target))).rejects.toMatchObject({
      code: 'train.missing-values',
      message: 'Feature “x1” has a missing or infinite value in 1 of 20001 training rows.',
      fix: expect.stringContaining('Impute'),
    });
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const big = sample(400_000, 5);
    const run = fitLinear(
      options('binary', big, binaryTarget(big, 6), { signal: controller.signal, tolerance: 0, maxIterations: 1e6 }),
    );
    setImmediate(() => controller.abort());
    await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
  });
});

describe('softmax regression', () => {
  const matrix = sample(3000, 9);
  const random = createRandom(10);
  const target = Float64Array.from({ length: matrix.rows }, (_, row) => {
    const a = matrix.values[row * 3] as number;
    const r = random.next();
    return r < 0.2 ? Math.floor(r * 15) : a < -0.5 ? 0 : a < 0.7 ? 1 : 2;
  });

  it('has no gradient left in float64', async () => {
    const { model, converged, collinear } = await fitLinear(options('multiclass', matrix, target, { l2: 1 }));
    expect(converged).toBe(true);
    expect(collinear).toBe(false);
    const scores = scoreLinear(model, columnMajor(matrix), matrix.rows);
    const design = designOf(matrix, model);
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < 3; k++) {
        let gradient = model.coefficients[c * 3 + k] as number;
        for (const [row, x] of design.entries()) {
          gradient += (x[c] as number) * ((scores[row * 3 + k] as number) - (target[row] === k ? 1 : 0));
        }
        expect(Math.abs(gradient) / matrix.rows).toBeLessThan(1e-6);
      }
    }
    expect(largestDifference(await onnxScores(model, matrix), scores)).toBeLessThan(1e-5);
  });

  it('agrees with L-BFGS, which takes over where the design is wide', async () => {
    const wide: Matrix = { rows: matrix.rows, width: 203, values: new Float32Array(matrix.rows * 203) };
    const noise = createRandom(12);
    for (let row = 0; row < wide.rows; row++) {
      wide.values.set(matrix.values.subarray(row * 3, row * 3 + 3), row * 203);
      for (let c = 3; c < 203; c++) wide.values[row * 203 + c] = noise.next();
    }
    const fitted = await fitLinear(options('multiclass', wide, target, { l2: 1, tolerance: 1e-5, maxIterations: 500 }));
    const scores = scoreLinear(fitted.model, columnMajor(wide), wide.rows);
    const design = designOf(wide, fitted.model);
    let worst = 0;
    for (let c = 0; c < 203; c++) {
      let gradient = fitted.model.coefficients[c * 3] as number;
      for (const [row, x] of design.entries()) {
        gradient += (x[c] as number) * ((scores[row * 3] as number) - (target[row] === 0 ? 1 : 0));
      }
      worst = Math.max(worst, Math.abs(gradient) / wide.rows);
    }
    expect(worst).toBeLessThan(1e-4);
  });
});

describe('linear regression', () => {
  const matrix = sample(10_000, 20);
  const random = createRandom(21);
  const target = Float64Array.from({ length: matrix.rows }, (_, row) => {
    const [a, b, c] = matrix.values.subarray(row * 3, row * 3 + 3) as unknown as [number, number, number];
    return 5e4 + 300 * a - 20 * b + 4e4 * c + 100 * (random.next() - 0.5);
  });

  it('equals the normal equations in float64, with their standard errors', async () => {
    const fitted = await fitLinear(options('regression', matrix, target));
    const { offset, scale } = fitted.model.target;
    const scaled = target.map((value) => (value - offset) / scale);
    const reference = newton(designOf(matrix, fitted.model), scaled, 0, (z, y) => [z - y, 1]);
    expect(largestDifference(fitted.model.coefficients, reference.beta.subarray(0, 3))).toBeLessThan(1e-5);
    const raw = rawCoefficients(fitted, 0);
    for (const [i, expected] of [300, -20, 4e4].entries()) {
      const { coefficient, standardError } = raw[i] as { coefficient: number; standardError: number };
      expect(Math.abs(coefficient - expected)).toBeLessThan(4 * standardError);
      expect(standardError).toBeLessThan(Math.abs(expected) / 10);
    }
    const native = scoreLinear(fitted.model, columnMajor(matrix), matrix.rows);
    expect(largestDifference(await onnxScores(fitted.model, matrix), native) / 5e4).toBeLessThan(1e-6);
  });
});

describe('column moments', () => {
  it('are per column, or one pair per group', () => {
    const matrix: Matrix = { values: Float32Array.from([1, 10, 20, 3, 30, 40]), rows: 2, width: 3 };
    const groups = [
      { name: 'a', width: 1 },
      { name: 'image', width: 2 },
    ];
    expect([...columnMoments(matrix, groups).mean]).toEqual([2, 20, 30]);
    const shared = columnMoments(matrix, groups, true);
    expect([...shared.mean]).toEqual([2, 25, 25]);
    expect(shared.inverseScale[1]).toBeCloseTo(1 / Math.sqrt(125), 6);
  });
});

describe('native.bin', () => {
  it('says so when it is damaged', async () => {
    const matrix = sample(50, 1);
    const { model } = await fitLinear(options('binary', matrix, binaryTarget(matrix, 2), { l2: 1 }));
    const bytes = encodeLinear(model);
    expect(() => decodeLinear(bytes.subarray(0, bytes.length - 3))).toThrow('native parameters');
    expect(() => decodeLinear(Uint8Array.from([1, 2, 3]))).toThrow('native parameters');
  });
});
