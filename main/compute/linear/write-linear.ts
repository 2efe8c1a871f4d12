import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';
import type { LinearModel } from './fit-linear.ts';

/**
 * A linear model as ONNX nodes over `features` FP32 [N, width]: standardise, Gemm, link. Returns the value of the
 * probabilities [N, C] or predictions [N, 1].
 */
export function writeLinear(builder: GraphBuilder, features: string, model: LinearModel): string {
  const { width, outputs, standardization, target } = model;
  const vector = (values: Float32Array) => builder.initializer('FP32', values, [values.length]);
  const centred = builder.node('Sub', [features, vector(standardization.mean)]);
  const standardized = builder.node('Mul', [centred, vector(standardization.inverseScale)]);
  const linear = builder.node('Gemm', [
    standardized,
    builder.initializer('FP32', model.coefficients, [width, outputs]),
    builder.initializer('FP32', model.intercepts, [outputs]),
  ]);
  switch (model.task) {
    case 'regression': {
      if (model.link === 'log') return builder.node('Exp', [linear]);
      const scaled = builder.node('Mul', [linear, builder.float(target.scale)]);
      return builder.node('Add', [scaled, builder.float(target.offset)]);
    }
    case 'binary': {
      // σ(−z) rather than 1 − σ(z): both classes keep their precision near 0.
      const negative = builder.node('Sigmoid', [builder.node('Neg', [linear])]);
      const positive = builder.node('Sigmoid', [linear]);
      return builder.node('Concat', [negative, positive], { axis: attribute.int(1) });
    }
    case 'multiclass':
      return builder.node('Softmax', [linear], { axis: attribute.int(1) });
  }
}
