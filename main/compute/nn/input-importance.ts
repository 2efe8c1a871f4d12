import { columnsOf, type Network, parameterShapes, segmentsOf, unitsOf } from './network.ts';

/**
 * Sum over all paths from an input column to the outputs of the product of |weights| (after Garson 1991); 0 for a
 * constant column. [inputWidth], in no unit.
 */
export function inputImportance(network: Network): Float64Array {
  const shapes = parameterShapes(network)
    .filter((dims) => dims.length === 2)
    .slice(-(network.hiddenLayers.length + 1));
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
  const columns = network.segments === undefined ? reach : columnsReached(network, reach);
  return columns.map((value, c) => (network.standardization.inverseScale[c] === 0 ? 0 : value));
}

/** A category counts with the numbers of its vector, an image with all that its convolutions give, spread over its pixels. */
function columnsReached(network: Network, reach: Float64Array): Float64Array {
  const columns = new Float64Array(network.inputWidth);
  let unit = 0;
  let column = 0;
  for (const segment of segmentsOf(network)) {
    const width = columnsOf(segment);
    const units = unitsOf(segment);
    const own = reach.subarray(unit, unit + units);
    if (segment.type === 'numbers') columns.set(own, column);
    else columns.fill(own.reduce((sum, value) => sum + value, 0) / width, column, column + width);
    unit += units;
    column += width;
  }
  return columns;
}
