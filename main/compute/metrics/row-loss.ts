const epsilon = 1e-15;

/** One loss per row: log loss in nats of the true class, or of a regression the squared error. */
export function rowLosses(
  scores: ArrayLike<number>,
  actual: ArrayLike<number>,
  classCount: number,
): Float64Array<ArrayBuffer> {
  const losses = new Float64Array(actual.length);
  for (let row = 0; row < losses.length; row++) {
    const target = actual[row] as number;
    if (classCount === 0) losses[row] = ((scores[row] as number) - target) ** 2;
    else {
      const p = scores[row * classCount + target] as number;
      losses[row] = -Math.log(Math.min(1 - epsilon, Math.max(epsilon, p)));
    }
  }
  return losses;
}
