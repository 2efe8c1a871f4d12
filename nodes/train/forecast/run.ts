import type { z } from 'zod';
import { appendColumns, type ScalarColumn } from '../../../main/compute/duckdb/append-columns.ts';
import { type DuckDb, parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { backtest, intervalWidths } from '../../../main/compute/forecast/backtest.ts';
import { exponentialSmoothing, seasonalNaive } from '../../../main/compute/forecast/baselines.ts';
import { findSeason, type Forecaster, type Series, seasonalScale } from '../../../main/compute/forecast/series.ts';
import { mostForecasts } from '../../../main/compute/forecast/forecast-model.ts';
import { type StepAxis, stepSql, timeSql } from '../../../main/compute/forecast/step-axis.ts';
import { treeForecast } from '../../../main/compute/forecast/tree-forecast.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type InputArtifact, type StepContext } from '../../../shared/node/runner.ts';
import { type InputColumn, intervalOutputs } from '../../../shared/model/signature.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { requireFloat32 } from '../../lib/labels.ts';
import { forecastNode } from './definition.ts';
import { type ForecastTable, writeForecastModel } from './write-forecast-model.ts';

type Params = z.output<typeof forecastNode.params>;

const methods = ['seasonal-naive', 'exponential-smoothing', 'trees'] as const;
type Method = (typeof methods)[number];

/** Of all series together, gaps included. */
const mostSteps = 20_000_000;

export const runner = implementNode(forecastNode, {
  async run(ctx) {
    const { params } = ctx;
    const input = ctx.inputs['table']?.[0];
    if (input === undefined) throw new AppError('internal.bug', 'The table is not connected.');
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const { series, clock, columns, rows } = await readSeries(db, input, params, (text) => ctx.log('warn', text));
      const { horizon } = params;
      requireRoom(series.length, horizon);
      for (const { values } of series) requireFloat32(params.target, values);
      const season = params.season > 0 ? params.season : findSeason(series, clock.seasons);
      ctx.log('info', `${series.length} series, step ${clock.text}, season of ${season} steps.`);
      const forecasters = forecastersOf(season, ctx);
      const tried = await compare(ctx, series, forecasters, season);
      const chosen = params.method === 'auto' ? bestOf(tried) : params.method;
      const forecasts = await forecasters[chosen](series, horizon);
      const widths = intervalWidths(tried.get(chosen) ?? { errors: [] }, params.level);
      ctx.log('info', `Forecast by ${chosen}.`);
      const points = pointColumns(series, forecasts, widths, { season, horizon });
      await appendColumns(db, 'points', Object.values(points));
      await appendColumns(db, 'tried', triedColumns(tried));
      const { workDir } = ctx;
      const timed = `${timeSql(clock.axis, 'step')} AS ${quoteIdentifier(params.time)}`;
      const name = params.series === '' ? '' : `series AS ${quoteIdentifier(params.series)}, `;
      const forecast = await writeTable(
        db,
        `SELECT ${name}${timed}, forecast, lower, upper FROM points ORDER BY ordinal`,
        { workDir, file: 'forecast.parquet' },
      );
      const errors = await writeTable(
        db,
        'SELECT method, CAST(fold AS BIGINT) AS fold, mae, rmse, scaled_error FROM tried ORDER BY ordinal',
        { workDir, file: 'backtest.parquet' },
      );
      const meta = { ...forecast.meta, method: chosen, season };
      const model = await writeForecastModel(ctx, {
        input,
        rows,
        ...columns,
        axis: clock.axis,
        reached: await writeTable(db, reachedSql(columns, clock.axis), { workDir, file: 'reached.parquet' }),
        forecasts: tableOf(series, points, horizon),
        trainer: { kind: forecastNode.kind, params: { ...params } },
        level: params.level,
      });
      return { forecast: { ...forecast, meta }, backtest: errors, model };
    });
  },
});

/** Errors: `params.invalid`. */
function requireRoom(series: number, horizon: number): void {
  if (series * horizon <= mostForecasts) return;
  throw new AppError(
    'params.invalid',
    `${series} series of ${horizon} steps are more than the ${mostForecasts} forecasts that a step makes.`,
    { fix: 'Forecast fewer steps, or fewer series.', details: { field: 'horizon' } },
  );
}

