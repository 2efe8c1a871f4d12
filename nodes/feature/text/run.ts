import { termCounts } from '../../../main/compute/fit/term-counts.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { refuseWords, textNode } from './definition.ts';
import { lowerText, type TextState } from './lower.ts';

export const runner = implementNode(textNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseWords },
      fit: async (table, source): Promise<TextState> => {
        if (ctx.params.method === 'hashing') return { method: 'hashing', buckets: ctx.params.buckets };
        const { terms, rows } = await termCounts(table, source, ctx.params);
        if (terms.length === 0) {
          throw new AppError('data.empty', `No term of column “${source.name}” is in enough training rows.`, {
            fix: 'Lower the minimum number of rows, or use hashing.',
          });
        }
        return {
          method: 'tf-idf',
          terms: terms.map(({ words }) => words),
          weights: terms.map((term) => Math.log((1 + rows) / (1 + term.rows)) + 1),
        };
      },
      lower: lowerText,
    }),
});
