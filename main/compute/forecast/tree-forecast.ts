import { createTreeScorer } from '../trees/predict.ts';
import { type TreeParams, trainTrees } from '../trees/train.ts';
import type { Forecaster, Series } from './series.ts';

export interface TreeForecastOptions {
  season: number;
  threads: number;
  seed: number;
  signal: AbortSignal;
}

const params: Omit<TreeParams, 'seed'> = {
  trees: 200,
  leaves: 15,
  learningRate: 0.05,
  minRowsPerLeaf: 10,
  maxDepth: 0,
  l1: 0,
  l2: 1,
  minGainToSplit: 0,
  minChildWeight: 1e-3,
  rowSample: 0.8,
  columnSample: 0.8,
  validationShare: 0,
  patience: 0,
  maxBins: 255,
};

/**
 * One model of boosted trees for all series: the change to the next step from earlier changes, means of the last steps,
 * and the place in the season, all in standard deviations of the series; several steps ahead by feeding forecasts back.
 */
export function treeForecast({ season, threads, seed, signal }: TreeForecastOptions): Forecaster {
  const lags = [...new Set([1, 2, 3, 4, season - 1, season, season + 1, 2 * season])].filter((lag) => lag > 0);
  const windows = [...new Set([3, 7, season])].filter((size) => size > 1);
  const history = Math.max(...lags, ...windows) + 1;
  const width = lags.length + windows.length + 2;

  /** Features of step `at`, from the steps before it only. */
  function fill(row: Float32Array, values: ArrayLike<number>, at: number, place: number): void {
    const last = values[at - 1] as number;
    let c = 0;
    for (const lag of lags) row[c++] = at - lag >= 0 ? last - (values[at - lag] as number) : Number.NaN;
    for (const size of windows) {
      let sum = 0;
      const from = Math.max(0, at - size);
      for (let i = from; i < at; i++) sum += values[i] as number;
      row[c++] = last - sum / (at - from);
    }
    row[c++] = last;
    row[c] = place;
  }

  return async (series, horizon) => {
    const scaled = series.map(standardised);
    const rows = scaled.flatMap(({ values }, s) =>
      Array.from({ length: Math.max(0, values.length - Math.min(history, values.length >> 1)) }, (_, i) => ({
        s,
        at: values.length - 1 - i,
      })).filter(({ at }) => at >= 1),
    );
    if (rows.length < 2 * params.minRowsPerLeaf)
      return series.map(({ values }) => new Float64Array(horizon).fill(values.at(-1) ?? 0));
    const columns = Array.from({ length: width }, () => new Float32Array(rows.length));
    const targets = new Float64Array(rows.length);
    const row = new Float32Array(width);
    rows.forEach(({ s, at }, i) => {
      const { values } = scaled[s] as Scaled;
      fill(row, values, at, ((series[s] as Series).start + at) % season);
      columns.forEach((column, c) => {
        column[i] = row[c] as number;
      });
      targets[i] = (values[at] as number) - (values[at - 1] as number);
    });
    const { model } = await trainTrees({
      columns,
      features: columns.map(() => ({ categories: undefined })),
      task: 'regression',
      classes: 0,
      targets,
      params: { ...params, seed },
      threads,
      signal,
    });
    const scorer = createTreeScorer(model);
    const grown = scaled.map(({ values }) => [...values]);
    const batch = new Float32Array(series.length * width);
    for (let h = 0; h < horizon; h++) {
      grown.forEach((values, s) => {
        fill(row, values, values.length, ((series[s] as Series).start + values.length) % season);
        for (let c = 0; c < width; c++) batch[c * series.length + s] = row[c] as number;
      });
      const changes = scorer.score(batch, series.length);
      grown.forEach((values, s) => values.push((values.at(-1) as number) + (changes[s] as number)));
    }
    return grown.map((values, s) => {
      const { mean, deviation } = scaled[s] as Scaled;
      return Float64Array.from(values.slice(-horizon), (value) => mean + deviation * value);
    });
  };
}

interface Scaled {
  values: Float64Array;
  mean: number;
  deviation: number;
}

function standardised({ values }: Series): Scaled {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance) || 1;
  return { values: values.map((value) => (value - mean) / deviation), mean, deviation };
}
