import type { Task } from '../../../shared/model/signature.ts';
import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';
import { createEmitter } from './emit.ts';
import { forward, type Network, parameterShapes } from './network.ts';
import { input } from './tensor.ts';

/**
 * A trained network as ONNX nodes over `features` FP32 [N, inputWidth]; returns the value of the probabilities [N, C]
 * or predictions [N, 1]. The layers are the same expression that training differentiates.
 */
export function writeNetwork(builder: GraphBuilder, features: string, network: Network, task: Task): string {
  const { inputWidth, standardization, parameters, target } = network;
  const vector = (values: Float32Array) => builder.initializer('FP32', values, [values.length]);
  const centred = builder.node('Sub', [features, vector(standardization.mean)]);
  const standardized = builder.node('Mul', [centred, vector(standardization.inverseScale)]);
  // Expressions have static shapes, emitted nodes do not: one symbolic row stands for any number.
  const x = input([1, inputWidth]);
  let at = 0;
  const weights = parameterShapes(network).map((dims) => {
    const size = dims.reduce((a, b) => a * b, 1);
    const value = builder.initializer('FP32', parameters.subarray(at, at + size), [...dims]);
    at += size;
    return { tensor: input(dims), value };
  });
  const emit = createEmitter(
    builder,
    new Map([[x, standardized], ...weights.map(({ tensor, value }) => [tensor, value] as const)]),
  );
  const output = emit(
    forward(
      x,
      weights.map(({ tensor }) => tensor),
      network,
      { pooling: 'operator' },
    ),
  );
  if (task === 'regression') {
    return builder.node('Add', [
      builder.node('Mul', [output, builder.float(target.scale)]),
      builder.float(target.offset),
    ]);
  }
  return builder.node('Softmax', [output], { axis: attribute.int(1) });
}
