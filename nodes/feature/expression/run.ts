import { AppError } from '../../../shared/errors/app-error.ts';
import { refuseNonScalar } from '../../../shared/model/numeric-source.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { type CombiningStep, runCombiningStep } from '../../lib/feature-step.ts';
import {
  checkExpressions,
  type ExpressionParams,
  type ExpressionsProblem,
  expressionNode,
  namedColumns,
  readExpressions,
} from './definition.ts';
import { lowerExpressions } from './lower.ts';

export const runner = implementNode(expressionNode, {
  run: (ctx) => runCombiningStep(ctx, expressionStep(ctx.params)),
});

/** Errors: `params.invalid` for expressions that cannot be read, or do not suit their columns. */
export function expressionStep(params: ExpressionParams): Omit<CombiningStep<undefined>, 'fit'> {
  const { expressions, problems } = readExpressions(params);
  requireNone(problems);
  return {
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
  };
}

function requireNone([problem]: readonly ExpressionsProblem[]): void {
  if (problem !== undefined) throw new AppError('params.invalid', problem.message, { fix: problem.fix });
}
