import type { SamplerFactory } from './sampler.ts';
import { fromModel, isActive, type ParamValue, type ParamValues, type SearchParameter, toModel } from './space.ts';
import { trialRandom } from './trial-random.ts';

/** Points of a grid, beyond which only a sample of them is worth trying. */
const largestGrid = 100_000;

/**
 * Every combination once: all choices, and `points` evenly spaced values of a number (fewer where an integer range has
 * fewer). The order is shuffled by the seed, so that a search cut short has still been everywhere.
 * Throws RangeError for more than 100,000 combinations.
 */
export function gridSampler(points: number): SamplerFactory {
  return ({ space, seed }) => {
    let grid: Record<string, ParamValue>[] = [{}];
    for (const parameter of space) {
      grid = grid.flatMap((values) =>
        isActive(parameter, values)
          ? levels(parameter, points).map((value) => ({ ...values, [parameter.name]: value }))
          : [values],
      );
      if (grid.length > largestGrid) throw new RangeError(`the grid has more than ${largestGrid} combinations`);
    }
    const order = shuffled(grid, seed);
    return { propose: (number) => order[number] };
  };
}

function levels(parameter: SearchParameter, points: number): ParamValue[] {
  if (parameter.type === 'categorical') return [...parameter.choices];
  const low = toModel(parameter, parameter.low);
  const high = toModel(parameter, parameter.high);
  if (points === 1) return [fromModel(parameter, (low + high) / 2)];
  const values = Array.from({ length: points }, (_, i) =>
    fromModel(parameter, low + ((high - low) * i) / (points - 1)),
  );
  return [...new Set(values)];
}

function shuffled(grid: ParamValues[], seed: number): ParamValues[] {
  const uniform = trialRandom(seed, -1);
  const order = [...grid];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j] as ParamValues, order[i] as ParamValues];
  }
  return order;
}
