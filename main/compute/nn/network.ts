import type { Standardization } from '../linear/column-moments.ts';
import { type BatchStatistics, normalize } from './batch-norm.ts';
import { createRandom } from './random.ts';
import {
  add,
  concat,
  conv,
  matMul,
  maxPool,
  maxTo,
  multiply,
  oneHot,
  relu,
  reshape,
  type Shape,
  sigmoid,
  slice,
  type Tensor,
  tanh,
  transpose,
} from './tensor.ts';

export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** A convolution with zeros around, so that the size stays, an activation, and the largest value of each window. */
export interface ConvolutionLayer {
  channels: number;
  /** Odd height and width. */
  kernel: readonly [number, number];
  /** Height and width of the windows; [1, 1] for none. They divide the size, a rest is cut off. */
  pool: readonly [number, number];
}

/** What happens to a run of adjacent input columns before the fully connected layers. */
export type Segment =
  | { type: 'numbers'; columns: number }
  /** One column of codes 0 … categories − 1, each with a vector of its own. */
  | { type: 'category'; categories: number; size: number }
  /** channels · height · width columns in this order; a sequence has height 1. */
  | { type: 'image'; channels: number; height: number; width: number; layers: readonly ConvolutionLayer[] };

/** Sizes of a network. */
export interface NetworkShape {
  inputWidth: number;
  /** Default: all columns are numbers. Their columns add up to `inputWidth`. */
  segments?: readonly Segment[] | undefined;
  hiddenLayers: readonly number[];
  /** Classes, or 1 for regression. */
  outputWidth: number;
  activation: Activation;
  /**
   * While training: outputs of hidden and convolution layers are brought to mean 0 and variance 1 over the batch before
   * the activation, times a learnt scale, plus the bias. Trained networks have it folded into their weights.
   */
  batchNorm?: boolean;
}

/** A trained network: standardise → segments → layers with activation → linear output. */
export interface Network extends NetworkShape {
  /** Weights [in, out] and bias [out] of every layer, row-major, one after another. */
  parameters: Float32Array;
  standardization: Standardization;
  /** Regression: prediction = output · scale + offset. */
  target: { offset: number; scale: number };
}

export function segmentsOf({ segments, inputWidth }: NetworkShape): readonly Segment[] {
  return segments ?? [{ type: 'numbers', columns: inputWidth }];
}

export function columnsOf(segment: Segment): number {
  if (segment.type === 'numbers') return segment.columns;
  return segment.type === 'category' ? 1 : segment.channels * segment.height * segment.width;
}

/** Height and width behind each convolution layer, from the input on. */
export function imageSizes({ height, width, layers }: Extract<Segment, { type: 'image' }>): [number, number][] {
  const sizes: [number, number][] = [[height, width]];
  for (const { pool } of layers) {
    const [tall, wide] = sizes.at(-1) as [number, number];
    sizes.push([Math.floor(tall / pool[0]), Math.floor(wide / pool[1])]);
  }
  return sizes;
}

/** Numbers a segment gives to the fully connected layers. */
export function unitsOf(segment: Segment): number {
  if (segment.type === 'numbers') return segment.columns;
  if (segment.type === 'category') return segment.size;
  const [tall, wide] = imageSizes(segment).at(-1) as [number, number];
  return (segment.layers.at(-1)?.channels ?? segment.channels) * tall * wide;
}

/** What a parameter is: kernels and matrices, what is added, what batch normalisation multiplies by, vectors of categories. */
export type ParameterRole = 'weight' | 'bias' | 'scale' | 'vectors';

interface Parameter {
  role: ParameterRole;
  dims: Shape;
}

function segmentParameters(segment: Segment, batchNorm: boolean): Parameter[] {
  if (segment.type === 'numbers') return [];
  if (segment.type === 'category') return [{ role: 'vectors', dims: [segment.categories, segment.size] }];
  let channels = segment.channels;
  return segment.layers.flatMap((layer) => {
    const taken = channels;
    channels = layer.channels;
    return layerParameters([channels, taken, ...layer.kernel], [channels, 1, 1], batchNorm);
  });
}

function layerParameters(weight: Shape, bias: Shape, batchNorm: boolean): Parameter[] {
  const plain: Parameter[] = [
    { role: 'weight', dims: weight },
    { role: 'bias', dims: bias },
  ];
  return batchNorm ? [...plain, { role: 'scale', dims: bias }] : plain;
}

/** Parameters of the segments, then weights, bias and scale per layer, in the order of the flat vector. */
export function parametersOf(shape: NetworkShape): Parameter[] {
  const segments = segmentsOf(shape);
  const sizes = [
    segments.reduce((sum, segment) => sum + unitsOf(segment), 0),
    ...shape.hiddenLayers,
    shape.outputWidth,
  ];
  return [
    ...segments.flatMap((segment) => segmentParameters(segment, hasBatchNorm(shape))),
    ...sizes
      .slice(1)
      .flatMap((size, i) =>
        layerParameters([sizes[i] as number, size], [size], hasBatchNorm(shape) && i < shape.hiddenLayers.length),
      ),
  ];
}

export function parameterShapes(shape: NetworkShape): Shape[] {
  return parametersOf(shape).map(({ dims }) => dims);
}

function hasBatchNorm({ batchNorm }: NetworkShape): boolean {
  return batchNorm === true;
}

export function parameterSizes(shape: NetworkShape): number[] {
  return parameterShapes(shape).map((dims) => dims.reduce((a, b) => a * b, 1));
}

/**
 * How the largest values of windows are taken: `operator` has no gradient; `indices` has, in operators of the CPU alone
 * (MaxPool with indices, MaxUnpool); `windows` has, in operators that every execution provider knows, and takes about
 * ten times as long on the CPU.
 */
