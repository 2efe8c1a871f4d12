import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { normalize } from './batch-norm.ts';
import { differentiate } from './differentiate.ts';
import { createEmitter, type FloatType } from './emit.ts';
import { largestOf, type Pooling } from './network.ts';
import { createRandom } from './random.ts';
import * as t from './tensor.ts';

/** Loss and gradients of `build`, with its arguments as graph inputs x0, x1, …. */
async function compile(
  shapes: number[][],
  build: (...inputs: t.Tensor[]) => t.Tensor,
  type: FloatType,
): Promise<InferenceSession> {
  const builder = createGraphBuilder('check');
  const inputs = shapes.map((shape) => t.input(shape));
  const bindings = new Map(inputs.map((tensor, i) => [tensor, builder.input(`x${i}`, type, tensor.shape)]));
  const emit = createEmitter(builder, bindings, type);
  const loss = build(...inputs);
  builder.output('loss', emit(loss), type, []);
  for (const [i, gradient] of differentiate(loss, inputs).entries()) {
    expect(gradient.shape).toEqual(shapes[i]);
    builder.output(`g${i}`, emit(gradient), type, shapes[i] as number[]);
  }
  return openSession(builder.toBytes(), { threads: 1 });
}

/** Largest difference between the graph's gradient and central differences, over every element of every input. */
async function gradientError(
  shapes: number[][],
  build: (...inputs: t.Tensor[]) => t.Tensor,
  { type, step }: { type: FloatType; step: number } = { type: 'FP64', step: 1e-5 },
): Promise<number> {
  const session = await compile(shapes, build, type);
  const random = createRandom(11);
  const values = shapes.map((shape) =>
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random.next() - 1),
  );
  const run = async () =>
    session.run(
      Object.fromEntries(
        shapes.map((shape, i) => {
          const data = values[i] as Float64Array;
          const single = type === 'FP32';
          return [
            `x${i}`,
            single ? new OrtTensor('float32', Float32Array.from(data), shape) : new OrtTensor('float64', data, shape),
          ];
        }),
      ),
    );
  const lossOf = async () => ((await run()).loss as OrtTensor).data[0] as number;
  const analytic = await run();
  let worst = 0;
  for (const [i, data] of values.entries()) {
    const gradient = analytic[`g${i}`]?.data as Float64Array | Float32Array;
    for (let k = 0; k < data.length; k++) {
      const at = data[k] as number;
      data[k] = at + step;
      const above = await lossOf();
      data[k] = at - step;
      const below = await lossOf();
      data[k] = at;
      worst = Math.max(worst, Math.abs((gradient[k] as number) - (above - below) / (2 * step)));
    }
  }
  return worst;
}

/** A scalar that weighs every element differently, so that a transposed or permuted gradient cannot pass. */
function weigh(x: t.Tensor): t.Tensor {
  const size = x.shape.reduce((a, b) => a * b, 1);
  const weights = Array.from({ length: size }, (_, i) => Math.sin(1 + 3 * i));
  return t.sumAll(t.multiply(x, t.constant(weights, x.shape)));
}

const B = [3, 4];
const cases: Record<string, [number[][], (...x: t.Tensor[]) => t.Tensor]> = {
  'matMul A·B': [
    [
      [3, 4],
      [4, 2],
    ],
    (a, b) => weigh(t.matMul(a as t.Tensor, b as t.Tensor)),
  ],
  'matMul Aᵀ·B': [
    [
      [4, 3],
      [4, 2],
    ],
    (a, b) => weigh(t.matMul(a as t.Tensor, b as t.Tensor, true)),
  ],
  'matMul A·Bᵀ': [
    [
      [3, 4],
      [2, 4],
    ],
    (a, b) => weigh(t.matMul(a as t.Tensor, b as t.Tensor, false, true)),
  ],
  'matMul Aᵀ·Bᵀ': [
    [
      [4, 3],
      [2, 4],
    ],
    (a, b) => weigh(t.matMul(a as t.Tensor, b as t.Tensor, true, true)),
  ],
  'add of equal shapes': [[B, B], (a, b) => weigh(t.add(a as t.Tensor, b as t.Tensor))],
  'add of a bias row': [[B, [4]], (a, b) => weigh(t.add(a as t.Tensor, b as t.Tensor))],
  'subtract with a column': [[B, [3, 1]], (a, b) => weigh(t.subtract(a as t.Tensor, b as t.Tensor))],
  'subtract from a row': [[[4], B], (a, b) => weigh(t.subtract(a as t.Tensor, b as t.Tensor))],
  'multiply of equal shapes': [[B, B], (a, b) => weigh(t.multiply(a as t.Tensor, b as t.Tensor))],
  'multiply with a row': [[B, [4]], (a, b) => weigh(t.multiply(a as t.Tensor, b as t.Tensor))],
  'multiply with a scalar': [[B, []], (a, b) => weigh(t.multiply(a as t.Tensor, b as t.Tensor))],
  'multiply by itself': [[B], (a) => weigh(t.multiply(a as t.Tensor, a as t.Tensor))],
  'multiply of a column and a row': [[[3, 1], [4]], (a, b) => weigh(t.multiply(a as t.Tensor, b as t.Tensor))],
  relu: [[B], (a) => weigh(t.relu(a as t.Tensor))],
  tanh: [[B], (a) => weigh(t.tanh(a as t.Tensor))],
  sigmoid: [[B], (a) => weigh(t.sigmoid(a as t.Tensor))],
  softmax: [[B], (a) => weigh(t.softmax(a as t.Tensor))],
  logSoftmax: [[B], (a) => weigh(t.logSoftmax(a as t.Tensor))],
  inverseRoot: [[B], (a) => weigh(t.inverseRoot(t.add(t.multiply(a as t.Tensor, a as t.Tensor), t.constant([0.5]))))],
  'normalised columns': [[[5, 3]], (a) => weigh(normalize(a as t.Tensor).value)],
  'normalised channels': [[[2, 3, 2, 2]], (a) => weigh(normalize(a as t.Tensor).value)],
  'sumTo a row': [[B], (a) => weigh(t.sumTo(a as t.Tensor, [4]))],
  'sumTo a column': [[B], (a) => weigh(t.sumTo(a as t.Tensor, [3, 1]))],
  'sumTo one row, kept': [[B], (a) => weigh(t.sumTo(a as t.Tensor, [1, 4]))],
  'expand of a row': [[[4]], (a) => weigh(t.expand(a as t.Tensor, B))],
  'expand of a column': [[[3, 1]], (a) => weigh(t.expand(a as t.Tensor, B))],
  'columns of the middle': [[B], (a) => weigh(t.slice(a as t.Tensor, 1, 3))],
  'columns of two tensors': [[B, [3, 2]], (a, b) => weigh(t.concat([a as t.Tensor, b as t.Tensor]))],
  'another shape': [[B], (a) => weigh(t.reshape(a as t.Tensor, [3, 2, 2]))],
  'other axes': [[[2, 3, 2, 1]], (a) => weigh(t.transpose(a as t.Tensor, [1, 3, 0, 2]))],
  'the largest of windows': [[[2, 2, 2, 3]], (a) => weigh(t.maxTo(a as t.Tensor, [2, 2, 1, 3]))],
  'vectors of codes': [[[4, 2]], (a) => weigh(t.matMul(t.oneHot(t.constant([2, 0, 7], [3, 1]), 4), a as t.Tensor))],
  'a value used twice': [[B], (a) => weigh(t.multiply(t.tanh(a as t.Tensor), t.sigmoid(a as t.Tensor)))],
};

