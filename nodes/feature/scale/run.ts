import type { FitTable } from '../../../main/compute/fit/fit-table.ts';
import { normalQuantile } from '../../../main/compute/fit/normal-quantile.ts';
import {
  exactDeviation,
  exactMean,
  exactQuantiles,
  numericStatistics,
} from '../../../main/compute/fit/numeric-statistics.ts';
import { likeliestLambda, momentsOf } from '../../../main/compute/fit/yeo-johnson.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { refuseNonNumber } from '../../../shared/model/numeric-source.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { type ScaleParams, scaleNode } from './definition.ts';
import { lowerScale, type ScaleState } from './lower.ts';

export const runner = implementNode(scaleNode, {
  run: (ctx) =>
    runFeatureStep(ctx, {
      rule: { field: 'columns', columns: ctx.params.columns, refuse: refuseNonNumber },
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
  if (min === max) return { form: 'linear', centre: min, spread: 1 };
  switch (method) {
    case 'standard': {
      const centre = await exactMean(table, source, statistics);
      return { form: 'linear', centre, spread: usableSpread(await exactDeviation(table, source, statistics, centre)) };
    }
    case 'min-max':
      return { form: 'linear', centre: min, spread: usableSpread(max - min) };
    case 'robust':
      return { form: 'linear', centre: quantiles.q50, spread: usableSpread(quantiles.q75 - quantiles.q25) };
    case 'quantile':
    case 'quantile-normal':
      return quantileCurve(await quantilesOf(table, source, curvePoints), method === 'quantile-normal');
    case 'power': {
      const values = await quantilesOf(table, source, powerPoints);
      const lambda = likeliestLambda(values);
      const { mean, deviation } = momentsOf(values, lambda);
      return { form: 'power', lambda, centre: mean, spread: usableSpread(deviation) };
    }
  }
}

const curvePoints = 256;
const powerPoints = 1001;
/** Shares of 0 and 1 have no finite normal value. */
const smallestShare = 1e-7;

/** Evenly spaced quantiles, the smallest and the largest value among them. */
async function quantilesOf(table: FitTable, source: FeatureSource, points: number): Promise<number[]> {
  const fractions = Array.from({ length: points }, (_, index) => index / (points - 1));
  return (await exactQuantiles(table, source, fractions)) ?? [];
}

/** Equal quantiles are one point, at the middle of their shares. */
function quantileCurve(quantiles: readonly number[], normal: boolean): ScaleState {
  const places = new Map<number, { first: number; last: number }>();
  quantiles.forEach((value, index) => {
    const single = Math.fround(value);
    const place = places.get(single);
    if (place === undefined) places.set(single, { first: index, last: index });
    else place.last = index;
  });
  const from = [...places.keys()];
  const shares = [...places.values()].map(({ first, last }) => (first + last) / 2 / (quantiles.length - 1));
  const clamp = (share: number) => Math.min(1 - smallestShare, Math.max(smallestShare, share));
  return { form: 'curve', from, to: normal ? shares.map((share) => normalQuantile(clamp(share))) : shares };
}

/** 1 for a spread that is 0 or infinite in float32, where dividing by it would lose every value. */
function usableSpread(spread: number): number {
  const single = Math.fround(spread);
  return single > 0 && Number.isFinite(single) ? spread : 1;
}
