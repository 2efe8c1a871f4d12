import { betaShare } from './special-functions.ts';

/** P(|T| ≥ |t|) of Student's t distribution with `degrees` > 0 of freedom. */
export function studentTwoSided(t: number, degrees: number): number {
  return betaShare(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** t with P(|T| < t) = `confidence`, 0 < confidence < 1, by bisection to 1e-10. */
export function studentQuantile(confidence: number, degrees: number): number {
  let high = 1;
  while (studentTwoSided(high, degrees) > 1 - confidence) high *= 2;
  let low = 0;
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > 1 - confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
