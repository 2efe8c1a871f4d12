import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { seedParam } from '../../lib/seed-param.ts';

export const forecastNode = defineNode({
  kind: 'train.forecast',
  version: 2,
  stage: 'train',
  title: 'Forecast',
  summary: 'Continues time series and says how well it would have done before.',
  keywords: ['time series', 'exponential smoothing', 'holt-winters', 'seasonal naive', 'backtesting', 'lag', 'demand'],
  params: z.object({
    time: z
      .string()
      .default('')
      .describe('The column with the time of each value, at even steps: hours, days, weeks, months …')
      .meta(paramMeta({ ui: { control: 'column', port: 'table', types: ['timestamp', 'int64'] } })),
    target: z
      .string()
      .default('')
      .describe('The column to continue.')
      .meta(paramMeta({ ui: { control: 'column', port: 'table', types: ['int64', 'float64'] } })),
    series: z
      .string()
      .default('')
      .describe('Rows with the same value belong to one series; empty: all rows are one.')
      .meta(paramMeta({ ui: { control: 'column', port: 'table', types: ['string', 'int64', 'bool'] } })),
    horizon: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(14)
      .describe('Steps to forecast.')
      .meta(paramMeta({ unit: 'steps' })),
    method: z
      .enum(['auto', 'seasonal-naive', 'exponential-smoothing', 'trees'])
      .default('auto')
      .describe('Auto: the one with the least error in the backtest.'),
    season: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .default(0)
      .describe('Steps of a season, such as 7 for days or 12 for months; 0: found in the data, 1: none.')
      .meta(paramMeta({ unit: 'steps' })),
    folds: z
      .number()
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('Origins in the past, one horizon apart, from which the methods are tried.')
      .meta(paramMeta({ section: 'Backtest', unit: 'folds' })),
    level: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.8)
      .describe('Share of the values that should fall between lower and upper.')
      .meta(paramMeta({ section: 'Backtest' })),
    seed: seedParam('Start of the random draws of the trees.').meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { table: { types: ['table'], doc: 'One row per series and time.' } },
    outputs: {
      forecast: { type: 'table', doc: 'Series, time, forecast, lower, upper.' },
      backtest: { type: 'table', doc: 'Errors of each method and fold.' },
      model: { type: 'model', doc: 'Series and time in, their forecast out.' },
    },
  },
  infer(inputs, params): InferResult {
    const shape = inputs['table']?.find((candidate) => candidate.type === 'table');
    const problems: InferResult['problems'] = [];
    const columns = shape?.schema.columns;
    for (const field of ['time', 'target', 'series'] as const) {
      const name = params[field];
      if (name === '') {
        if (field === 'series') continue;
        problems.push({ field, message: `No ${field} column is chosen.`, fix: 'Choose one of the columns.' });
      } else if (columns !== undefined && !columns.some((column) => column.name === name)) {
        const near = nearMisses(
          name,
          columns.map((column) => column.name),
        );
        const fix = near.length === 0 ? 'Choose one of the columns.' : `Did you mean ${near.join(' or ')}?`;
        problems.push({ field, message: `Column “${name}” is not in the table.`, fix });
      }
    }
    const number = (name: string) => ({ name, type: 'float64' as const, sqlType: 'DOUBLE' });
    const text = (name: string) => ({ name, type: 'string' as const, sqlType: 'VARCHAR' });
    const backtest = [text('method'), { name: 'fold', type: 'int64' as const, sqlType: 'BIGINT' }];
    return {
      outputs: {
        backtest: {
          type: 'table',
          schema: { columns: [...backtest, ...['mae', 'rmse', 'scaled_error'].map(number)] },
        },
        model: columns === undefined ? { type: 'model' } : { type: 'model', table: { columns } },
      },
      problems,
    };
  },
  determinism: 'seeded',
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    return { cpu: 2, memoryBytes: 2 ** 28 + 200 * rows, seconds: 2 + ((params.folds + 1) * rows) / 20_000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  // Version 2 gives a model as well.
  migrations: [(params) => params],
  examples: [
    {
      name: 'Two weeks of temperatures',
      params: { time: 'date', target: 'temp_max', horizon: 14 },
      note: 'Days, with the method that would have done best.',
    },
    {
      name: 'Demand per shop',
      params: { time: 'month', target: 'sold', series: 'shop', season: 12, horizon: 6 },
      note: 'One forecast for each shop; the trees learn from all of them.',
    },
  ],
  help: `Continues each series by a number of even steps: the step is the usual distance of two times (or a month, a quarter, a
year). Values at the same time are averaged, and missing steps filled along a line; the log counts both.

| method | forecast |
| --- | --- |
| seasonal-naive | the last season again: what every other method must beat |
| exponential-smoothing | level, damped trend and season (Holt–Winters), weights chosen for each series |
| trees | boosted trees on earlier values, means and the place in the season, one model for all series |

**Backtest.** Each method forecasts from several origins in the past, always from what was known there. \`scaled_error\` is
the mean absolute error divided by the mean difference of values one season apart: below 1 is better than repeating the
last season within the past. Auto takes the method with the least.

**Lower and upper** hold the chosen share of the errors of the backtest, so far ahead or nearer.

**The model** holds the forecasts, of whatever method: series and time in, \`prediction\`, \`lower\` and \`upper\` out, to
be registered and served like any other. A time it does not reach, in the past or beyond the last step, and a series it
does not know have none. To register it, split by time before this step and connect **Evaluate** with the model and the
later rows; to keep it from running out, retrain it on a schedule.`,
});
