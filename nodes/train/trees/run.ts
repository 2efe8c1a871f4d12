import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { fitTrees } from '../../lib/fit-trees.ts';
import { trainingHooks } from '../../lib/training-hooks.ts';
import { readQueries, readRowWeights } from '../../lib/row-columns.ts';
import { readTrainingColumns } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { treesNode } from './definition.ts';

export const runner = implementNode(treesNode, {
  async run(ctx) {
    const { pipeline, table, labels, columns } = await readTrainingColumns(ctx);
    const { weight, group, objective } = ctx.params;
    const fitted = await fitTrees({
      columns,
      features: pipeline.features,
      targets: {
        ...labels,
        weights: await readRowWeights({ table, column: weight, labels, ctx }),
        groups:
          objective === 'ranking' && group !== ''
            ? await readQueries({ table, column: group, labels, ctx })
            : undefined,
      },
      params: ctx.params,
      hooks: trainingHooks(ctx),
    });
    for (const { level, text } of fitted.notes) ctx.log(level, text);
    ctx.partial({ curve: fitted.curve });
    const fused = await appendModel({
      pipeline,
      ...(labels.task === 'regression'
        ? {}
        : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: fitted.build,
    });
    const draft = await writeModel({
      ctx,
      table,
      inputs: fused.inputs,
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: fitted.native,
        trainer: { kind: treesNode.kind, params: { ...ctx.params } },
        curve: fitted.curve,
        importance: fitted.importance,
      },
    });
    return { model: draft };
  },
});
