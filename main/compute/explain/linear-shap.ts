import type { LinearModel } from '../linear/fit-linear.ts';

/**
 * Shapley values of a linear model's score before its link, where features outside a coalition are at their mean over
 * the training rows (Lundberg & Lee, 2017, for features taken as independent): the coefficient times the distance from it.
 * @param features column-major float32 [rows, width]
 * @returns column-major float64 [rows, width], and the score at the means
 */
export function explainLinear(
  model: LinearModel,
  features: Float32Array,
  rows: number,
  output: number,
): { base: number; contributions: Float64Array } {
  const { width, outputs, standardization, coefficients, intercepts, target, task } = model;
  const [scale, offset] = task === 'regression' ? [target.scale, target.offset] : [1, 0];
  const contributions = new Float64Array(rows * width);
  for (let c = 0; c < width; c++) {
    const slope = (coefficients[c * outputs + output] as number) * (standardization.inverseScale[c] as number) * scale;
    const mean = standardization.mean[c] as number;
    for (let row = 0; row < rows; row++) {
      contributions[c * rows + row] = ((features[c * rows + row] as number) - mean) * slope;
    }
  }
  return { base: (intercepts[output] as number) * scale + offset, contributions };
}
