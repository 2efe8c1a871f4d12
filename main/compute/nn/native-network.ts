import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { taskSchema } from '../../../shared/model/signature.ts';
import { columnsOf, imageSizes, type Network, parameterSizes, type Segment } from './network.ts';
import { decodeWeights, encodeWeights } from './weights-file.ts';

const pair = z.tuple([z.number(), z.number()]);
const segmentSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('numbers'), columns: z.number() }),
  z.object({ type: z.literal('category'), categories: z.number(), size: z.number() }),
  z.object({
    type: z.literal('image'),
    channels: z.number(),
    height: z.number(),
    width: z.number(),
    layers: z.array(z.object({ channels: z.number(), kernel: pair, pool: pair })),
  }),
]);

const headerSchema = z.object({
  task: taskSchema,
  inputWidth: z.number(),
  segments: z.array(segmentSchema).optional(),
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
  const { inputWidth, segments, hiddenLayers, outputWidth, activation, target } = network;
  return encodeWeights({
    header: {
      task,
      inputWidth,
      ...(segments === undefined ? {} : { segments }),
      hiddenLayers,
      outputWidth,
      activation,
      target,
    },
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
  const segments = segmentsWithParameters(network);
  const scores = new Float32Array(rows * outputWidth);
  const input = new Float64Array(inputWidth);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < inputWidth; c++) {
      const centred = (features[c * rows + row] as number) - (standardization.mean[c] as number);
      input[c] = centred * (standardization.inverseScale[c] as number);
    }
    let values = segments === undefined ? input : applySegments(segments, input, network.activation);
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

function partsOf(network: Network): Float32Array[] {
  const parts: Float32Array[] = [];
  let at = 0;
  for (const size of parameterSizes(network)) {
    parts.push(network.parameters.subarray(at, at + size));
    at += size;
  }
  return parts;
}

/** The fully connected layers. */
function layersOf(network: Network): Layer[] {
  const count = network.hiddenLayers.length + 1;
  const parts = partsOf(network).slice(-2 * count);
  return Array.from({ length: count }, (_, i) => ({
    weights: parts[2 * i] as Float32Array,
    bias: parts[2 * i + 1] as Float32Array,
  }));
}

interface SegmentParts {
  segment: Segment;
  parts: Float32Array[];
}

/** Undefined when all columns are plain numbers. */
function segmentsWithParameters(network: Network): SegmentParts[] | undefined {
  if (network.segments === undefined) return undefined;
  const parts = partsOf(network);
  let next = 0;
  return network.segments.map((segment) => {
    const count = segment.type === 'numbers' ? 0 : segment.type === 'category' ? 1 : 2 * segment.layers.length;
    next += count;
    return { segment, parts: parts.slice(next - count, next) };
  });
}

function applySegments(
  segments: readonly SegmentParts[],
  input: Float64Array,
  activation: Network['activation'],
): Float64Array<ArrayBuffer> {
  const values: Float64Array[] = [];
  let first = 0;
  for (const { segment, parts } of segments) {
    const columns = columnsOf(segment);
    const own = input.subarray(first, first + columns);
    first += columns;
    if (segment.type === 'numbers') values.push(own);
    else if (segment.type === 'category') values.push(vectorOf(own[0] as number, segment, parts[0] as Float32Array));
    else values.push(convolve(own, segment, parts, activation));
  }
  const joined = new Float64Array(values.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of values) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function vectorOf(code: number, segment: Extract<Segment, { type: 'category' }>, vectors: Float32Array): Float64Array {
  const { categories, size } = segment;
  if (!Number.isInteger(code) || code < 0 || code >= categories) return new Float64Array(size);
  return Float64Array.from(vectors.subarray(code * size, (code + 1) * size));
}

function convolve(
  image: Float64Array,
  segment: Extract<Segment, { type: 'image' }>,
  parts: readonly Float32Array[],
  activation: Network['activation'],
): Float64Array {
  const sizes = imageSizes(segment);
  let value = image;
  let taken = segment.channels;
  segment.layers.forEach(({ channels, kernel, pool }, i) => {
    const [height, width] = sizes[i] as [number, number];
    const made = convolution(value, { taken, height, width, channels, kernel }, parts[2 * i] as Float32Array);
    const bias = parts[2 * i + 1] as Float32Array;
    for (let at = 0; at < made.length; at++)
      made[at] = (made[at] as number) + (bias[Math.floor(at / (height * width))] as number);
    activate(made, activation);
    value = largestOfWindows(made, { channels, height, width, pool });
    taken = channels;
  });
  return value;
}

function convolution(
  image: Float64Array,
  given: { taken: number; height: number; width: number; channels: number; kernel: readonly [number, number] },
  weights: Float32Array,
): Float64Array<ArrayBuffer> {
  const { taken, height, width, channels, kernel } = given;
  const [tall, wide] = kernel;
  const made = new Float64Array(channels * height * width);
  for (let o = 0; o < channels; o++) {
    for (let c = 0; c < taken; c++) {
      for (let dy = 0; dy < tall; dy++) {
        for (let dx = 0; dx < wide; dx++) {
          const weight = weights[((o * taken + c) * tall + dy) * wide + dx] as number;
          const [shiftY, shiftX] = [dy - (tall - 1) / 2, dx - (wide - 1) / 2];
          const [fromY, toY] = [Math.max(0, -shiftY), Math.min(height, height - shiftY)];
          const [fromX, toX] = [Math.max(0, -shiftX), Math.min(width, width - shiftX)];
          for (let y = fromY; y < toY; y++) {
            const to = (o * height + y) * width;
            const from = (c * height + y + shiftY) * width + shiftX;
            for (let x = fromX; x < toX; x++) {
              made[to + x] = (made[to + x] as number) + weight * (image[from + x] as number);
            }
          }
        }
      }
    }
  }
  return made;
}

function largestOfWindows(
  image: Float64Array<ArrayBuffer>,
  given: { channels: number; height: number; width: number; pool: readonly [number, number] },
): Float64Array {
  const { channels, height, width, pool } = given;
  if (pool[0] === 1 && pool[1] === 1) return image;
  const [lower, narrower] = [Math.floor(height / pool[0]), Math.floor(width / pool[1])];
  const made = new Float64Array(channels * lower * narrower).fill(Number.NEGATIVE_INFINITY);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < lower * pool[0]; y++) {
      for (let x = 0; x < narrower * pool[1]; x++) {
        const to = (c * lower + Math.floor(y / pool[0])) * narrower + Math.floor(x / pool[1]);
        made[to] = Math.max(made[to] as number, image[(c * height + y) * width + x] as number);
      }
    }
  }
  return made;
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
