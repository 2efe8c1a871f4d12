import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { columnMoments, type Matrix, standardize } from '../../../main/compute/linear/column-moments.ts';
import { scoreNetwork } from '../../../main/compute/nn/native-network.ts';
import type { NetworkShape } from '../../../main/compute/nn/network.ts';
import { createRandom, shuffle } from '../../../main/compute/nn/random.ts';
import { trainNetwork } from '../../../main/compute/nn/train-network.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';
import { runPeer } from '../peers/run-peer.ts';

const rows = 60_000;
const epochs = 3;
const rounds = 5;
const heldDigits = 2000;
const pixels = 784;

const peerSchema = z.object({ samplesPerSecond: z.number(), version: z.string() });

function train(
  shape: NetworkShape,
  matrix: Matrix,
  target: Float32Array,
  more: { epochs: number; batchSize: number; onEpoch?: () => void },
) {
  return trainNetwork({
    shape,
    task: 'multiclass',
    matrix,
    target,
    optimizer: 'adam',
    learningRate: 0.001,
    weightDecay: 0,
    validationShare: 0,
    patience: 1,
    seed: 1,
    threads: 1,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onEpoch: () => undefined,
    ...more,
  });
}

/** Of epochs after the first one: session and warm-up do not count, as they do not for the peer. */
async function samplesPerSecond(shape: NetworkShape, rows: number, epochs: number, batchSize: number): Promise<number> {
  const random = createRandom(3);
  const width = shape.inputWidth;
  const values = new Float32Array(rows * width);
  for (let i = 0; i < values.length; i++) values[i] = random.next() * 2 - 1;
  const target = Float32Array.from({ length: rows }, () => random.below(10));
  const ends: number[] = [];
  const matrix: Matrix = { values, rows, width };
  await train(shape, matrix, target, { epochs: epochs + 1, batchSize, onEpoch: () => ends.push(performance.now()) });
  return (rows * epochs * 1000) / ((ends.at(-1) as number) - (ends[0] as number));
}

const dense: NetworkShape = { inputWidth: 64, hiddenLayers: [128, 64], outputWidth: 10, activation: 'relu' };
const convolutional: NetworkShape = {
  inputWidth: pixels,
  segments: [
    {
      type: 'image',
      channels: 1,
      height: 28,
      width: 28,
      layers: [
        { channels: 16, kernel: [3, 3], pool: [2, 2] },
        { channels: 32, kernel: [3, 3], pool: [2, 2] },
      ],
    },
  ],
  hiddenLayers: [64],
  outputWidth: 10,
  activation: 'relu',
};

/** What is compared with torch, each on the same work. */
const comparisons = [
  { key: 'vsTorch256', script: 'torch_mlp.py', shape: dense, rows, epochs, batch: 256 },
  { key: 'vsTorch2048', script: 'torch_mlp.py', shape: dense, rows, epochs, batch: 2048 },
  { key: 'cnnVsTorch', script: 'torch_cnn.py', shape: convolutional, rows: 4000, epochs: 1, batch: 64 },
];

/** Accuracy on 2,000 digits of the mnist package after training on the other 8,000. */
async function digitsAccuracy(): Promise<number> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
  const images: Float32Array[] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')) as { data: number[] };
    for (let at = 0; at + pixels <= data.length; at += pixels) {
      images.push(Float32Array.from(data.slice(at, at + pixels)));
      labels.push(digit);
    }
  }
  const order = Int32Array.from(images, (_, i) => i);
  shuffle(order, createRandom(11));
  const matrixOf = (part: Int32Array): Matrix => {
    const values = new Float32Array(part.length * pixels);
    part.forEach((image, row) => {
      values.set(images[image] as Float32Array, row * pixels);
    });
    return { values, rows: part.length, width: pixels };
  };
  const held = order.subarray(0, heldDigits);
  const rest = order.subarray(heldDigits);
  const matrix = matrixOf(rest);
  const standardization = columnMoments(matrix, [{ name: 'pixels', width: pixels }], true);
  standardize(matrix, standardization);
  const shape: NetworkShape = { inputWidth: pixels, hiddenLayers: [128], outputWidth: 10, activation: 'relu' };
  const target = Float32Array.from(rest, (image) => labels[image] as number);
  const { parameters } = await train(shape, matrix, target, { epochs: 15, batchSize: 64 });
  const test = matrixOf(held);
  const columnMajor = new Float32Array(test.values.length);
  for (let row = 0; row < test.rows; row++) {
    for (let c = 0; c < pixels; c++) columnMajor[c * test.rows + row] = test.values[row * pixels + c] as number;
  }
  const network = { ...shape, parameters, standardization, target: { offset: 0, scale: 1 } };
  const scores = scoreNetwork({ task: 'multiclass', network }, columnMajor, test.rows);
  let right = 0;
  for (let row = 0; row < test.rows; row++) {
    const own = scores.subarray(row * 10, (row + 1) * 10);
    if (own.indexOf(own.reduce((a, b) => Math.max(a, b), 0)) === labels[held[row] as number]) right++;
  }
  return right / test.rows;
}

/** Training speed of a small network against torch eager, one thread each, and accuracy on handwritten digits. */
export const mlp: Benchmark = {
  async measure(log) {
    const figures: Record<string, number> = { digitsAccuracy: await digitsAccuracy() };
    log(`digits: ${figures['digitsAccuracy']}`);
    const skipped: string[] = [];
    for (const { key, script, shape, rows, epochs, batch } of comparisons) {
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const ours = await samplesPerSecond(shape, rows, epochs, batch);
        log(`${key}: ours ${Math.round(ours)} samples/s`);
        const answer = await runPeer(script, [String(rows), String(epochs), String(batch)], log);
        if (answer === undefined) break;
        const peer = peerSchema.parse(answer);
        log(`${key}: torch ${peer.version} ${Math.round(peer.samplesPerSecond)} samples/s`);
        ratios.push(ours / peer.samplesPerSecond);
      }
      if (ratios.length === rounds) figures[key] = median(ratios);
      else skipped.push(key);
    }
    return { figures, skipped };
  },
};
