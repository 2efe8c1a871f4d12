/** The Yeo–Johnson power of one number (Yeo and Johnson 2000, Biometrika 87, equation 2.1). */
export function yeoJohnson(x: number, lambda: number): number {
  if (x >= 0) return lambda === 0 ? Math.log1p(x) : ((x + 1) ** lambda - 1) / lambda;
  return lambda === 2 ? -Math.log1p(-x) : -((1 - x) ** (2 - lambda) - 1) / (2 - lambda);
}

const lambdaStep = 1e-3;
const lowest = -2;
const highest = 4;

/**
 * The λ under which the transformed values are most like a normal distribution (largest profile likelihood), to three
 * digits, between −2 and 4; λ is 1, no change, for values that do not vary.
 */
export function likeliestLambda(values: readonly number[]): number {
  const logs = values.reduce((sum, x) => sum + Math.sign(x) * Math.log1p(Math.abs(x)), 0);
  const likelihood = (lambda: number) => {
    const { deviation } = momentsOf(values, lambda);
    return deviation > 0 ? -values.length * Math.log(deviation) + (lambda - 1) * logs : Number.NEGATIVE_INFINITY;
  };
  if (likelihood(1) === Number.NEGATIVE_INFINITY) return 1;
  let low = lowest;
  let high = highest;
  // The likelihood has one peak in λ: thirds close in on it.
  while (high - low > lambdaStep / 10) {
    const third = (high - low) / 3;
    if (likelihood(low + third) < likelihood(high - third)) low += third;
    else high -= third;
  }
  return Math.round((low + high) / 2 / lambdaStep) * lambdaStep;
}

/** Mean and population standard deviation of the transformed values. */
export function momentsOf(values: readonly number[], lambda: number): { mean: number; deviation: number } {
  const transformed = values.map((x) => yeoJohnson(x, lambda));
  const mean = transformed.reduce((sum, y) => sum + y, 0) / values.length;
  const variance = transformed.reduce((sum, y) => sum + (y - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}
