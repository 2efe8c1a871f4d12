import { type Network, parameterShapes } from './network.ts';

/**
 * Sum over all paths from an input column to the outputs of the product of |weights| (after Garson 1991); 0 for a
 * constant column. [inputWidth], in no unit.
 */
export function inputImportance(network: Network): Float64Array {
  const shapes = parameterShapes(network).filter((dims) => dims.length === 2);
  let end = network.parameters.length;
  let reach: Float64Array = new Float64Array(network.outputWidth).fill(1);
  for (const dims of shapes.toReversed()) {
    const [rows, columns] = dims as [number, number];
    const start = end - columns - rows * columns;
    const before = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const weight = network.parameters[start + i * columns + j] as number;
        before[i] = (before[i] as number) + Math.abs(weight) * (reach[j] as number);
      }
    }
    reach = before;
    end = start;
  }
  return reach.map((value, c) => (network.standardization.inverseScale[c] === 0 ? 0 : value));
}
