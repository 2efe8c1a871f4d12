import { EPSILON } from './batch-norm.ts';
import { type NetworkShape, parametersOf } from './network.ts';

/** Share of the running statistics that each batch leaves. */
export const RUNNING_SHARE = 0.9;

/** Numbers in the vector of running statistics: mean, then variance, of each normalised layer. */
export function statisticsSize(shape: NetworkShape): number {
  return parametersOf(shape).reduce(
    (sum, { role, dims }) => sum + (role === 'scale' ? 2 * dims.reduce((a, b) => a * b, 1) : 0),
    0,
  );
}

/** The same network without normalisation. */
export function foldedShape(shape: NetworkShape): NetworkShape {
  return { ...shape, batchNorm: false };
}

/**
 * Parameters of `foldedShape` that give what the network gives when it normalises by fixed statistics:
 * W · s and bias − mean · s with s = scale / √(variance + ε).
 * @param running means and variances in the order of `statisticsSize`
 */
export function foldBatchNorm(shape: NetworkShape, parameters: Float32Array, running: Float32Array): Float32Array {
  const folded: Float32Array[] = [];
  let at = 0;
  let first = 0;
  for (const { role, dims } of parametersOf(shape)) {
    const size = dims.reduce((a, b) => a * b, 1);
    const own = parameters.slice(at, at + size);
    at += size;
    if (role !== 'scale') {
      folded.push(own);
      continue;
    }
    const [weight, bias] = folded.slice(-2) as [Float32Array, Float32Array];
    const factor = own.map((scale, unit) => scale / Math.sqrt((running[first + size + unit] as number) + EPSILON));
    const isMatrix = dims.length === 1;
    for (let k = 0; k < weight.length; k++) {
      // A matrix is [in, units], kernels are [channels, …].
      const unit = isMatrix ? k % size : Math.floor(k / (weight.length / size));
      weight[k] = (weight[k] as number) * (factor[unit] as number);
    }
    for (let unit = 0; unit < size; unit++) {
      bias[unit] = (bias[unit] as number) - (running[first + unit] as number) * (factor[unit] as number);
    }
    first += 2 * size;
  }
  const flat = new Float32Array(folded.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of folded) {
    flat.set(part, to);
    to += part.length;
  }
  return flat;
}
