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
  const all = Float64Array.from(errors.flat());
  const order = Uint32Array.from(all.keys()).sort((a, b) => (all[a] as number) - (all[b] as number));
  const rankOf = new Uint32Array(order.length);
  order.forEach((error, rank) => {
    rankOf[error] = rank;
  });
  const ranks = new RankCounts(order.length);
  let seen = 0;
  let widest = 0;
  return Float64Array.from(errors, (step) => {
    for (const end = seen + step.length; seen < end; seen++) ranks.add(rankOf[seen] as number);
    if (seen === 0) return Number.NaN;
    const rank = ranks.find(Math.min(seen - 1, Math.ceil(level * seen)));
    widest = Math.max(widest, all[order[rank] as number] ?? 0);
    return widest;
  });
}

/** Which ranks are there, as a binary indexed tree (Fenwick, 1994): adding one and finding the n-th takes log steps. */
class RankCounts {
  readonly #counts: Int32Array;
  readonly #top: number;

  constructor(size: number) {
    this.#counts = new Int32Array(size + 1);
    this.#top = size === 0 ? 0 : 2 ** Math.floor(Math.log2(size));
  }

  add(rank: number): void {
    for (let i = rank + 1; i < this.#counts.length; i += i & -i) this.#counts[i] = (this.#counts[i] as number) + 1;
  }

  /** The rank that has `before` others below it. */
  find(before: number): number {
    let rank = 0;
    let left = before;
    for (let step = this.#top; step > 0; step >>= 1) {
      const count = this.#counts[rank + step];
      if (count === undefined || count > left) continue;
      rank += step;
      left -= count;
    }
    return rank;
  }
}
