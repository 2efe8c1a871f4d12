import type { Forecaster } from './series.ts';

/** The last season again and again. */
export function seasonalNaive(season: number): Forecaster {
  return (series, horizon) =>
    Promise.resolve(
      series.map(({ values }) => {
        const period = Math.min(season, values.length);
        return Float64Array.from(
          { length: horizon },
          (_, h) => values[values.length - period + (h % period)] as number,
        );
      }),
    );
}

interface Smoothing {
  level: number;
  trend: number;
  season: number;
  damping: number;
}

const levels = [0.02, 0.1, 0.2, 0.35, 0.55, 0.85];
const trends = [0, 0.02, 0.1, 0.3];
const seasons = [0, 0.05, 0.15, 0.4];
const dampings = [0.98, 0.9];

/**
 * Additive exponential smoothing with damped trend and season (Holt & Winters; Gardner & McKenzie, 1985). The weights of
 * each series are those of a grid with the least squared error one step ahead.
 */
export function exponentialSmoothing(season: number): Forecaster {
  return (series, horizon) =>
    Promise.resolve(
      series.map(({ values }) => {
        const period = values.length >= 2 * season ? season : 1;
        let best: { error: number; forecast: Float64Array } | undefined;
        for (const level of levels) {
          for (const trend of trends) {
            for (const seasonal of period > 1 ? seasons : [0]) {
              for (const damping of trend === 0 ? [1] : dampings) {
                const tried = smooth(values, period, { level, trend, season: seasonal, damping }, horizon);
                if (best === undefined || tried.error < best.error) best = tried;
              }
            }
          }
        }
        return best?.forecast ?? new Float64Array(horizon).fill(values.at(-1) ?? 0);
      }),
    );
}

function smooth(
  values: Float64Array,
  period: number,
  weights: Smoothing,
  horizon: number,
): { error: number; forecast: Float64Array } {
  const start = Math.min(period, values.length);
  let level = 0;
  for (let i = 0; i < start; i++) level += (values[i] as number) / start;
  let trend = 0;
  if (weights.trend > 0 && values.length >= 2 * period) {
    for (let i = 0; i < period; i++) trend += ((values[period + i] as number) - (values[i] as number)) / period ** 2;
  }
  const seasonal = Float64Array.from({ length: period }, (_, i) => (period > 1 ? (values[i] as number) - level : 0));
  let error = 0;
  for (let i = period > 1 ? period : 1; i < values.length; i++) {
    const value = values[i] as number;
    const at = i % period;
    const expected = level + weights.damping * trend;
    const miss = value - expected - (seasonal[at] as number);
    error += miss * miss;
    const next = expected + weights.level * miss;
    trend = weights.trend === 0 ? 0 : weights.damping * trend + weights.trend * weights.level * miss;
    seasonal[at] = (seasonal[at] as number) + weights.season * (1 - weights.level) * miss;
    level = next;
  }
  let carried = 0;
  let share = 1;
  const forecast = Float64Array.from({ length: horizon }, (_, h) => {
    share *= weights.damping;
    carried += share * trend;
    return level + carried + (seasonal[(values.length + h) % period] as number);
  });
  return { error, forecast };
}
