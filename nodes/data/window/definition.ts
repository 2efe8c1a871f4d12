import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { columnParam, columnsParam, newColumnName, orderParam, tableResources } from '../../lib/table-params.ts';

const windowFunctions = [
  'lag',
  'lead',
  'difference',
  'rowNumber',
  'rank',
  'denseRank',
  'percentRank',
  'rollingMean',
  'rollingSum',
  'rollingMin',
  'rollingMax',
  'rollingStddev',
  'rollingCount',
  'runningSum',
  'runningCount',
  'groupMean',
  'groupSum',
  'groupCount',
  'shareOfGroup',
] as const;

export const windowNode = defineNode({
  kind: 'data.window',
  version: 1,
  stage: 'data',
  title: 'Window',
  summary: 'Computes values from the rows around each row: lags, rolling means, ranks',
  keywords: [
    'lag',
    'lead',
    'rolling',
    'moving average',
    'rank',
    'cumulative',
    'running',
    'over',
    'partition',
    'time series',
  ],
  params: z.object({
    partitionBy: columnsParam('Rows are looked at within each combination of these; none means all rows together'),
    orderBy: orderParam('What comes before and after; none means the order of the rows'),
    columns: z
      .array(
        z.strictObject({
          function: z.enum(windowFunctions).default('lag').describe('What to compute'),
          column: columnParam('Column to compute it of; not needed by row number, ranks and counts'),
          size: z
            .number()
            .int()
            .min(1)
            .max(1_000_000)
            .default(1)
            .describe('lag, lead, difference: how many rows away; rolling: how many rows'),
          name: newColumnName.describe('Name of the result; empty makes one such as lag_price'),
          current: z
            .boolean()
            .default(true)
            .describe('rolling, running: include the row itself; off looks at earlier rows only')
            .meta(paramMeta({ advanced: true })),
        }),
      )
      .max(1000)
      .default([])
      .describe('New columns'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The rows with the new columns, in their order' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Sales history',
      params: {
        partitionBy: ['shop'],
        orderBy: [{ column: 'day' }],
        columns: [
          { function: 'lag', column: 'sales', size: 7, name: 'sales_last_week' },
          { function: 'rollingMean', column: 'sales', size: 28, current: false, name: 'mean_4_weeks' },
        ],
      },
      note: 'What is known of a shop before the day: last week’s sales and the mean of four weeks before.',
    },
  ],
  help: `The rows and their order stay; each gets the new columns. Rows that are level in *order by* go by their place in the
table, except for ranks, which they share.

*lag* and *lead* are the value so many rows before and after, missing where there is none; *difference* is the value less
the lagged one. *rolling* functions look at so many rows up to this one, fewer at the start; *running* ones at all rows up
to this one; *group* ones at the whole partition.

**For training**, turn *current* off where the value of the row itself is what is to be predicted, and do not use *lead* or
*group* functions across time: they know the future.`,
});
