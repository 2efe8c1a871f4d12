import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { computeFeatureColumns } from '../../../main/compute/onnx/feature-matrix.ts';
import type { FeatureInput } from '../../../main/compute/trees/binning.ts';
import { gainImportance } from '../../../main/compute/trees/importance.ts';
import { encodeTrees } from '../../../main/compute/trees/native-format.ts';
import { addTreeEnsemble } from '../../../main/compute/trees/to-onnx.ts';
import { type Curve, trainTrees } from '../../../main/compute/trees/train.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { type Labels, labelledRows } from '../../lib/labels.ts';
import { readTrainingInputs } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { treesNode } from './definition.ts';

const partialPeriodMs = 250;

export const runner = implementNode(treesNode, {
  async run(ctx) {
    const { pipeline, table, labels } = await readTrainingInputs(ctx);
    const matrix = await computeFeatureColumns(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress: (done) => {
        ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows', message: 'Computing features' });
      },
    });
    const { label: _label, task: _task, classWeight, validation, ...params } = ctx.params;
    let shownMs = 0;
    const show = (done: number, curve: Curve) => {
      ctx.progress({ done, total: params.trees, unit: 'trees' });
      ctx.partial({ curve });
      shownMs = performance.now();
    };
    const { model, curve } = await trainTrees({
      columns: matrix.columns.map((column) => labelledRows(column, labels)),
      features: pipeline.features.flatMap(matrixColumns),
      task: labels.task,
      classes: labels.classes.length,
      targets: labels.values,
      weights: classWeight === 'balanced' && labels.task !== 'regression' ? balancedWeights(labels) : undefined,
      params: { ...params, validationShare: validation },
      threads: ctx.threads,
      histogramBytes: Math.min(2 ** 29, ctx.memoryBytes / 4),
      signal: ctx.signal,
      onIteration: ({ done, curve }) => {
        if (performance.now() - shownMs >= partialPeriodMs) show(done, curve);
      },
    });
    show(curve.train.length, curve);
    report(ctx.log, curve, model.trees.length / model.base.length, params.trees);
    const fused = await appendModel({
      pipeline,
      ...(labels.task === 'regression'
        ? {}
        : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: (builder, features) => addTreeEnsemble(builder, model, features),
    });
    const draft = await writeModel({
      ctx,
      table,
      features: { table: pipeline.table, inputs: fused.inputs, outputs: pipeline.features },
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeTrees(model),
        trainer: { kind: treesNode.kind, params: { ...ctx.params } },
        curve,
        importance: gainImportance(model),
      },
    });
    return { model: draft };
  },
});

/** What the trainer needs to know of each column of a feature. */
function matrixColumns({ width, categories }: FeatureColumn): FeatureInput[] {
  return Array.from({ length: width }, () => ({ categories: width === 1 ? categories?.length : undefined }));
}

/** rows / (classes · rows of the class). */
function balancedWeights({ values, classes }: Labels): Float32Array {
  const counts = new Float64Array(classes.length);
  for (const index of values) counts[index] = (counts[index] as number) + 1;
  return Float32Array.from(values, (index) => values.length / (classes.length * (counts[index] as number)));
}

function report(log: (level: 'info' | 'warn', text: string) => void, curve: Curve, kept: number, asked: number): void {
  const grown = curve.train.length;
  if (grown === 0) {
    log(
      'warn',
      'No split improves the loss: the model is a constant. Look at the features, or lower “minRowsPerLeaf”.',
    );
  } else if (kept < grown) {
    log('info', `Kept ${kept} of ${grown} iterations: the validation loss was lowest there.`);
  } else if (grown < asked) {
    log('info', `Stopped after ${grown} of ${asked} iterations: no split improves the loss any more.`);
  }
}
