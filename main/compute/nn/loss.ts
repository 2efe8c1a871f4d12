import { constant, logSoftmax, multiply, subtract, sumAll, type Tensor } from './tensor.ts';

/** Σ wᵢ · −ln softmax(logits)ᵢ[classᵢ]; logits and oneHot [B, C], weights [B, 1]. */
export function softmaxCrossEntropy(logits: Tensor, oneHot: Tensor, weights: Tensor): Tensor {
  const target = multiply(oneHot, multiply(weights, constant([-1])));
  return sumAll(multiply(logSoftmax(logits), target));
}

/** Σ wᵢ · (outputᵢ − targetᵢ)²; all [B, 1]. */
export function meanSquaredError(output: Tensor, target: Tensor, weights: Tensor): Tensor {
  const error = subtract(output, target);
  return sumAll(multiply(multiply(error, error), weights));
}
