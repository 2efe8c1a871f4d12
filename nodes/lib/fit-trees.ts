import type { z } from 'zod';
import type { FeatureInput } from '../../main/compute/trees/binning.ts';
import { gainImportance } from '../../main/compute/trees/importance.ts';
import { encodeTrees } from '../../main/compute/trees/native-format.ts';
import { addTreeEnsemble } from '../../main/compute/trees/to-onnx.ts';
import { type Curve, trainTrees } from '../../main/compute/trees/train.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { treesNode } from '../train/trees/definition.ts';
import type { FitHooks, FittedModel, TrainingTargets } from './fitted-model.ts';

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
  const { label: _label, task: _task, classWeight, validation, ...rest } = params;
  const { model, curve } = await trainTrees({
    columns,
    features: features.flatMap(treeInputs),
    task: targets.task,
    classes: targets.classes.length,
    targets: targets.values,
    weights: classWeight === 'balanced' && targets.task !== 'regression' ? balancedWeights(targets) : undefined,
    params: { ...rest, validationShare: validation },
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

/** What the trainer needs to know of each column of a feature. */
export function treeInputs({ width, categories }: FeatureColumn): FeatureInput[] {
  return Array.from({ length: width }, () => ({ categories: width === 1 ? categories?.length : undefined }));
}

/** rows / (classes · rows of the class). */
export function balancedWeights({ values, classes }: TrainingTargets): Float32Array {
  const counts = new Float64Array(classes.length);
  for (const index of values) counts[index] = (counts[index] as number) + 1;
  return Float32Array.from(values, (index) => values.length / (classes.length * (counts[index] as number)));
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
