import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { exponentialSmoothing, seasonalNaive } from '../../../main/compute/forecast/baselines.ts';
import { findSeason } from '../../../main/compute/forecast/series.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { forecastNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

async function forecast(sql: string, params: Parameters<typeof chain.run<typeof forecastNode.params>>[2]) {
  const table = await chain.table(sql, 'all');
  const out = await chain.run(forecastNode, runner, params, { table: [table] });
  const read = (port: string) =>
    withDuckDb({}, (db) =>
      db.rows(`SELECT * FROM read_parquet(${quotePath((out[port] as InputArtifact).path('data.parquet'))})`),
    );
  return { forecast: await read('forecast'), backtest: await read('backtest') };
}

describe('baselines', () => {
  const wave = Float64Array.from({ length: 60 }, (_, i) => 10 + 0.5 * i + 4 * [3, -1, 0, 2, -2, 1, -3][i % 7]!);

  test('seasonal naive repeats, smoothing finds trend and season', async () => {
    const series = [{ name: '', values: wave, start: 0 }];
    expect(findSeason(series, [4, 7, 12])).toBe(7);
    const [naive] = await seasonalNaive(7)(series, 9);
    expect([...(naive as Float64Array)]).toEqual([...wave.slice(-7), ...wave.slice(-7, -5)]);
    const [smooth] = await exponentialSmoothing(7)(series, 7);
    smooth?.forEach((value, h) => {
      const truth = 10 + 0.5 * (60 + h) + 4 * [3, -1, 0, 2, -2, 1, -3][(60 + h) % 7]!;
      expect(Math.abs(value - truth)).toBeLessThan(1.5);
    });
  });

  test('one value, and constants, are continued', async () => {
    const series = [Float64Array.of(5), new Float64Array(30).fill(2)].map((values) => ({ name: '', values, start: 0 }));
    expect(findSeason(series, [7])).toBe(1);
    for (const method of [seasonalNaive(7), exponentialSmoothing(7)]) {
      const [one, constant] = await method(series, 3);
      expect([...(one as Float64Array)]).toEqual([5, 5, 5]);
      for (const value of constant as Float64Array) expect(value).toBeCloseTo(2, 9);
    }
  });
});

describe('the step', () => {
  const weather = quotePath(join(import.meta.dirname, '../../../node_modules/vega-datasets/data/seattle-weather.csv'));

  test('continues daily temperatures by days, with intervals and a backtest of every method', async () => {
    const out = await forecast(`SELECT * FROM read_csv(${weather})`, { time: 'date', target: 'temp_max', horizon: 10 });
    expect(out.forecast).toHaveLength(10);
    expect(String(out.forecast[0]?.['date'])).toContain('2016-01-01');
    expect(String(out.forecast[9]?.['date'])).toContain('2016-01-10');
    for (const row of out.forecast) {
      // Seattle in January.
      expect(row['forecast']).toBeGreaterThan(-3);
      expect(row['forecast']).toBeLessThan(18);
      expect(row['lower']).toBeLessThan(row['forecast'] as number);
      expect(row['upper']).toBeGreaterThan(row['forecast'] as number);
    }
    expect(new Set(out.backtest.map(({ method }) => method)).size).toBe(3);
    expect(out.backtest).toHaveLength(9);
  });

  test('continues several monthly series, each in its own months', async () => {
    const sql = `SELECT shop, DATE '2020-01-01' + to_months(CAST(i AS INTEGER)) AS month,
        100 * shop + 10 * ((i % 12) - 6) + i AS sold FROM range(48) t(i), range(1, 3) s(shop)
      WHERE NOT (shop = 2 AND i IN (7, 20)) AND NOT (shop = 1 AND i > 45)`;
    const out = await forecast(sql, { time: 'month', target: 'sold', series: 'shop', horizon: 6, method: 'trees' });
    expect(out.forecast).toHaveLength(12);
    expect(out.forecast.map(({ shop, month }) => `${String(shop)} ${String(month).slice(0, 7)}`)).toEqual([
      ...['2023-11', '2023-12', '2024-01', '2024-02', '2024-03', '2024-04'].map((month) => `1 ${month}`),
      ...['2024-01', '2024-02', '2024-03', '2024-04', '2024-05', '2024-06'].map((month) => `2 ${month}`),
    ]);
    expect(chain.logs.some((line) => line.includes('2 of 94 steps have no value'))).toBe(true);
    for (const [i, row] of out.forecast.entries()) {
      const at = (i < 6 ? 46 : 48 - 6) + i;
      const truth = 100 * Number(row['shop']) + 10 * ((at % 12) - 6) + at;
      expect(Math.abs((row['forecast'] as number) - truth)).toBeLessThan(40);
    }
  });

  test('a series too short to try is still continued; years may be numbers', async () => {
    const out = await forecast('SELECT 2000 + i AS year, i * 1.5 AS y FROM range(5) t(i)', {
      time: 'year',
      target: 'y',
      horizon: 2,
    });
    expect(out.forecast.map(({ year, forecast, lower }) => [Number(year), forecast, lower])).toEqual([
      [2005, 6, null],
      [2006, 6, null],
    ]);
  });

  test('mistakes are named', async () => {
    const fails = async (sql: string, params: object, code: string) => {
      await expect(forecast(sql, { time: 't', target: 'y', ...params })).rejects.toMatchObject({ code });
    };
    await fails('SELECT 1 AS t, 2 AS y', {}, 'train.no-rows');
    await fails('SELECT i AS t, NULL::DOUBLE AS y FROM range(9) r(i)', {}, 'train.no-rows');
    await fails("SELECT 'a' AS t, 2 AS y", {}, 'data.column-type');
    await fails("SELECT i AS t, 'x' AS y FROM range(9) r(i)", {}, 'data.column-type');
    await fails('SELECT i AS t, i AS y FROM range(9) r(i)', { series: 'shop' }, 'data.column-missing');
    await fails('SELECT i * i * i AS t, i AS y FROM range(40) r(i)', {}, 'data.column-type');
  });
});