/** The rows that the model answers, as the table has them: for its sample. */
function reachedSql({ time, series, target }: Columns, axis: StepAxis): string {
  const names = [
    ...(series === undefined
      ? []
      : [`CAST(nullif(series, '') AS ${series.sqlType}) AS ${quoteIdentifier(series.name)}`]),
    `CAST(${timeSql(axis, 'step')} AS ${time.sqlType}) AS ${quoteIdentifier(time.name)}`,
    `CAST(NULL AS DOUBLE) AS ${quoteIdentifier(target.name)}`,
  ];
  return `SELECT ${names.join(', ')} FROM points ORDER BY ordinal`;
}

function forecastersOf(season: number, ctx: StepContext<Params>): Record<Method, Forecaster> {
  return {
    'seasonal-naive': seasonalNaive(season),
    'exponential-smoothing': exponentialSmoothing(season),
    trees: treeForecast({ season, threads: ctx.threads, seed: ctx.params.seed, signal: ctx.signal }),
  };
}

type Tried = Map<Method, Awaited<ReturnType<typeof backtest>>>;

async function compare(
  ctx: StepContext<Params>,
  series: readonly Series[],
  forecasters: Record<Method, Forecaster>,
  season: number,
): Promise<Tried> {
  const { method, horizon, folds } = ctx.params;
  const tried: Tried = new Map();
  const all = method === 'auto' ? methods : [...new Set(['seasonal-naive' as const, method])];
  for (const [done, one] of all.entries()) {
    if (ctx.signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    ctx.progress({ done, total: all.length, unit: 'methods', message: `Backtest of ${one}` });
    const result = await backtest(forecasters[one], series, { horizon, folds, season });
    tried.set(one, result);
    const error = meanError(result);
    if (error !== undefined)
      ctx.log('info', `${one}: scaled error ${error.toFixed(3)} over ${result.folds.length} folds.`);
  }
  if ([...tried.values()].every((result) => result.folds.length === 0)) {
    ctx.log('warn', 'No series is long enough for a backtest: the forecast is untried and has no interval.');
  }
  return tried;
}

function meanError({ folds }: Awaited<ReturnType<typeof backtest>>): number | undefined {
  return folds.length === 0 ? undefined : folds.reduce((sum, { scaledError }) => sum + scaledError, 0) / folds.length;
}

function bestOf(tried: Tried): Method {
  const ranked = [...tried].flatMap(([method, result]) => {
    const error = meanError(result);
    return error === undefined || !Number.isFinite(error) ? [] : [{ method, error }];
  });
  return ranked.sort((a, b) => a.error - b.error)[0]?.method ?? 'seasonal-naive';
}

/** The steps of a table. */
interface Clock {
  axis: StepAxis;
  /** Usual lengths of a season. */
  seasons: number[];
  text: string;
}

/** What the series were read from. */
interface Columns {
  time: Column & { type: 'timestamp' | 'int64' };
  target: Column;
  series: (Column & { type: InputColumn['type'] }) | undefined;
}

const second = 1_000_000;
const hour = 3600 * second;
const day = 24 * hour;

async function readSeries(
  db: DuckDb,
  input: InputArtifact,
  params: Params,
  warn: (text: string) => void,
): Promise<{ series: Series[]; clock: Clock; columns: Columns; rows: number }> {
  const columns = columnsOf(input, params);
  const { time, target } = columns;
  const name =
    columns.series === undefined ? "''" : `coalesce(CAST(${quoteIdentifier(columns.series.name)} AS VARCHAR), '')`;
  const at = time.type === 'int64' ? quoteIdentifier(time.name) : `CAST(${quoteIdentifier(time.name)} AS TIMESTAMP)`;
  await db.run(
    `CREATE TABLE raw AS SELECT ${name} AS series, ${at} AS time, avg(CAST(${quoteIdentifier(target.name)} AS DOUBLE)) AS value,
        count(*) AS n
      FROM ${parquetRelation(input.path(tableFile))}
      WHERE ${quoteIdentifier(time.name)} IS NOT NULL AND isfinite(CAST(${quoteIdentifier(target.name)} AS DOUBLE))
      GROUP BY ALL`,
  );
  const [totals] = await db.rows(
    'SELECT CAST(count(*) AS DOUBLE) AS n, CAST(sum(n - 1) AS DOUBLE) AS repeated FROM raw',
  );
  if (Number(totals?.['n'] ?? 0) < 2) {
    throw new AppError('train.no-rows', 'A forecast needs at least 2 rows with a time and a value.', {
      fix: 'Look at the filter before this step.',
    });
  }
  if (Number(totals?.['repeated']) > 0)
    warn(`${Number(totals?.['repeated'])} rows share a time with others and were averaged.`);
  const clock = await clockOf(db, time.type === 'int64');
  return { series: await fillSteps(db, clock, warn), clock, columns, rows: Number(totals?.['n']) };
}

/** Errors: `data.column-missing`, `data.column-type`, `features.mismatch`. */
function columnsOf(input: InputArtifact, params: Params): Columns {
  const columns = input.manifest.schema?.columns ?? [];
  const columnOf = (field: 'time' | 'target' | 'series') => {
    const column = columns.find(({ name }) => name === params[field]);
    if (column !== undefined) return column;
    throw new AppError('data.column-missing', `Column “${params[field]}” is not in the table.`, {
      fix: 'Choose one of its columns.',
      details: { field },
    });
  };
  const time = columnOf('time');
  const target = columnOf('target');
  const series = params.series === '' ? undefined : columnOf('series');
  if (time.type !== 'timestamp' && time.type !== 'int64') {
    throw wrongType('time', time.name, time.sqlType, 'a time, or a whole number such as a year');
  }
  if (target.type !== 'int64' && target.type !== 'float64' && target.type !== 'bool') {
    throw wrongType('target', target.name, target.sqlType, 'a number');
  }
  for (const { name } of series === undefined ? [time] : [time, series]) {
    if (!['prediction', ...intervalOutputs].includes(name)) continue;
    throw new AppError('features.mismatch', `The column “${name}” has the name of an output of the model.`, {
      fix: `Rename the column in an SQL step, e.g. "${name}" AS ${name}_in.`,
    });
  }
  return {
    time: { ...time, type: time.type },
    target,
    series: series === undefined ? undefined : seriesColumn(series),
  };
}

function seriesColumn(column: Column): NonNullable<Columns['series']> {
  const { name, type, sqlType } = column;
  if (type === 'timestamp' || type === 'tensor' || type === 'other') {
    throw wrongType('series', name, sqlType, 'a text, a number or true/false');
  }
  return { ...column, type };
}

function wrongType(field: string, name: string, sqlType: string, wanted: string): AppError {
  return new AppError('data.column-type', `The ${field} “${name}” is ${sqlType}, and must be ${wanted}.`, {
    fix: 'Cast it in an SQL step.',
    details: { field },
  });
}

async function clockOf(db: DuckDb, isNumber: boolean): Promise<Clock> {
  const distance = isNumber ? 'time - before' : 'epoch_us(time) - epoch_us(before)';
  const [row] = await db.rows(
    `SELECT CAST(mode(d) AS DOUBLE) AS step, CAST(min(d) AS DOUBLE) AS least FROM (
      SELECT ${distance} AS d FROM (SELECT time, lag(time) OVER (PARTITION BY series ORDER BY time) AS before FROM raw)
      WHERE before IS NOT NULL)`,
  );
  const step = Number(row?.['step'] ?? 0);
  if (!(step > 0)) {
    throw new AppError('train.no-rows', 'No series has two different times.', {
      fix: 'Choose another time column, or another series column.',
    });
  }
  if (isNumber) {
    return { axis: { kind: 'numbers', step }, seasons: [4, 7, 12, 24, 52], text: String(step) };
  }
  // Months have no fixed length.
  const months = [1, 3, 12].find((count) => step >= count * 28 * day && step <= count * 31 * day && step > 27 * day);
  if (months !== undefined) {
    return {
      axis: { kind: 'months', months },
      seasons: [12 / months, 4].filter((season) => season > 1),
      text: months === 1 ? 'a month' : months === 3 ? 'a quarter' : 'a year',
    };
  }
  const [phase] = await db.rows(`SELECT CAST(mode(epoch_us(time) % ${step}) AS DOUBLE) AS phase FROM raw`);
  const offset = Number(phase?.['phase'] ?? 0);
  const perDay = day / step;
  return {
    axis: { kind: 'times', step, offset },
    seasons: [perDay, 7 * perDay, 365 * perDay, 3600 / (step / second)].filter(
      (season) => Number.isInteger(season) && season > 1 && season <= 10_000,
    ),
    text:
      step % day === 0 ? `${step / day} day(s)` : step % hour === 0 ? `${step / hour} hour(s)` : `${step / second} s`,
  };
}

async function fillSteps(db: DuckDb, clock: Clock, warn: (text: string) => void): Promise<Series[]> {
  await db.run(
    `CREATE TABLE steps AS SELECT series, ${stepSql(clock.axis, 'time')} AS step, avg(value) AS value FROM raw GROUP BY ALL`,
  );
  const [size] = await db.rows(
    `SELECT CAST(sum(span) AS DOUBLE) AS all_steps, CAST(sum(span - n) AS DOUBLE) AS gaps
      FROM (SELECT max(step) - min(step) + 1 AS span, count(*) AS n FROM steps GROUP BY series)`,
  );
  const total = Number(size?.['all_steps']);
  const gaps = Number(size?.['gaps']);
  if (total > mostSteps || gaps > total / 2) {
    throw new AppError(
      'data.column-type',
      `Of ${total} even steps between first and last time, ${gaps} have no value.`,
      {
        fix: 'Aggregate the values to hours, days or months in an SQL step.',
      },
    );
  }
  if (gaps > 0) warn(`${gaps} of ${total} steps have no value and were filled along a line.`);
  const rows = await db.rows(
    `SELECT series, list(CAST(step AS DOUBLE) ORDER BY step) AS steps, list(value ORDER BY step) AS list
      FROM steps GROUP BY series ORDER BY series`,
  );
  return rows.map((row) => {
    const steps = row['steps'] as number[];
    const list = row['list'] as number[];
    const start = steps[0] as number;
    const values = new Float64Array((steps.at(-1) as number) - start + 1);
    steps.forEach((step, i) => {
      values[step - start] = list[i] as number;
      const before = i === 0 ? step : (steps[i - 1] as number);
      for (let gap = before + 1; gap < step; gap++) {
        const share = (gap - before) / (step - before);
        values[gap - start] = (1 - share) * (list[i - 1] as number) + share * (list[i] as number);
      }
    });
    return { name: String(row['series']), values, start };
  });
}

type PointColumn = 'ordinal' | 'step' | 'forecast' | 'lower' | 'upper';

function pointColumns(
  series: readonly Series[],
  forecasts: readonly Float64Array[],
  widths: Float64Array,
  { season, horizon }: { season: number; horizon: number },
): Record<PointColumn, ScalarColumn & { kind: 'number' }> & { series: ScalarColumn } {
  const rows = series.length * horizon;
  const number = (name: PointColumn, at: (s: number, h: number) => number) => ({
    name,
    kind: 'number' as const,
    values: Float64Array.from({ length: rows }, (_, i) => at(Math.floor(i / horizon), i % horizon)),
  });
  const scales = series.map(({ values }) => seasonalScale(values, season));
  const half = (s: number, h: number) =>
    widths.length === 0 ? Number.NaN : (widths[h] as number) * (scales[s] as number);
  const value = (s: number, h: number) => forecasts[s]?.[h] as number;
  return {
    ordinal: number('ordinal', (s, h) => s * horizon + h),
    series: {
      name: 'series',
      kind: 'string',
      values: Array.from({ length: rows }, (_, i) => series[Math.floor(i / horizon)]?.name ?? ''),
    },
    step: number('step', (s, h) => firstStep(series[s] as Series) + h),
    forecast: number('forecast', value),
    lower: number('lower', (s, h) => value(s, h) - half(s, h)),
    upper: number('upper', (s, h) => value(s, h) + half(s, h)),
  };
}

/** Number of the step behind the end of a series. */
function firstStep({ start, values }: Series): number {
  return start + values.length;
}

function tableOf(series: readonly Series[], points: ReturnType<typeof pointColumns>, horizon: number): ForecastTable {
  return {
    horizon,
    names: series.map(({ name }) => name),
    firstSteps: series.map(firstStep),
    forecast: points.forecast.values,
    lower: points.lower.values,
    upper: points.upper.values,
  };
}

function triedColumns(tried: Tried): ScalarColumn[] {
  const rows = [...tried].flatMap(([method, { folds }]) => folds.map((fold) => ({ method, ...fold })));
  const number = (name: string, values: number[]): ScalarColumn => ({
    name,
    kind: 'number',
    values: Float64Array.from(values),
  });
  return [
    number(
      'ordinal',
      rows.map((_, i) => i),
    ),
    { name: 'method', kind: 'string', values: rows.map(({ method }) => method) },
    number(
      'fold',
      rows.map(({ fold }) => fold),
    ),
    number(
      'mae',
      rows.map(({ mae }) => mae),
    ),
    number(
      'rmse',
      rows.map(({ rmse }) => rmse),
    ),
    number(
      'scaled_error',
      rows.map(({ scaledError }) => scaledError),
    ),
  ];
}
