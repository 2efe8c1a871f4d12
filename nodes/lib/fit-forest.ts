import type { z } from 'zod';
import { addForest, encodeForest, trainForest } from '../../main/compute/trees/forest.ts';
import { gainImportance } from '../../main/compute/trees/importance.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { forestNode } from '../train/forest/definition.ts';
import { treeInputs } from './fit-trees.ts';
import { type FitHooks, type FittedModel, type TrainingTargets, trainingWeights } from './fitted-model.ts';

export interface FitForestOptions {
  /** One column of the feature matrix each, of the rows that have a label. */
  columns: readonly Float32Array[];
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  params: z.output<(typeof forestNode)['params']>;
  hooks: FitHooks;
}

/** A forest with the params of `train.forest`. */
export async function fitForest(options: FitForestOptions): Promise<FittedModel & { outOfBagScore?: number }> {
  const { columns, features, targets, params, hooks } = options;
  const { task } = targets;
  const metric = task === 'regression' ? 'rmse' : 'logLoss';
  const extra = params.method === 'extra-trees';
  const { model, losses, outOfBagScore } = await trainForest({
    columns,
    features: features.flatMap((feature) => treeInputs(feature)),
    task,
    classes: targets.classes.length,
    targets: targets.values,
    weights: trainingWeights(targets, params.classWeight),
    params: {
      trees: params.trees,
      leaves: params.leaves,
      maxDepth: params.maxDepth,
      minRowsPerLeaf: params.minRowsPerLeaf,
      featureShare: params.featureShare > 0 ? params.featureShare : usualShare(task, columns.length),
      bootstrap: params.bootstrap === 'auto' ? !extra : params.bootstrap === 'on',
      extra,
      maxBins: params.maxBins,
      seed: params.seed,
    },
    threads: hooks.threads,
    histogramBytes: Math.min(2 ** 29, hooks.memoryBytes / 4),
    signal: hooks.signal,
    onTree(done, losses) {
      hooks.onProgress(done, params.trees, 'trees');
      hooks.onCurve({ metric, train: [], valid: [...losses] });
    },
  });
  const score = outOfBagScore?.toFixed(4);
  const measure = task === 'regression' ? 'R²' : 'accuracy';
  return {
    native: encodeForest(model),
    build: (builder, input) => addForest(builder, model, input),
    curve: { metric, train: [], valid: losses },
    importance: gainImportance(model.ensemble),
    notes: score === undefined ? [] : [{ level: 'info', text: `Out-of-bag ${measure}: ${score}.` }],
    ...(outOfBagScore === undefined ? {} : { outOfBagScore }),
  };
}

function usualShare(task: string, columns: number): number {
  return task === 'regression' ? 1 / 3 : 1 / Math.sqrt(columns);
}
