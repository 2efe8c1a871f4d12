import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../../shared/model/signature.ts';
import { columnMoments, type Matrix, standardize } from '../linear/column-moments.ts';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { decodeNetwork, encodeNetwork, scoreNetwork } from './native-network.ts';
import { initialParameters, type Network, type NetworkShape } from './network.ts';
import { createRandom, shuffle } from './random.ts';
import { type TrainNetworkOptions, trainNetwork } from './train-network.ts';
import { writeNetwork } from './write-network.ts';

function options(
  shape: NetworkShape,
  task: Task,
  matrix: Matrix,
  target: ArrayLike<number>,
  more: Partial<TrainNetworkOptions> = {},
): TrainNetworkOptions {
  return {
    shape,
    task,
    matrix,
    target: Float32Array.from(target),
    optimizer: 'adam',
    epochs: 100,
    batchSize: 32,
    learningRate: 0.01,
    weightDecay: 0,
    validationShare: 0,
    patience: 5,
    seed: 1,
    threads: 1,
    signal: new AbortController().signal,
    onProgress() {},
    onEpoch() {},
    ...more,
  };
}

const identity = (width: number) => ({
  mean: new Float32Array(width),
  inverseScale: new Float32Array(width).fill(1),
});

function columnMajor({ values, rows, width }: Matrix): Float32Array {
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % rows) * width + Math.floor(i / rows)] as number,
  );
}

