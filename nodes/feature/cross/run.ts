import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runCombiningStep } from '../../lib/feature-step.ts';
import { crossNode, refuseCross } from './definition.ts';
import { lowerCross } from './lower.ts';

export const runner = implementNode(crossNode, {
  run: (ctx) => {
    const { columns } = ctx.params;
    if (columns.length === 1) {
      throw new AppError('params.invalid', 'A single column cannot be crossed.', { fix: 'Choose a second one.' });
    }
    return runCombiningStep(ctx, {
      rule: { field: 'columns', columns, refuse: refuseCross },
      lower: lowerCross,
      keepsSources: true,
    });
  },
});
