import { categoryCounts } from '../../../main/compute/fit/category-counts.ts';
import { type FitTable, isText } from '../../../main/compute/fit/fit-table.ts';
import { exactMean, numericStatistics } from '../../../main/compute/fit/numeric-statistics.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { type ImputeParams, imputeNode, refuseImpute } from './definition.ts';
import { lowerImpute } from './lower.ts';

export const runner = implementNode(imputeNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseImpute },
      fit: async (table, source) => ({
        fill: await fillValue(table, source, ctx.params),
        indicator: ctx.params.indicator,
        dropInfinite: ctx.params.infinite === 'missing',
      }),
      lower: lowerImpute,
    }),
});

async function fillValue(
  table: FitTable,
  source: FeatureSource,
  params: ImputeParams,
): Promise<number | string | undefined> {
  if (isText(source)) {
    if (params.text === 'constant') return params.textValue;
    const { kept } = await categoryCounts(table, source, { limit: 1, minRows: 1 });
    const [top] = kept;
    if (top === undefined) throw noValues(source);
    return top;
  }
  if (params.numbers === 'keep') return undefined;
  if (params.numbers === 'constant') return params.number;
  const statistics = await numericStatistics(table, source);
  if (statistics === undefined) throw noValues(source);
  switch (params.numbers) {
    case 'median':
      return statistics.quantiles.q50;
    case 'mean':
      return exactMean(table, source, statistics);
    case 'most-frequent':
      return statistics.mode;
  }
}

function noValues(source: FeatureSource): AppError {
  return new AppError('data.empty', `Column “${source.name}” has no value in the training rows to learn from.`, {
    fix: 'Fill it with a constant, or leave it out.',
  });
}
