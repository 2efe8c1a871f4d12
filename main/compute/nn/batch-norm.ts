import { add, constant, inverseRoot, multiply, subtract, sumTo, type Tensor } from './tensor.ts';

/** Ioffe & Szegedy 2015. */
export const EPSILON = 1e-5;
/** Of a layer's outputs over a batch, per unit or channel: [1, units] or [1, channels, 1, 1]. */
export interface BatchStatistics {
  mean: Tensor;
  /** The biased one, which the batch is divided by. */
  variance: Tensor;
}

/** Values [B, units] or [B, channels, H, W] brought to mean 0 and variance 1 over all axes but the second. */
export function normalize(x: Tensor): { value: Tensor; statistics: BatchStatistics } {
  const units = x.shape[1] as number;
  const perUnit = x.shape.map((_, axis) => (axis === 1 ? units : 1));
  const count = x.shape.reduce((a, b) => a * b, 1) / units;
  const share = constant([1 / count]);
  const mean = multiply(sumTo(x, perUnit), share);
  const centred = subtract(x, mean);
  const variance = multiply(sumTo(multiply(centred, centred), perUnit), share);
  return {
    value: multiply(centred, inverseRoot(add(variance, constant([EPSILON])))),
    statistics: { mean, variance },
  };
}