async function onnxScores(network: Network, task: Task, matrix: Matrix): Promise<Float32Array> {
  const builder = createGraphBuilder('network');
  const scores = writeNetwork(builder, builder.input('x', 'FP32', ['N', network.inputWidth]), network, task);
  builder.output('scores', scores, 'FP32', ['N', network.outputWidth]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const out = await session.run({ x: new OrtTensor('float32', matrix.values, [matrix.rows, matrix.width]) });
  return out.scores?.data as Float32Array;
}

/** XOR of the signs of two columns: no linear model does better than chance. 301 rows: the last batch is short. */
function xor(): { matrix: Matrix; target: number[] } {
  const random = createRandom(2);
  const rows = 301;
  const values = Float32Array.from({ length: rows * 2 }, () => 2 * random.next() - 1);
  const target = Array.from({ length: rows }, (_, row) =>
    (values[row * 2] as number) > 0 === (values[row * 2 + 1] as number) > 0 ? 0 : 1,
  );
  return { matrix: { values, rows, width: 2 }, target };
}

function accuracy(scores: Float32Array, target: ArrayLike<number>, classes: number): number {
  let hits = 0;
  for (let row = 0; row < target.length; row++) {
    const line = [...scores.subarray(row * classes, (row + 1) * classes)];
    if (line.indexOf(Math.max(...line)) === target[row]) hits++;
  }
  return hits / target.length;
}

describe('training a network', () => {
  const { matrix, target } = xor();
  for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
    for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
      it(`learns XOR with ${activation} and ${optimizer}`, async () => {
        const shape = { inputWidth: 2, hiddenLayers: [16], outputWidth: 2, activation };
        const { parameters, curve } = await trainNetwork(
          options(shape, 'binary', matrix, target, {
            optimizer,
            epochs: 250,
            learningRate: optimizer === 'sgd' ? 0.2 : 0.03,
            weightDecay: optimizer === 'adamw' ? 1e-3 : 0,
          }),
        );
        const network = { ...shape, parameters, standardization: identity(2), target: { offset: 0, scale: 1 } };
        const native = scoreNetwork({ task: 'binary', network }, columnMajor(matrix), matrix.rows);
        expect(accuracy(native, target, 2)).toBeGreaterThan(0.95);
        expect(curve.train.at(-1)).toBeLessThan(0.25);
        const onnx = await onnxScores(network, 'binary', matrix);
        expect(onnx.every((value, i) => Math.abs(value - (native[i] as number)) < 1e-5)).toBe(true);
      });
    }
  }

  it('takes the first batches exactly as plain arithmetic does', async () => {
    // One layer, one batch of all rows, plain gradient descent: w ← w − lr · Xᵀ(p − y) / n from the starting weights.
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [], outputWidth: 2, activation: 'relu' };
    const one = { optimizer: 'sgd', batchSize: 1000, learningRate: 0.5 } as const;
    const first = await trainNetwork(options(shape, 'binary', matrix, target, { ...one, epochs: 1 }));
    const second = await trainNetwork(options(shape, 'binary', matrix, target, { ...one, epochs: 2 }));
    const start = initialParameters(shape, 1);
    const gradientAt = (w: Float32Array) => {
      const gradient = new Float64Array(6);
      for (let row = 0; row < matrix.rows; row++) {
        const x = [...matrix.values.subarray(row * 2, row * 2 + 2), 1];
        const logits = [0, 1].map((k) => x.reduce((sum, value, c) => sum + value * (w[c * 2 + k] as number), 0));
        const p1 = 1 / (1 + Math.exp((logits[0] as number) - (logits[1] as number)));
        const residual = [1 - p1 - (target[row] === 0 ? 1 : 0), p1 - (target[row] as number)];
        for (let c = 0; c < 3; c++) {
          for (let k = 0; k < 2; k++) {
            const at = c * 2 + k;
            gradient[at] = (gradient[at] as number) + ((x[c] as number) * (residual[k] as number)) / matrix.rows;
          }
        }
      }
      return gradient;
    };
    const g1 = gradientAt(start);
    const w1 = start.map((w, i) => w - 0.5 * (g1[i] as number));
    const g2 = gradientAt(w1);
    const w2 = w1.map((w, i) => w - 0.5 * ((g2[i] as number) + 0.9 * (g1[i] as number)));
    for (let i = 0; i < 6; i++) {
      expect(first.parameters[i]).toBeCloseTo(w1[i] as number, 5);
      expect(second.parameters[i]).toBeCloseTo(w2[i] as number, 5);
    }
  });

  it('is repeatable for a seed and differs between seeds', async () => {
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [8], outputWidth: 2, activation: 'relu' };
    const run = (seed: number) => trainNetwork(options(shape, 'binary', matrix, target, { epochs: 5, seed }));
    const [a, b, c] = [await run(3), await run(3), await run(4)];
    expect(a.parameters).toEqual(b.parameters);
    expect(a.parameters).not.toEqual(c.parameters);
  });

  it('counts a row of weight 2 as two rows', async () => {
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [], outputWidth: 2, activation: 'relu' };
    const one = { optimizer: 'sgd', batchSize: 10_000, learningRate: 0.5, epochs: 4 } as const;
    const weights = Float32Array.from(target, (label) => (label === 1 ? 2 : 1));
    const weighted = await trainNetwork(options(shape, 'binary', matrix, target, { ...one, weights }));
    const rows = [...target.keys()].flatMap((row) => (target[row] === 1 ? [row, row] : [row]));
    const values = Float32Array.from(rows.flatMap((row) => [...matrix.values.subarray(row * 2, row * 2 + 2)]));
    const repeated = { values, rows: rows.length, width: 2 };
    const labels = Float32Array.from(rows, (row) => target[row] as number);
    const doubled = await trainNetwork(options(shape, 'binary', repeated, labels, one));
    weighted.parameters.forEach((value, i) => expect(value).toBeCloseTo(doubled.parameters[i] as number, 4));
  });

  it('goes on with the CPU from the last state when a device is lost, and takes the fastest of several', async () => {
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [8], outputWidth: 2, activation: 'relu' };
    let left = 5;
    const open: typeof openSession = async (model, given) => {
      const session = await openSession(model, { ...given, provider: 'cpu' });
      if (given.provider !== 'webgpu') return session;
      const run: typeof session.run = async (...args: unknown[]) => {
        if (left-- <= 0) throw new Error('device lost');
        return (session.run as (...all: unknown[]) => ReturnType<typeof session.run>)(...args);
      };
      return new Proxy(session, {
        get: (of, name) => (name === 'run' ? run : name === 'release' ? () => of.release() : Reflect.get(of, name, of)),
      });
    };
    const settings = { epochs: 8, seed: 3, validationShare: 0 };
    const whole = await trainNetwork(options(shape, 'binary', matrix, target, settings));
    const lost = await trainNetwork(
      options(shape, 'binary', matrix, target, { ...settings, open, providers: ['webgpu'] }),
    );
    expect(lost.ran).toMatchObject({ provider: 'cpu' });
    expect(lost.ran.why).toContain('device lost');
    expect(lost.curve.train).toHaveLength(8);
    expect(Math.abs((lost.curve.train.at(-1) as number) - (whole.curve.train.at(-1) as number))).toBeLessThan(1e-4);
    left = 0;
    const several = await trainNetwork(
      options(shape, 'binary', matrix, target, { ...settings, open, providers: ['webgpu', 'cpu'] }),
    );
    expect(several.ran.provider).toBe('cpu');
    expect(several.ran.why).toMatch(/cpu .* ms\. webgpu failed/);
    expect(several.parameters).toEqual(whole.parameters);
  });

  it('keeps the best epoch and stops without progress', async () => {
    const random = createRandom(5);
    const noise = target.map(() => (random.next() < 0.5 ? 0 : 1));
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [64], outputWidth: 2, activation: 'relu' };
    const { curve, bestEpoch } = await trainNetwork(
      options(shape, 'binary', matrix, noise, { epochs: 500, validationShare: 0.3, patience: 3 }),
    );
    expect(curve.train.length).toBe(bestEpoch + 3);
    expect(curve.valid[bestEpoch - 1]).toBe(Math.min(...curve.valid));
  });

  it('stops with advice when the loss is no longer finite', async () => {
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [8], outputWidth: 1, activation: 'relu' };
    const large = target.map((value) => value * 1e6);
    await expect(
      trainNetwork(options(shape, 'regression', matrix, large, { optimizer: 'sgd', learningRate: 100 })),
    ).rejects.toMatchObject({ code: 'train.diverged', fix: expect.stringContaining('learning rate') });
  });

  it('stops when cancelled', async () => {
    const controller = new AbortController();
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [8], outputWidth: 2, activation: 'relu' };
    const run = trainNetwork(
      options(shape, 'binary', matrix, target, {
        epochs: 1e6,
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    );
    await expect(run).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  it('fits a regression, natively as in ONNX', async () => {
    const y = Array.from({ length: matrix.rows }, (_, row) => Math.sin(3 * (matrix.values[row * 2] as number)));
    const shape: NetworkShape = { inputWidth: 2, hiddenLayers: [32, 16], outputWidth: 1, activation: 'tanh' };
    const { parameters, curve } = await trainNetwork(
      options(shape, 'regression', matrix, y, { epochs: 150, learningRate: 0.01 }),
    );
    expect(curve.train.at(-1)).toBeLessThan(0.02);
    const network = { ...shape, parameters, standardization: identity(2), target: { offset: 10, scale: 4 } };
    const native = scoreNetwork({ task: 'regression', network }, columnMajor(matrix), matrix.rows);
    const onnx = await onnxScores(network, 'regression', matrix);
    expect(native.every((value, row) => Math.abs(value - (onnx[row] as number)) < 1e-4)).toBe(true);
    const again = scoreNetwork(decodeNetwork(encodeNetwork({ task: 'regression', network })), columnMajor(matrix), 301);
    expect(again).toEqual(native);
  });
});

describe('handwritten digits', () => {
  it('are read by a small network after a few epochs', async () => {
    const folder = createRequire(import.meta.url)
      .resolve('mnist/package.json')
      .replace('package.json', 'src/digits/');
    const perDigit = 150;
    const images = Array.from({ length: 10 }, (_, digit) =>
      (JSON.parse(readFileSync(`${folder}${digit}.json`, 'utf8')) as { data: number[] }).data.slice(0, perDigit * 784),
    );
    const order = Int32Array.from({ length: 10 * perDigit }, (_, i) => i);
    shuffle(order, createRandom(7));
    const values = new Float32Array(order.length * 784);
    const target = Float32Array.from(order, (i) => Math.floor(i / perDigit));
    for (const [row, i] of order.entries()) {
      const from = (i % perDigit) * 784;
      values.set((images[Math.floor(i / perDigit)] as number[]).slice(from, from + 784), row * 784);
    }
    const trainRows = 1200;
    const matrix: Matrix = { values: values.slice(0, trainRows * 784), rows: trainRows, width: 784 };
    const held: Matrix = { values: values.slice(trainRows * 784), rows: order.length - trainRows, width: 784 };
    const standardization = columnMoments(matrix, [{ name: 'pixels', width: 784 }], true);
    standardize(matrix, standardization);
    const shape: NetworkShape = { inputWidth: 784, hiddenLayers: [64], outputWidth: 10, activation: 'relu' };
    const { parameters } = await trainNetwork(
      options(shape, 'multiclass', matrix, target.subarray(0, trainRows), {
        epochs: 8,
        batchSize: 64,
        learningRate: 0.002,
      }),
    );
    const network: Network = { ...shape, parameters, standardization, target: { offset: 0, scale: 1 } };
    const native = scoreNetwork({ task: 'multiclass', network }, columnMajor(held), held.rows);
    expect(accuracy(native, target.subarray(trainRows), 10)).toBeGreaterThan(0.85);
    const onnx = await onnxScores(network, 'multiclass', held);
    expect(onnx.every((value, i) => Math.abs(value - (native[i] as number)) < 1e-5)).toBe(true);
  });
});

describe('segments', () => {
  const shape: NetworkShape = {
    inputWidth: 3 + 1 + 2 * 5 * 7 + 1 + 12,
    segments: [
      { type: 'numbers', columns: 3 },
      { type: 'category', categories: 6, size: 4 },
      {
        type: 'image',
        channels: 2,
        height: 5,
        width: 7,
        layers: [
          { channels: 3, kernel: [3, 3], pool: [2, 2] },
          { channels: 4, kernel: [1, 3], pool: [1, 1] },
        ],
      },
      { type: 'category', categories: 3, size: 2 },
      { type: 'image', channels: 1, height: 1, width: 12, layers: [{ channels: 2, kernel: [1, 5], pool: [1, 2] }] },
    ],
    hiddenLayers: [9],
    outputWidth: 3,
    activation: 'relu',
  };
  const rows = 40;
  const random = createRandom(4);
  const values = Float32Array.from({ length: rows * shape.inputWidth }, (_, i) => {
    const column = i % shape.inputWidth;
    // A code beyond the categories has no vector.
    return column === 3 ? random.below(7) : column === 74 ? random.below(3) : 2 * random.next() - 1;
  });
  const matrix: Matrix = { values, rows, width: shape.inputWidth };

  it('give the same scores in plain arithmetic and in ONNX, also read back', async () => {
    const network: Network = {
      ...shape,
      parameters: initialParameters(shape, 3),
      standardization: identity(shape.inputWidth),
      target: { offset: 0, scale: 1 },
    };
    const native = scoreNetwork({ task: 'multiclass', network }, columnMajor(matrix), rows);
    const onnx = await onnxScores(network, 'multiclass', matrix);
    expect(new Set(native).size).toBeGreaterThan(100);
    native.forEach((value, i) => expect(Math.abs(value - (onnx[i] as number))).toBeLessThan(1e-6));
    expect(decodeNetwork(encodeNetwork({ task: 'multiclass', network })).network).toEqual(network);
  });

  it('learn from a category alone, what no line through its codes can', async () => {
    const codes = Float32Array.from({ length: 600 }, () => random.below(12));
    const target = Array.from(codes, (code) => ([1, 4, 5, 8, 11].includes(code) ? 1 : 0));
    const small: NetworkShape = {
      inputWidth: 1,
      segments: [{ type: 'category', categories: 12, size: 3 }],
      hiddenLayers: [],
      outputWidth: 2,
      activation: 'relu',
    };
    const data: Matrix = { values: codes, rows: 600, width: 1 };
    const { parameters } = await trainNetwork(
      options(small, 'binary', data, target, { epochs: 60, learningRate: 0.05, schedule: 'cosine' }),
    );
    const network = { ...small, parameters, standardization: identity(1), target: { offset: 0, scale: 1 } };
    expect(accuracy(scoreNetwork({ task: 'binary', network }, codes, 600), target, 2)).toBe(1);
  });

  it('learn where a shape is, by convolutions with dropout, the same for a seed', async () => {
    // A bright 2 × 2 block somewhere, on the left or right half, in noise.
    const side = 8;
    const images = new Float32Array(400 * side * side).map(() => random.next() * 0.6);
    const target = Array.from({ length: 400 }, (_, row) => {
      const right = random.below(2);
      const x = right * 4 + random.below(3);
      const y = random.below(side - 1);
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        images[row * side * side + (y + dy) * side + x + dx] = 1;
      }
      return right;
    });
    const small: NetworkShape = {
      inputWidth: side * side,
      segments: [
        {
          type: 'image',
          channels: 1,
          height: side,
          width: side,
          layers: [{ channels: 6, kernel: [3, 3], pool: [2, 2] }],
        },
      ],
      hiddenLayers: [16],
      outputWidth: 2,
      activation: 'relu',
    };
    const data: Matrix = { values: images, rows: 400, width: side * side };
    const train = () =>
      trainNetwork(
        options(small, 'binary', data, target, {
          epochs: 25,
          dropout: 0.3,
          schedule: 'warmup-cosine',
          validationShare: 0.25,
          patience: 25,
        }),
      );
    const { parameters, curve } = await train();
    expect((await train()).parameters).toEqual(parameters);
    expect(Math.min(...curve.valid)).toBeLessThan(0.2);
  });

  it('train by the operators of any provider as by those of the CPU', async () => {
    const images = new Float32Array(60 * 35).map((_, i) => (i % 35 < 7 ? 0 : random.next() * 2 - 1));
    const target = Array.from({ length: 60 }, () => random.below(3));
    // Windows that leave a rest at both ends, and an even border whose values are all equal.
    const layers = [{ channels: 3, kernel: [3, 3] as const, pool: [2, 3] as const }];
    const small: NetworkShape = {
      inputWidth: 35,
      segments: [{ type: 'image', channels: 1, height: 5, width: 7, layers }],
      hiddenLayers: [6],
      outputWidth: 3,
      activation: 'tanh',
    };
    const graphs = new Set<string>();
    const open: typeof openSession = (model, given) => {
      if (typeof model !== 'string') graphs.add(Buffer.from(model).toString('latin1'));
      return openSession(model, { ...given, provider: 'cpu' });
    };
    const train = (provider: 'cpu' | 'webgpu') => {
      const data: Matrix = { values: images.slice(), rows: 60, width: 35 };
      const settings = { epochs: 5, seed: 4, validationShare: 0, open, providers: [provider] };
      return trainNetwork(options(small, 'multiclass', data, target, settings));
    };
    const [own, any] = [await train('cpu'), await train('webgpu')];
    expect([...graphs].map((graph) => graph.includes('MaxUnpool'))).toEqual([true, false]);
    own.parameters.forEach((value, i) => {
      expect(Math.abs(value - (any.parameters[i] as number))).toBeLessThan(1e-4);
    });
  });
});
