import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { exponentialSmoothing, seasonalNaive } from '../../../main/compute/forecast/baselines.ts';
import { intervalWidths } from '../../../main/compute/forecast/backtest.ts';
import { findSeason } from '../../../main/compute/forecast/series.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { encodeRows } from '../../../main/compute/onnx/encode-rows.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
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
  const model = out['model'] as InputArtifact;
  return { forecast: await read('forecast'), backtest: await read('backtest'), model };
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

test('an interval holds its share of the errors so far ahead or nearer', () => {
  const value = fc.double({ min: 0, max: 9, noNaN: true });
  const errors = fc.array(fc.array(fc.oneof(value, fc.constant(1)), { maxLength: 6 }), { maxLength: 8 });
  fc.assert(
    fc.property(errors, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (steps, level) => {
      let widest = 0;
      const expected = steps.map((_, h) => {
        const sorted = steps.slice(0, h + 1).flat();
        sorted.sort((a, b) => a - b);
        if (sorted.length === 0) return Number.NaN;
        widest = Math.max(widest, sorted[Math.min(sorted.length - 1, Math.ceil(level * sorted.length))]!);
        return widest;
      });
      expect([...intervalWidths({ errors: steps }, level)]).toEqual(expected);
    }),
    { seed: 5 },
  );
});

describe('the model', () => {
  async function answers(model: InputArtifact, rows: Record<string, unknown>[]) {
    const { inputs } = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
    const session = await openSession(model.path('model.onnx'), { threads: 1, label: 'the forecast' });
    const out = await session.run(encodeRows(rows, inputs));
    await session.release();
    return rows.map((_, row) =>
      ['prediction', 'lower', 'upper'].map((name) => (out[name] as { data: Float32Array }).data[row] as number),
    );
  }

  /** Every forecast of the table is what the model answers for its row, to float32. */
  async function expectTable({ forecast: table, model }: Awaited<ReturnType<typeof forecast>>, names: string[]) {
    const rows = table.map((row) => Object.fromEntries(names.map((name) => [name, asJson(row[name])])));
    const expected = table.map((row) =>
      ['forecast', 'lower', 'upper'].map((name) => Math.fround((row[name] as number | null) ?? Number.NaN)),
    );
    expect(await answers(model, rows)).toEqual(expected);
  }

  /** As a request carries it; the table has the names of series as text. */
  function asJson(value: unknown): unknown {
    if (value === '' || value === 'true' || value === 'false') return value === '' ? null : value === 'true';
    if (typeof value === 'bigint' || (typeof value === 'string' && /^\d+$/.test(value))) return Number(value);
    return typeof value === 'object' && value !== null ? `${String(value).replace(' ', 'T')}Z` : value;
  }

  test.each([
    ['days', "DATE '1969-12-20' + CAST(i AS INTEGER)"],
    ['hours behind the full one', "TIMESTAMP '1969-12-31 20:20:00' + to_hours(CAST(i AS INTEGER))"],
    ['months', "DATE '1968-11-01' + to_months(CAST(i AS INTEGER))"],
    ['quarters', "DATE '1968-01-01' + to_months(3 * CAST(i AS INTEGER))"],
    ['numbers', '5 * i - 70'],
  ])('answers the steps of the table: %s', async (_, time) => {
    const sql = `SELECT ${time} AS t, i % 4 + i / 10 AS y FROM range(30) r(i)`;
    const out = await forecast(sql, { time: 't', target: 'y', horizon: 5, method: 'seasonal-naive', season: 4 });
    await expectTable(out, ['t']);
  });

  test.each([
    ['text', "CASE s WHEN 0 THEN NULL ELSE 'shop ' || s END"],
    ['numbers', 'nullif(s * 100, 0)'],
    ['true/false', 'CASE s WHEN 0 THEN NULL ELSE s = 1 END'],
  ])('tells series apart by %s, rows without one included, and their ends', async (_, shop) => {
    const sql = `SELECT ${shop} AS shop, i AS t, s * 1000 + i AS y FROM range(20) r(i), range(3) q(s) WHERE i + s < 20`;
    const out = await forecast(sql, { time: 't', target: 'y', series: 'shop', horizon: 3, season: 1 });
    expect(out.forecast).toHaveLength(9);
    await expectTable(out, ['shop', 't']);
  });

  test('has nothing to say of times and series it does not reach', async () => {
    const sql = 'SELECT i % 2 AS shop, i // 2 AS t, 3.5 AS y FROM range(40) r(i)';
    const { model } = await forecast(sql, { time: 't', target: 'y', series: 'shop', horizon: 3 });
    const rows = [19, 20, 22, 23, 1e300, null].map((t) => ({ shop: 1, t }));
    const found = await answers(model, [...rows, { shop: 7, t: 20 }, { shop: null, t: 20 }]);
    expect(found.map(([prediction]) => prediction)).toEqual([NaN, 3.5, 3.5, NaN, NaN, NaN, NaN, NaN]);
  });

  test('is evaluated on the rows that came after, and passes the parity gate', async () => {
    const days = `SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS day, 10 * (i % 7) AS sold FROM range(100) r(i)`;
    const params = { time: 'day', target: 'sold', horizon: 10, method: 'seasonal-naive' as const };
    const { model } = await forecast(`${days} WHERE i < 85`, params);
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
    expect(manifest).toMatchObject({ task: 'regression', inputs: [{ name: 'day' }], forecast: { horizon: 10 } });
    expect(manifest.example).toEqual({ day: expect.stringContaining('2024-03-26') });
    const later = await chain.table(`${days} WHERE i >= 83`, 'test');
    const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [later] });
    const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
    const { parity, metrics, rows, warnings } = evaluationReportSchema.parse(JSON.parse(text));
    expect(parity).toMatchObject({ passed: true, rows: 17 });
    expect(rows).toBe(10);
    expect(metrics['rmse']).toBe(0);
    expect(warnings).toContain('7 rows that the forecast does not reach are left out.');
    const before = await chain.table(`${days} WHERE i < 85`, 'train');
    await expect(chain.run(evaluateNode, evaluate, {}, { model: [model], table: [before] })).rejects.toMatchObject({
      code: 'data.empty',
      message: expect.stringContaining('reaches'),
    });
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
    await fails(
      "SELECT i AS t, i AS y, DATE '2024-01-01' AS s FROM range(9) r(i)",
      { series: 's' },
      'data.column-type',
    );
    await fails('SELECT i AS t, i * 1e300 AS y FROM range(40) r(i)', {}, 'train.bad-label');
    await fails('SELECT i AS upper, i AS y FROM range(40) r(i)', { time: 'upper' }, 'features.mismatch');
    const close = 'SELECT 1152921504606846976 + i % 2 AS s, i AS t, i AS y FROM range(40) r(i)';
    await fails(close, { series: 's' }, 'data.column-type');
    await fails(
      'SELECT i % 2000 AS s, i AS t, i AS y FROM range(4000) r(i)',
      { series: 's', horizon: 10_000 },
      'params.invalid',
    );
    await fails('SELECT i AS t, i AS y FROM range(9) r(i)', { series: 'shop' }, 'data.column-missing');
    await fails('SELECT i * i * i AS t, i AS y FROM range(40) r(i)', {}, 'data.column-type');
  });
});
