import { type Forecaster, type Series, seasonalScale } from './series.ts';

export interface Fold {
  /** 1 is the latest. */
  fold: number;
  mae: number;
  rmse: number;
  /** Mean absolute error in units of the seasonal difference of each series: 1 is as good as a season ago. */
  scaledError: number;
}

export interface Backtest {
  folds: Fold[];
  /** By step ahead: absolute errors in units of the seasonal difference of their series. */
  errors: number[][];
}

/**
 * Forecasts from origins in the past, each `horizon` steps apart, and compares with what came; fold 1 is the latest.
 * Series too short for a fold (fewer than 4 steps, or less than two seasons, before its origin) are left out of it.
 */
export async function backtest(
  forecaster: Forecaster,
  series: readonly Series[],
  { horizon, folds, season }: { horizon: number; folds: number; season: number },
): Promise<Backtest> {
  const result: Backtest = { folds: [], errors: Array.from({ length: horizon }, () => []) };
  for (let fold = 1; fold <= folds; fold++) {
    const cut = fold * horizon;
    const known = series.filter(({ values }) => values.length - cut >= Math.max(4, season > 1 ? 2 * season : 0));
    if (known.length === 0) break;
    const past = known.map((one): Series => ({ ...one, values: one.values.slice(0, one.values.length - cut) }));
    const forecasts = await forecaster(past, horizon);
    const sums = { absolute: 0, squared: 0, scaled: 0, count: 0 };
    known.forEach(({ values }, s) => {
      const scale = seasonalScale((past[s] as Series).values, season);
      for (let h = 0; h < horizon; h++) {
        const miss = Math.abs((values[values.length - cut + h] as number) - (forecasts[s]?.[h] as number));
        sums.absolute += miss;
        sums.squared += miss * miss;
        sums.scaled += miss / scale;
        sums.count++;
        result.errors[h]?.push(miss / scale);
      }
    });
    result.folds.push({
      fold,
      mae: sums.absolute / sums.count,
      rmse: Math.sqrt(sums.squared / sums.count),
      scaledError: sums.scaled / sums.count,
    });
  }
  return result;
}

/**
 * By step ahead, half the width that holds a share of the errors made so far ahead or nearer; never narrower further on.
 * NaN without any error to go by.
 */
export function intervalWidths({ errors }: Pick<Backtest, 'errors'>, level: number): Float64Array {
  const seen: number[] = [];
  let widest = 0;
  return Float64Array.from(errors, (step) => {
    seen.push(...step);
    if (seen.length === 0) return Number.NaN;
    const sorted = seen.toSorted((a, b) => a - b);
    widest = Math.max(widest, sorted[Math.min(sorted.length - 1, Math.ceil(level * sorted.length))] ?? 0);
    return widest;
  });
}
