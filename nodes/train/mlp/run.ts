import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { fitNetwork } from '../../lib/fit-network.ts';
import { readTrainingData } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { mlpNode } from './definition.ts';

export const runner = implementNode(mlpNode, {
  async run(ctx) {
    const { pipeline, table, labels, matrix } = await readTrainingData(ctx);
    const fitted = await fitNetwork({
      matrix,
      features: pipeline.features,
      targets: labels,
      params: ctx.params,
      hooks: {
        ...ctx,
        onProgress: (done, total, unit) => ctx.progress({ done, total, unit }),
        onCurve: (curve) => ctx.partial({ curve }),
      },
    });
    for (const { level, text } of fitted.notes) ctx.log(level, text);
    const fused = await appendModel({
      pipeline,
      ...(labels.task === 'regression'
        ? {}
        : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: fitted.build,
    });
    const model = await writeModel({
      ctx,
      table,
      features: { table: pipeline.table, inputs: fused.inputs, outputs: pipeline.features },
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: fitted.native,
        trainer: { kind: mlpNode.kind, params: { ...ctx.params } },
        curve: fitted.curve,
        importance: fitted.importance,
      },
    });
    return { model };
  },
});
