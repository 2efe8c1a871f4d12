import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { addForest, encodeForest, trainForest } from '../../../main/compute/trees/forest.ts';
import { gainImportance } from '../../../main/compute/trees/importance.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { treeInputs } from '../../lib/fit-trees.ts';
import { trainingWeights } from '../../lib/fitted-model.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { readTrainingColumns } from '../../lib/training-data.ts';
import { trainingHooks } from '../../lib/training-hooks.ts';
import { writeModel } from '../../lib/write-model.ts';
import { forestNode } from './definition.ts';

export const runner = implementNode(forestNode, {
  async run(ctx) {
    const { pipeline, table, labels, columns } = await readTrainingColumns(ctx);
    const { params } = ctx;
    const { task } = labels;
    const hooks = trainingHooks(ctx);
    const metric = task === 'regression' ? 'rmse' : 'logLoss';
    const weights = await readRowWeights({ table, column: params.weight, labels, ctx });
    const extra = params.method === 'extra-trees';
    const { model, losses, outOfBagScore } = await trainForest({
      columns,
      features: pipeline.features.flatMap((feature) => treeInputs(feature)),
      task,
      classes: labels.classes.length,
      targets: labels.values,
      weights: trainingWeights({ ...labels, weights }, params.classWeight),
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
      threads: ctx.threads,
      histogramBytes: Math.min(2 ** 29, ctx.memoryBytes / 4),
      signal: ctx.signal,
      onTree(done, losses) {
        hooks.onProgress(done, params.trees, 'trees');
        hooks.onCurve({ metric, train: [], valid: [...losses] });
      },
    });
    if (outOfBagScore !== undefined) {
      ctx.log('info', `Out-of-bag ${task === 'regression' ? 'R²' : 'accuracy'}: ${outOfBagScore.toFixed(4)}.`);
    }
    const fused = await appendModel({
      pipeline,
      ...(task === 'regression' ? {} : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: (builder, features) => addForest(builder, model, features),
    });
    const draft = await writeModel({
      ctx,
      table,
      features: { table: pipeline.table, inputs: fused.inputs, outputs: pipeline.features },
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeForest(model),
        trainer: { kind: forestNode.kind, params: { ...params } },
        curve: { metric, train: [], valid: losses },
        importance: gainImportance(model.ensemble),
      },
    });
    const meta = outOfBagScore === undefined ? {} : { outOfBagScore };
    return { model: { ...draft, meta: { ...draft.meta, ...meta } } };
  },
});

function usualShare(task: string, columns: number): number {
  return task === 'regression' ? 1 / 3 : 1 / Math.sqrt(columns);
}
