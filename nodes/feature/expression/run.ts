import { AppError } from '../../../shared/errors/app-error.ts';
import { refuseNonScalar } from '../../../shared/model/numeric-source.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runCombiningStep } from '../../lib/feature-step.ts';
import {
  checkExpressions,
  type ExpressionsProblem,
  expressionNode,
  namedColumns,
  readExpressions,
} from './definition.ts';
import { lowerExpressions } from './lower.ts';

export const runner = implementNode(expressionNode, {
  run: (ctx) => {
    const { expressions, problems } = readExpressions(ctx.params);
    requireNone(problems);
    return runCombiningStep(ctx, {
      rule: { field: 'features', columns: namedColumns(expressions), refuse: refuseNonScalar },
      lower: (builder, sources) => {
        requireNone(
          checkExpressions(
            expressions,
            sources.map(({ source }) => source),
          ),
        );
        return lowerExpressions(builder, sources, expressions);
      },
      keepsSources: true,
    });
  },
});

function requireNone([problem]: readonly ExpressionsProblem[]): void {
  if (problem !== undefined) throw new AppError('params.invalid', problem.message, { fix: problem.fix });
}
