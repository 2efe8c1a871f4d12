import type { z } from 'zod';
import type { FeatureInput } from '../../main/compute/trees/binning.ts';
import type { RegressionLoss } from '../../main/compute/trees/objective.ts';
import { gainImportance } from '../../main/compute/trees/importance.ts';
import { encodeTrees } from '../../main/compute/trees/native-format.ts';
import { addTreeEnsemble } from '../../main/compute/trees/to-onnx.ts';
import { type Curve, trainTrees } from '../../main/compute/trees/train.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureColumn, Task } from '../../shared/model/signature.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import type { treesNode } from '../train/trees/definition.ts';
import { type FitHooks, type FittedModel, type TrainingTargets, trainingWeights } from './fitted-model.ts';

export interface FitTreesOptions {
  /** One column of the feature matrix each, of the rows that have a label. */
  columns: readonly Float32Array[];
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  params: z.output<(typeof treesNode)['params']>;
  hooks: FitHooks;
}

/** Boosted trees with the params of `train.trees`. */
export async function fitTrees({ columns, features, targets, params, hooks }: FitTreesOptions): Promise<FittedModel> {
  const { classWeight, validation } = params;
  const directions = monotoneDirections(features, params);
  const loss = lossOf(params, targets);
  requireFitting(targets.task, loss, directions.size > 0, params);
  const { model, curve } = await trainTrees({
    columns,
    features: features.flatMap((feature) => treeInputs(feature, directions.get(feature.name))),
    task: targets.task,
    classes: targets.classes.length,
    targets: targets.values,
    loss,
    weights: trainingWeights(targets, classWeight),
    params: { ...params, validationShare: validation },
    threads: hooks.threads,
    histogramBytes: Math.min(2 ** 29, hooks.memoryBytes / 4),
    signal: hooks.signal,
    onIteration: ({ done, curve }) => {
      hooks.onProgress(done, params.trees, 'trees');
      hooks.onCurve(curve);
    },
  });
  return {
    native: encodeTrees(model),
    build: (builder, input) => addTreeEnsemble(builder, model, input),
    curve,
    importance: gainImportance(model),
    notes: notesOf(curve, model.trees.length / model.base.length, params.trees),
  };
}

type TreesParams = FitTreesOptions['params'];

function lossOf({ objective, quantile }: TreesParams, { groups }: TrainingTargets): RegressionLoss | undefined {
  if (objective === 'quantile') return { type: 'quantile', level: quantile };
  if (objective === 'poisson') return { type: 'poisson' };
  if (objective !== 'ranking') return undefined;
  if (groups === undefined) {
    throw new AppError('params.invalid', 'Ranking needs the column that says which rows belong to one query.', {
      fix: 'Choose it as “group”.',
    });
  }
  return { type: 'ranking', groups };
}

/** Per constrained feature, the way its score goes. Errors: `params.invalid`. */
function monotoneDirections(
  features: readonly FeatureColumn[],
  { increasing, decreasing }: TreesParams,
): Map<string, 1 | -1> {
  const directions = new Map<string, 1 | -1>();
  for (const [names, direction] of [[increasing, 1] as const, [decreasing, -1] as const]) {
    for (const name of names) {
      const feature = features.find((candidate) => candidate.name === name);
      const refuse = (why: string, fix: string) =>
        new AppError('params.invalid', `“${name}” cannot be constrained: ${why}.`, { fix });
      if (feature === undefined) {
        const near = nearMisses(
          name,
          features.map((candidate) => candidate.name),
        );
        const fix = near.length === 0 ? 'Choose one of the features.' : `Did you mean ${near.join(' or ')}?`;
        throw refuse('there is no such feature', fix);
      }
      if (feature.width !== 1 || feature.categories !== undefined) {
        throw refuse('it is not one number', 'Constrain numeric features only.');
      }
      if (directions.has(name)) throw refuse('it is listed twice', 'List it once.');
      directions.set(name, direction);
    }
  }
  return directions;
}

function requireFitting(
  task: Task,
  loss: RegressionLoss | undefined,
  isConstrained: boolean,
  { objective }: TreesParams,
): void {
  const refuse = (message: string, fix: string) => new AppError('params.invalid', message, { fix });
  if (task !== 'regression' && objective !== 'auto') {
    throw refuse(
      `The objective “${objective}” is of a regression, and the label has classes.`,
      'Set the task to regression, or the objective to auto.',
    );
  }
  if (isConstrained && task === 'multiclass') {
    throw refuse('Constraints need one score, and there is one per class.', 'Take the constraints out.');
  }
  if (isConstrained && loss?.type === 'quantile') {
    throw refuse('Quantiles of leaves would break the constraints.', 'Take the constraints out.');
  }
}

/** What the trainer needs to know of each column of a feature. */
export function treeInputs({ width, categories }: FeatureColumn, monotone?: 1 | -1): FeatureInput[] {
  return Array.from({ length: width }, () => ({ categories: width === 1 ? categories?.length : undefined, monotone }));
}

function notesOf(curve: Curve, kept: number, asked: number): FittedModel['notes'] {
  const grown = curve.train.length;
  if (grown === 0) {
    const text =
      'No split improves the loss: the model is a constant. Look at the features, or lower “minRowsPerLeaf”.';
    return [{ level: 'warn', text }];
  }
  if (kept < grown) {
    return [{ level: 'info', text: `Kept ${kept} of ${grown} iterations: the validation loss was lowest there.` }];
  }
  if (grown < asked) {
    const text = `Stopped after ${grown} of ${asked} iterations: no split improves the loss any more.`;
    return [{ level: 'info', text }];
  }
  return [];
}
