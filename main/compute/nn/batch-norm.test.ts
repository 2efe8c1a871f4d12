import { Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import type { BatchStatistics } from './batch-norm.ts';
import { createEmitter } from './emit.ts';
import { foldBatchNorm, foldedShape } from './fold-batch-norm.ts';
import { forward, type NetworkShape, parameterShapes, parameterSizes } from './network.ts';
import { createRandom } from './random.ts';
import { input } from './tensor.ts';
import { trainNetwork } from './train-network.ts';

const rows = 16;
const shape: NetworkShape = {
  inputWidth: 2 + 1 + 2 * 4 * 6,
  segments: [
    { type: 'numbers', columns: 2 },
    { type: 'category', categories: 5, size: 3 },
    {
      type: 'image',
      channels: 2,
      height: 4,
      width: 6,
      layers: [
        { channels: 3, kernel: [3, 3], pool: [2, 2] },
        { channels: 4, kernel: [1, 3], pool: [1, 1] },
      ],
    },
  ],
  hiddenLayers: [7, 5],
  outputWidth: 3,
  activation: 'relu',
  batchNorm: true,
};

/** Outputs of a network on `x`, and the statistics of the batch, one after another. */
async function outputs(of: NetworkShape, parameters: Float32Array, x: Float32Array) {
  const builder = createGraphBuilder('forward');
  const batch = input([rows, of.inputWidth]);
  let at = 0;
  const tensors = parameterShapes(of).map((dims) => {
    const size = dims.reduce((a, b) => a * b, 1);
    at += size;
    return { tensor: input(dims), value: builder.initializer('FP32', parameters.slice(at - size, at), [...dims]) };
  });
  expect(at).toBe(parameters.length);
  const bindings = new Map([
    [batch, builder.input('x', 'FP32', [rows, of.inputWidth])],
    ...tensors.map(({ tensor, value }) => [tensor, value] as const),
  ]);
  const emit = createEmitter(builder, bindings);
  const statistics: BatchStatistics[] = [];
  const made = forward(
    batch,
    tensors.map(({ tensor }) => tensor),
    of,
    { pooling: 'operator', onStatistics: (one) => statistics.push(one) },
  );
  builder.output('out', emit(made), 'FP32', [rows, of.outputWidth]);
  const values = statistics.flatMap(({ mean, variance }) => [mean, variance]);
  for (const [i, value] of values.entries()) builder.output(`s${i}`, emit(value), 'FP32', [...value.shape]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const out = await session.run({ x: new OrtTensor('float32', x, [rows, of.inputWidth]) });
  return {
    out: out['out']?.data as Float32Array,
    running: Float32Array.from(values.flatMap((_, i) => [...((out[`s${i}`] as OrtTensor).data as Float32Array)])),
  };
}

test('a network with its normalisation folded in gives what it gave on the batch', async () => {
  const random = createRandom(5);
  const draw = (count: number) => Float32Array.from({ length: count }, () => 2 * random.next() - 1);
  const x = draw(rows * shape.inputWidth).map((value, i) => (i % shape.inputWidth === 2 ? (i * 7) % 5 : value));
  const parameters = draw(parameterSizes(shape).reduce((a, b) => a + b, 0));
  const trained = await outputs(shape, parameters, x);
  // Units and channels of four layers, each with a mean and a variance.
  expect(trained.running).toHaveLength(2 * (3 + 4 + 7 + 5));
  const folded = await outputs(foldedShape(shape), foldBatchNorm(shape, parameters, trained.running), x);
  const worst = trained.out.reduce((most, value, i) => Math.max(most, Math.abs(value - (folded.out[i] as number))), 0);
  expect(worst).toBeLessThan(1e-4);
  expect(new Set(trained.out.map((value) => Math.round(value * 100))).size).toBeGreaterThan(10);
});

test('training measures the validation rows as they will be served', async () => {
  const random = createRandom(2);
  const count = 301;
  // Columns of very different scale: without normalisation behind it the first layer hardly learns at this rate.
  const values = Float32Array.from({ length: count * 2 }, (_, i) => (2 * random.next() - 1) * (i % 2 === 0 ? 30 : 0.1));
  const target = Float32Array.from({ length: count }, (_, row) =>
    (values[row * 2] as number) > 0 === (values[row * 2 + 1] as number) > 0 ? 0 : 1,
  );
  const lossAfter = async (batchNorm: boolean, epochs: number) => {
    const trained = await trainNetwork({
      shape: { inputWidth: 2, hiddenLayers: [24, 16], outputWidth: 2, activation: 'relu', batchNorm },
      task: 'binary',
      matrix: { values, rows: count, width: 2 },
      target,
      optimizer: 'adam',
      epochs,
      batchSize: 32,
      learningRate: 0.01,
      weightDecay: 0.001,
      dropout: 0.05,
      validationShare: 0.25,
      patience: 200,
      seed: 3,
      threads: 1,
      signal: new AbortController().signal,
      onProgress() {},
      onEpoch() {},
    });
    expect(trained.parameters).toHaveLength(2 * 24 + 24 + 24 * 16 + 16 + 16 * 2 + 2);
    return { curve: trained.curve, best: Math.min(...trained.curve.valid), parameters: trained.parameters };
  };
  const normalised = await lossAfter(true, 60);
  expect(normalised.best).toBeLessThan(0.35);
  expect(normalised.best).toBeLessThan((await lossAfter(false, 60)).best);
  const again = await lossAfter(true, 60);
  expect(again.parameters).toEqual(normalised.parameters);
});
