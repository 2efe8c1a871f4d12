import type { Standardization } from '../linear/column-moments.ts';
import { createRandom } from './random.ts';
import { add, matMul, relu, type Shape, sigmoid, type Tensor, tanh } from './tensor.ts';

export type Activation = 'relu' | 'tanh' | 'sigmoid';

/** Sizes of a fully connected network. */
export interface NetworkShape {
  inputWidth: number;
  hiddenLayers: readonly number[];
  /** Classes, or 1 for regression. */
  outputWidth: number;
  activation: Activation;
}

/** A trained network: standardise → layers with activation → linear output. */
export interface Network extends NetworkShape {
  /** Weights [in, out] and bias [out] of every layer, row-major, one after another. */
  parameters: Float32Array;
  standardization: Standardization;
  /** Regression: prediction = output · scale + offset. */
  target: { offset: number; scale: number };
}

/** Shapes of weights and bias per layer, in the order of the flat parameter vector. */
export function parameterShapes({ inputWidth, hiddenLayers, outputWidth }: NetworkShape): Shape[] {
  const sizes = [inputWidth, ...hiddenLayers, outputWidth];
  return sizes.slice(1).flatMap((size, i): Shape[] => [[sizes[i] as number, size], [size]]);
}

export function parameterSizes(shape: NetworkShape): number[] {
  return parameterShapes(shape).map((dims) => dims.reduce((a, b) => a * b, 1));
}

/** Outputs before softmax [B, outputWidth] of standardised rows [B, inputWidth]. */
export function forward(x: Tensor, parameters: readonly Tensor[], activation: Activation): Tensor {
  let value = x;
  for (let i = 0; i < parameters.length; i += 2) {
    value = add(matMul(value, parameters[i] as Tensor), parameters[i + 1] as Tensor);
    if (i + 2 < parameters.length) value = activate(value, activation);
  }
  return value;
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
 * Uniform starting weights in ±√(6 / in) before relu (He et al. 2015), else ±√(6 / (in + out)) (Glorot & Bengio 2010);
 * biases 0.
 */
export function initialParameters(shape: NetworkShape, seed: number): Float32Array {
  const random = createRandom(seed);
  const shapes = parameterShapes(shape);
  const parameters = new Float32Array(parameterSizes(shape).reduce((a, b) => a + b, 0));
  let at = 0;
  for (const [i, dims] of shapes.entries()) {
    const [rows, columns] = dims as [number, number | undefined];
    if (columns === undefined) {
      at += rows;
      continue;
    }
    const beforeRelu = shape.activation === 'relu' && i + 2 < shapes.length;
    const limit = Math.sqrt(6 / (beforeRelu ? rows : rows + columns));
    for (let k = 0; k < rows * columns; k++) parameters[at++] = (2 * random.next() - 1) * limit;
  }
  return parameters;
}
