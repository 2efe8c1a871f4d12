import { elementCount, numericTypes, type Tensor, type TensorSpec } from './tensor.ts';
import type { WarmupRuns } from './worker-protocol.ts';

/** Most elements of one input of a warm-up. */
const maxElements = 2 ** 26;

/** Zeros or empty texts for an input. Throws where the model leaves an extent open that the warm-up does not name. */
export function warmupTensor({ name, datatype, shape }: TensorSpec, { rows, dims }: WarmupRuns): Tensor {
  const given = dims[name];
  const extents = shape.map((extent, axis) => {
    if (extent !== -1) return extent;
    return axis === 0 ? rows : (given?.[axis - 1] ?? given?.[axis] ?? Number.NaN);
  });
  if (extents.some((extent) => !(extent >= 0))) throw new RangeError(`no extents are known for input "${name}"`);
  const elements = elementCount(extents);
  if (elements > maxElements) throw new RangeError(`input "${name}" has ${elements} elements`);
  const data =
    datatype === 'BYTES' ? Array.from({ length: elements }, () => '') : numericTypes[datatype].allocate(elements);
  return { name, datatype, shape: extents, data };
}