export type Pooling = 'operator' | 'indices' | 'windows';

export interface ForwardOptions {
  pooling: Pooling;
  /** One [B, units] per hidden layer, by which its outputs are multiplied (dropout). */
  masks?: readonly Tensor[];
  /** Of the batch, per normalised layer. */
  onStatistics?: ((statistics: BatchStatistics) => void) | undefined;
}

/** Outputs before softmax [B, outputWidth] of standardised rows [B, inputWidth]. */
export function forward(
  x: Tensor,
  parameters: readonly Tensor[],
  shape: NetworkShape,
  { pooling, masks = [], onStatistics }: ForwardOptions,
): Tensor {
  const layer: LayerRule = {
    size: hasBatchNorm(shape) ? 3 : 2,
    finish(made, [, bias, scale], window) {
      // What does not fall as its input rises can come behind the largest of a window: less is left to do it on.
      const largest = (value: Tensor) => (window === undefined ? value : largestOf(value, window, pooling));
      if (scale === undefined) return activate(add(largest(made), bias as Tensor), shape.activation);
      const { value, statistics } = normalize(made);
      onStatistics?.(statistics);
      return activate(add(largest(multiply(value, scale)), bias as Tensor), shape.activation);
    },
  };
  const segments = segmentsOf(shape);
  let next = 0;
  let first = 0;
  const parts = segments.map((segment) => {
    const columns = columnsOf(segment);
    const own = segments.length === 1 ? x : slice(x, first, first + columns);
    first += columns;
    const count = segmentParameters(segment, hasBatchNorm(shape)).length;
    next += count;
    return forwardSegment(own, segment, parameters.slice(next - count, next), layer);
  });
  let value = concat(parts);
  for (let i = 0; i < shape.hiddenLayers.length; i++) {
    const own = parameters.slice(next, next + layer.size);
    next += layer.size;
    value = layer.finish(matMul(value, own[0] as Tensor), own);
    const mask = masks[i];
    if (mask !== undefined) value = multiply(value, mask);
  }
  return add(matMul(value, parameters[next] as Tensor), parameters[next + 1] as Tensor);
}

/** What comes behind the weights of hidden and convolution layers. */
interface LayerRule {
  /** Parameters of a layer. */
  size: number;
  finish(made: Tensor, parameters: readonly Tensor[], window?: readonly [number, number]): Tensor;
}

function forwardSegment(x: Tensor, segment: Segment, parameters: readonly Tensor[], layer: LayerRule): Tensor {
  if (segment.type === 'numbers') return x;
  if (segment.type === 'category') return matMul(oneHot(x, segment.categories), parameters[0] as Tensor);
  const rows = x.shape[0] as number;
  let value = reshape(x, [rows, segment.channels, segment.height, segment.width]);
  segment.layers.forEach(({ kernel, pool }, i) => {
    const pads = [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2] as const;
    const own = parameters.slice(i * layer.size, (i + 1) * layer.size);
    const window = pool[0] === 1 && pool[1] === 1 ? undefined : pool;
    value = layer.finish(conv(value, own[0] as Tensor, pads), own, window);
  });
  return reshape(value, [rows, unitsOf(segment)]);
}

/** The largest value of each window of [B, C, H, W]. */
export function largestOf(x: Tensor, window: readonly [number, number], pooling: Pooling): Tensor {
  if (pooling !== 'windows') return maxPool(x, window, pooling === 'indices');
  const [rows, channels, tall, wide] = x.shape as [number, number, number, number];
  const [lower, narrower] = [Math.floor(tall / window[0]), Math.floor(wide / window[1])];
  let value = narrower * window[1] < wide ? slice(x, 0, narrower * window[1]) : x;
  if (lower * window[0] < tall) {
    const turned = transpose(value, [0, 1, 3, 2]);
    value = transpose(slice(turned, 0, lower * window[0]), [0, 1, 3, 2]);
  }
  const windows = reshape(value, [rows, channels, lower, window[0], narrower, window[1]]);
  return reshape(maxTo(windows, [rows, channels, lower, 1, narrower, 1]), [rows, channels, lower, narrower]);
}

function activate(x: Tensor, activation: Activation): Tensor {
  switch (activation) {
    case 'relu':
      return relu(x);
    case 'tanh':
      return tanh(x);
    case 'sigmoid':
      return sigmoid(x);
  }
}

/**
 * Uniform starting weights in ±√(6 / in) before relu (He et al. 2015), else ±√(6 / (in + out)) (Glorot & Bengio 2010),
 * vectors of categories with the spread of a standardised column; biases 0, scales 1.
 */
export function initialParameters(shape: NetworkShape, seed: number): Float32Array {
  const random = createRandom(seed);
  const described = parametersOf(shape);
  const parameters = new Float32Array(parameterSizes(shape).reduce((a, b) => a + b, 0));
  let at = 0;
  for (const [i, { role, dims }] of described.entries()) {
    const size = dims.reduce((a, b) => a * b, 1);
    if (role === 'bias' || role === 'scale') {
      parameters.fill(role === 'scale' ? 1 : 0, at, at + size);
      at += size;
      continue;
    }
    const [first, second, ...kernel] = dims as [number, number, ...number[]];
    const area = kernel.reduce((a, b) => a * b, 1);
    const [taken, made] = kernel.length > 0 ? [second * area, first * area] : [first, second];
    const beforeRelu = shape.activation === 'relu' && i + 2 < described.length;
    const limit = role === 'vectors' ? Math.sqrt(3 / made) : Math.sqrt(6 / (beforeRelu ? taken : taken + made));
    for (let k = 0; k < size; k++) parameters[at++] = (2 * random.next() - 1) * limit;
  }
  return parameters;
}
