import { implementNode } from '../../../shared/node/runner.ts';
import { runCombiningStep } from '../../lib/feature-step.ts';
import { refuseNonNumber } from '../../../shared/model/numeric-source.ts';
import { polynomialNode } from './definition.ts';
import { lowerPolynomial } from './lower.ts';

export const runner = implementNode(polynomialNode, {
  run: (ctx) =>
    runCombiningStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseNonNumber },
      lower: (builder, sources) => lowerPolynomial(builder, sources, ctx.params),
      keepsSources: true,
    }),
});
