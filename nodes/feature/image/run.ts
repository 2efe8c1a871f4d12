import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { imageNode, refuseImage } from './definition.ts';
import { lowerImage } from './lower.ts';

export const runner = implementNode(imageNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseImage(ctx.params) },
      lower: (builder, source) => lowerImage(builder, source, ctx.params),
    }),
});
