export interface Quadrature {
  points: Float64Array;
  weights: Float64Array;
}

const known = new Map<number, Quadrature>();

/**
 * Gauss–Legendre quadrature on [0, 1]: exact for polynomials up to degree 2 · count − 1. Points by Newton's method on the
 * Legendre polynomial (Press et al., Numerical Recipes, §4.6).
 */
export function gaussLegendre(count: number): Quadrature {
  const cached = known.get(count);
  if (cached !== undefined) return cached;
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 100; step++) {
      let value = 1;
      let before = 0;
      for (let degree = 1; degree <= count; degree++) {
        const twoBefore = before;
        before = value;
        value = ((2 * degree - 1) * z * before - (degree - 1) * twoBefore) / degree;
      }
      slope = (count * (z * value - before)) / (z * z - 1);
      const next = z - value / slope;
      if (Math.abs(next - z) < 1e-15) break;
      z = next;
    }
    points[i] = (1 - z) / 2;
    weights[i] = 1 / ((1 - z * z) * slope * slope);
  }
  const found = { points, weights };
  known.set(count, found);
  return found;
}
