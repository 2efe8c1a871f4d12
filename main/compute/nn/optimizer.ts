import type { GraphBuilder } from '../onnx/graph-builder.ts';

export type Optimizer = 'adam' | 'adamw' | 'sgd';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const MOMENTUM = 0.9;

/** Loop state of an optimizer: flat parameters, two moments of their size, and β₁ᵗ, β₂ᵗ as scalars. */
export const stateNames = ['parameters', 'moment1', 'moment2', 'power1', 'power2'] as const;
export type State<T> = Record<(typeof stateNames)[number], T>;

/** State before the first step. */
export function initialState(parameters: Float32Array): State<Float32Array> {
  return {
    parameters,
    moment1: new Float32Array(parameters.length),
    moment2: new Float32Array(parameters.length),
    power1: Float32Array.of(1),
    power2: Float32Array.of(1),
  };
}

export interface UpdateInputs {
  optimizer: Optimizer;
  /** Value names of the state before the step. */
  state: State<string>;
  gradient: string;
  learningRate: string;
  /** Weight decay per parameter (0 for biases); absent without decay. */
  decay: string | undefined;
}

/**
 * One update as ONNX nodes; returns the value names of the state after it.
 * `adam` (Kingma & Ba 2015) and `sgd` (momentum 0.9) add decay · w to the gradient, `adamw` (Loshchilov & Hutter 2019)
 * shrinks the weights by learningRate · decay instead.
 */
export function writeUpdate(body: GraphBuilder, inputs: UpdateInputs): State<string> {
  const { optimizer, state, learningRate, decay } = inputs;
  const scale = (value: string, factor: number) => body.node('Mul', [value, body.float(factor)]);
  const { parameters } = state;
  let gradient = inputs.gradient;
  let shrunk = parameters;
  if (decay !== undefined) {
    const pull = body.node('Mul', [parameters, decay]);
    if (optimizer === 'adamw') shrunk = body.node('Sub', [parameters, body.node('Mul', [pull, learningRate])]);
    else gradient = body.node('Add', [gradient, pull]);
  }
  if (optimizer === 'sgd') {
    const moment1 = body.node('Add', [scale(state.moment1, MOMENTUM), gradient]);
    const step = body.node('Mul', [moment1, learningRate]);
    return { ...passThrough(body, state), parameters: body.node('Sub', [shrunk, step]), moment1 };
  }
  const moment1 = body.node('Add', [scale(state.moment1, BETA1), scale(gradient, 1 - BETA1)]);
  const square = body.node('Mul', [gradient, gradient]);
  const moment2 = body.node('Add', [scale(state.moment2, BETA2), scale(square, 1 - BETA2)]);
  const power1 = scale(state.power1, BETA1);
  const power2 = scale(state.power2, BETA2);
  const one = body.float(1);
  // lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) and ε · √(1 − β₂ᵗ): scalars, so that the vectors are touched as little as possible.
  const root = body.node('Sqrt', [body.node('Sub', [one, power2])]);
  const rate = body.node('Div', [body.node('Mul', [learningRate, root]), body.node('Sub', [one, power1])]);
  const denominator = body.node('Add', [body.node('Sqrt', [moment2]), scale(root, EPSILON)]);
  const step = body.node('Mul', [body.node('Div', [moment1, denominator]), rate]);
  return { parameters: body.node('Sub', [shrunk, step]), moment1, moment2, power1, power2 };
}

/** A body must not return its own inputs as they are. */
function passThrough(body: GraphBuilder, state: State<string>): State<string> {
  const copy = (value: string) => body.node('Identity', [value]);
  return {
    parameters: state.parameters,
    moment1: state.moment1,
    moment2: copy(state.moment2),
    power1: copy(state.power1),
    power2: copy(state.power2),
  };
}
