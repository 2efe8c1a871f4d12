import { type SearchSpace, toModel } from '../../../main/compute/search/space.ts';
import { type Direction, toLoss, type Trial } from '../../../main/compute/search/trial.ts';
import { trainForest } from '../../../main/compute/trees/forest.ts';
import { gainImportance } from '../../../main/compute/trees/importance.ts';

/** With fewer trials anything looks important. */
const fewestTrials = 10;

/**
 * Share of the variation of the trials' values that a forest over the parameters puts down to each (mean decrease of
 * impurity). Values go by rank, so that a few very bad trials do not decide; parameters that a trial does not have are missing.
 */
export async function parameterImportance(
  trials: readonly Trial[],
  space: SearchSpace,
  direction: Direction,
): Promise<{ parameter: string; value: number }[]> {
  const complete = trials.filter(({ state, value }) => state === 'complete' && value !== undefined);
  if (complete.length < fewestTrials || space.length === 0) return [];
  const losses = complete.map(({ value }) => toLoss(value as number, direction));
  const sorted = losses.toSorted((a, b) => a - b);
  const { model } = await trainForest({
    columns: space.map((parameter) =>
      Float32Array.from(complete, ({ params }) => {
        const value = params[parameter.name];
        if (value === undefined) return Number.NaN;
        return parameter.type === 'categorical' ? parameter.choices.indexOf(value) : toModel(parameter, Number(value));
      }),
    ),
    features: space.map((parameter) => ({
      categories: parameter.type === 'categorical' ? parameter.choices.length : undefined,
      monotone: undefined,
    })),
    task: 'regression',
    classes: 0,
    targets: Float64Array.from(losses, (loss) => sorted.indexOf(loss)),
    params: {
      trees: 64,
      leaves: 64,
      maxDepth: 0,
      minRowsPerLeaf: 3,
      featureShare: 0.5,
      bootstrap: true,
      extra: false,
      maxBins: 64,
      seed: 1,
    },
    threads: 1,
    histogramBytes: 2 ** 26,
    signal: new AbortController().signal,
    onTree: () => undefined,
  });
  const gains = gainImportance(model.ensemble);
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  if (total === 0) return [];
  const shares = space.map(({ name }, i) => ({ parameter: name, value: (gains[i] as number) / total }));
  return shares.sort((a, b) => b.value - a.value);
}
