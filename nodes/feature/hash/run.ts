import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { hashNode, refuseHash } from './definition.ts';
import { lowerHash } from './lower.ts';

export const runner = implementNode(hashNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseHash },
      lower: (builder, source) => lowerHash(builder, source, ctx.params),
    }),
});
