import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { taskSchema } from '../../../shared/model/signature.ts';
import { type Network, parameterSizes } from './network.ts';
import { decodeWeights, encodeWeights } from './weights-file.ts';

const headerSchema = z.object({
  task: taskSchema,
  inputWidth: z.number(),
  hiddenLayers: z.array(z.number()),
  outputWidth: z.number(),
  activation: z.enum(['relu', 'tanh', 'sigmoid']),
  target: z.object({ offset: z.number(), scale: z.number() }),
});

export interface NativeNetwork {
  task: z.infer<typeof taskSchema>;
  network: Network;
}

/** `native.bin` of a network. */
export function encodeNetwork({ task, network }: NativeNetwork): Uint8Array {
  const { inputWidth, hiddenLayers, outputWidth, activation, target } = network;
  return encodeWeights({
    header: { task, inputWidth, hiddenLayers, outputWidth, activation, target },
    arrays: {
      mean: Float64Array.from(network.standardization.mean),
      inverseScale: Float64Array.from(network.standardization.inverseScale),
      parameters: Float64Array.from(network.parameters),
    },
  });
}

/** Errors: `artifact.corrupt`. */
export function decodeNetwork(bytes: Uint8Array): NativeNetwork {
  const { header, arrays } = decodeWeights(bytes);
  const { task, ...shape } = headerSchema.parse(header);
  const { mean, inverseScale, parameters } = arrays;
  const size = parameterSizes(shape).reduce((a, b) => a + b, 0);
  if (mean?.length !== shape.inputWidth || inverseScale?.length !== shape.inputWidth || parameters?.length !== size) {
    throw new AppError('artifact.corrupt', 'The native parameters of the network do not fit its shape.', {
      fix: 'Train the model again with --force.',
    });
  }
  return {
    task,
    network: {
      ...shape,
      parameters: Float32Array.from(parameters),
      standardization: { mean: Float32Array.from(mean), inverseScale: Float32Array.from(inverseScale) },
    },
  };
}

/**
 * Forward pass in plain float64 arithmetic, independent of ONNX Runtime.
 * `features` is column-major [rows, inputWidth]; returns row-major probabilities [rows, C] or predictions [rows, 1].
 */
export function scoreNetwork({ task, network }: NativeNetwork, features: Float32Array, rows: number): Float32Array {
  const { inputWidth, outputWidth, standardization, target } = network;
  const layers = layersOf(network);
  const scores = new Float32Array(rows * outputWidth);
  const input = new Float64Array(inputWidth);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < inputWidth; c++) {
      const centred = (features[c * rows + row] as number) - (standardization.mean[c] as number);
      input[c] = centred * (standardization.inverseScale[c] as number);
    }
    let values = input;
    for (const [i, layer] of layers.entries()) {
      values = apply(layer, values);
      if (i < layers.length - 1) activate(values, network.activation);
    }
    if (task === 'regression') scores[row] = (values[0] as number) * target.scale + target.offset;
    else scores.set(softmaxOf(values), row * outputWidth);
  }
  return scores;
}

interface Layer {
  weights: Float32Array;
  bias: Float32Array;
}

function layersOf(network: Network): Layer[] {
  const parts: Float32Array[] = [];
  let at = 0;
  for (const size of parameterSizes(network)) {
    parts.push(network.parameters.subarray(at, at + size));
    at += size;
  }
  return Array.from({ length: parts.length / 2 }, (_, i) => ({
    weights: parts[2 * i] as Float32Array,
    bias: parts[2 * i + 1] as Float32Array,
  }));
}

function apply({ weights, bias }: Layer, input: Float64Array): Float64Array<ArrayBuffer> {
  const width = bias.length;
  const output = Float64Array.from(bias);
  for (let k = 0; k < input.length; k++) {
    const x = input[k] as number;
    if (x === 0) continue;
    const row = k * width;
    for (let j = 0; j < width; j++) output[j] = (output[j] as number) + x * (weights[row + j] as number);
  }
  return output;
}

function activate(values: Float64Array, activation: Network['activation']): void {
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    values[i] = activation === 'relu' ? Math.max(0, x) : activation === 'tanh' ? Math.tanh(x) : 1 / (1 + Math.exp(-x));
  }
}

/** Softmax of one row, shifted by its largest value. */
export function softmaxOf(logits: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of logits) largest = Math.max(largest, value);
  const powers = logits.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
