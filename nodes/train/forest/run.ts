import { implementNode } from '../../../shared/node/runner.ts';
import { fitForest } from '../../lib/fit-forest.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { writeFitted } from '../../lib/run-trainer.ts';
import { readTrainingColumns } from '../../lib/training-data.ts';
import { trainingHooks } from '../../lib/training-hooks.ts';
import { forestNode } from './definition.ts';

export const runner = implementNode(forestNode, {
  async run(ctx) {
    const { params } = ctx;
    const { pipeline, table, labels, columns } = await readTrainingColumns(ctx);
    const weights = await readRowWeights({ table, column: params.weight, labels, ctx });
    const fitted = await fitForest({
      columns,
      features: pipeline.features,
      targets: { ...labels, weights },
      params,
      hooks: trainingHooks(ctx),
    });
    for (const { level, text } of fitted.notes) ctx.log(level, text);
    const draft = await writeFitted(ctx, { pipeline, table, labels }, fitted, {
      kind: forestNode.kind,
      params: { ...params },
    });
    const { outOfBagScore } = fitted;
    const meta = outOfBagScore === undefined ? {} : { outOfBagScore };
    return { model: { ...draft, meta: { ...draft.meta, ...meta } } };
  },
});
