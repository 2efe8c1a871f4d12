import type { FitTable } from '../../../main/compute/fit/fit-table.ts';
import { exactDeviation, exactMean, numericStatistics } from '../../../main/compute/fit/numeric-statistics.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { refuseScale, type ScaleParams, scaleNode } from './definition.ts';
import { lowerScale, type ScaleState } from './lower.ts';

export const runner = implementNode(scaleNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseScale },
      fit: (table, source) => centreAndSpread(table, source, ctx.params.method),
      lower: lowerScale,
    }),
});

async function centreAndSpread(
  table: FitTable,
  source: FeatureSource,
  method: ScaleParams['method'],
): Promise<ScaleState> {
  const statistics = await numericStatistics(table, source);
  if (statistics === undefined) {
    throw new AppError('data.empty', `Column “${source.name}” has no value in the training rows to learn from.`, {
      fix: 'Leave it out.',
    });
  }
  const { min, max, quantiles } = statistics;
  if (min === max) return { centre: min, spread: 1 };
  switch (method) {
    case 'standard': {
      const centre = await exactMean(table, source, statistics);
      return { centre, spread: usableSpread(await exactDeviation(table, source, statistics, centre)) };
    }
    case 'min-max':
      return { centre: min, spread: usableSpread(max - min) };
    case 'robust':
      return { centre: quantiles.q50, spread: usableSpread(quantiles.q75 - quantiles.q25) };
  }
}

/** 1 for a spread that is 0 or infinite in float32, where dividing by it would lose every value. */
function usableSpread(spread: number): number {
  const single = Math.fround(spread);
  return single > 0 && Number.isFinite(single) ? spread : 1;
}