describe('backward rules against central differences', () => {
  for (const [name, [shapes, build]] of Object.entries(cases)) {
    it(name, async () => {
      expect(await gradientError(shapes, build)).toBeLessThan(1e-8);
    });
  }
});

describe('convolutions against central differences, in float32 as ONNX Runtime has them', () => {
  // A convolution is linear in each argument: a large step loses nothing but rounding.
  it.each([
    { x: [2, 3, 5, 4], kernels: [2, 3, 3, 3], pads: [1, 1] },
    { x: [3, 1, 4, 5], kernels: [2, 1, 3, 1], pads: [1, 0] },
    { x: [2, 2, 1, 6], kernels: [3, 2, 1, 5], pads: [0, 2] },
  ] as const)('images $x, kernels $kernels', async ({ x, kernels, pads }) => {
    const error = await gradientError(
      [[...x], [...kernels]],
      (images, weights) => weigh(t.conv(images as t.Tensor, weights as t.Tensor, pads)),
      { type: 'FP32', step: 0.25 },
    );
    expect(error).toBeLessThan(1e-4);
  });
});

describe('the largest of windows, with a rest at the ends', () => {
  const shape = [2, 3, 5, 7];
  const window = [2, 3] as const;
  const lossOf = (pooling: Pooling) => (x: t.Tensor) => weigh(largestOf(x, window, pooling));

  it.each(['indices', 'windows'] as const)('has a gradient by %s', async (pooling) => {
    expect(
      await gradientError([shape], (x) => lossOf(pooling)(x as t.Tensor), { type: 'FP32', step: 1e-3 }),
    ).toBeLessThan(1e-2);
  });

  it('gives an even part of an image the gradient once, both ways', async () => {
    const x = new OrtTensor('float32', new Float32Array(2 * 3 * 5 * 7).fill(0.5), shape);
    for (const pooling of ['indices', 'windows'] as const) {
      const session = await compile(
        [shape],
        (input) => t.sumAll(largestOf(input as t.Tensor, window, pooling)),
        'FP32',
      );
      const gradient = (await session.run({ x0: x }))['g0']?.data as Float32Array;
      expect(gradient.reduce((a, b) => a + b, 0)).toBeCloseTo(2 * 3 * 2 * 2, 4);
    }
  });

  it('stays inside the image where nothing is a number', async () => {
    const x = new OrtTensor('float32', new Float32Array(2 * 3 * 5 * 7).fill(Number.NaN), shape);
    const session = await compile([shape], (input) => lossOf('indices')(input as t.Tensor), 'FP32');
    expect((await session.run({ x0: x }))['g0']?.dims).toEqual(shape);
  });

  it('has no gradient where nothing keeps its places', () => {
    expect(() => differentiate(lossOf('operator')(t.input(shape)), [])).not.toThrow();
    const x = t.input(shape);
    expect(() => differentiate(lossOf('operator')(x), [x])).toThrow('keep their places');
  });
});

describe('differentiate', () => {
  it('gives zeros for a parameter the loss does not use', async () => {
    const [gradient] = differentiate(t.sumAll(t.input([2])), [t.input([3])]);
    expect(gradient?.shape).toEqual([3]);
    expect(gradient?.operation.type).toBe('expand');
  });

  it('refuses a loss that is not a scalar', () => {
    expect(() => differentiate(t.input([2]), [])).toThrow('scalar');
  });
});

describe('tensor shapes', () => {
  it('are checked where an expression is built', () => {
    expect(() => t.matMul(t.input([2, 3]), t.input([2, 3]))).toThrow('does not fit');
    expect(() => t.add(t.input([2, 3]), t.input([2]))).toThrow('broadcast');
    expect(() => t.sumTo(t.input([3]), [2])).toThrow();
    expect(() => t.expand(t.input([3]), [2])).toThrow();
  });
});
