import { categoryCounts } from '../../../main/compute/fit/category-counts.ts';
import { isText } from '../../../main/compute/fit/fit-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { encodeNode, refuseEncode } from './definition.ts';
import { type EncodeState, lowerEncode } from './lower.ts';

export const runner = implementNode(encodeNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseEncode },
      fit: async (table, source): Promise<EncodeState> => {
        const { maxCategories, minFrequency, method } = ctx.params;
        const counts = await categoryCounts(table, source, { limit: maxCategories, minRows: minFrequency });
        if (counts.distinct === 0) {
          throw new AppError('data.empty', `Column “${source.name}” has no value in the training rows to learn from.`, {
            fix: 'Leave it out.',
          });
        }
        if (counts.kept.length === 0) {
          throw new AppError(
            'data.empty',
            `No category of column “${source.name}” has ${minFrequency} training rows.`,
            {
              fix: 'Lower the minimum frequency.',
            },
          );
        }
        return {
          method,
          categories: isText(source)
            ? { values: counts.kept.map(String) }
            : {
                values: counts.kept.map(Number),
                names: counts.kept.map((value) => categoryName(source, Number(value))),
              },
          rows: { each: counts.keptRows, missing: counts.missingRows, all: counts.rows },
          others: counts.distinct > counts.kept.length,
          missing: counts.missingRows > 0,
        };
      },
      lower: lowerEncode,
    }),
});

function categoryName(source: FeatureSource, value: number): string {
  return source.kind === 'column' && source.column.type === 'bool' ? String(value === 1) : String(value);
}
