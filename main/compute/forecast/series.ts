/** One regular time series. */
export interface Series {
  /** What tells it from the others; empty for a single one. */
  name: string;
  /** Finite values at even steps; gaps are filled. */
  values: Float64Array;
  /** Number of the first step on a common time axis: series of one table may begin at different times. */
  start: number;
}

/** What a method predicts for the steps behind the end of each series, in their order. */
export type Forecaster = (series: readonly Series[], horizon: number) => Promise<Float64Array[]>;

/** Mean absolute difference of values one season apart, for comparing errors of series of different size; at least a little. */
export function seasonalScale(values: Float64Array, season: number): number {
  let sum = 0;
  let count = 0;
  const lag = season < values.length ? season : 1;
  for (let i = lag; i < values.length; i++) {
    sum += Math.abs((values[i] as number) - (values[i - lag] as number));
    count++;
  }
  const scale = count === 0 ? 0 : sum / count;
  const size = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return Math.max(scale, size * 1e-9, 1e-12);
}

/** Correlation of a series with itself `lag` steps before; 0 for a constant one. */
function autocorrelation(values: Float64Array, lag: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let shared = 0;
  let own = 0;
  values.forEach((value, i) => {
    own += (value - mean) ** 2;
    if (i >= lag) shared += (value - mean) * ((values[i - lag] as number) - mean);
  });
  return own === 0 ? 0 : shared / own;
}

/** Weakest mean correlation that counts as a season. */
const leastCorrelation = 0.2;

/** The most regular of some season lengths over the changes of the series; 1 when none is. */
export function findSeason(series: readonly Series[], candidates: readonly number[]): number {
  let best = { season: 1, correlation: leastCorrelation };
  for (const season of candidates) {
    const long = series.filter(({ values }) => values.length >= 2 * season + 2);
    if (season < 2 || long.length * 2 < series.length) continue;
    const correlation =
      long.reduce((sum, { values }) => {
        const changes = Float64Array.from({ length: values.length - 1 }, (_, i) => {
          return (values[i + 1] as number) - (values[i] as number);
        });
        return sum + autocorrelation(changes, season);
      }, 0) / long.length;
    if (correlation > best.correlation) best = { season, correlation };
  }
  return best.season;
}
