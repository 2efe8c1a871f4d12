import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { aggregateFunctions } from '../../lib/aggregate-functions.ts';
import { columnParam, columnsParam, newColumnName, tableResources } from '../../lib/table-params.ts';

export const aggregateNode = defineNode({
  kind: 'data.aggregate',
  version: 1,
  stage: 'data',
  title: 'Aggregate',
  summary: 'Groups rows and computes sums, means, counts and more of each group',
  keywords: ['group by', 'sum', 'mean', 'average', 'count', 'median', 'quantile', 'summarise', 'statistics', 'total'],
  params: z.object({
    groupBy: columnsParam('Columns whose combinations make the groups; none makes one group of all rows'),
    measures: z
      .array(
        z.strictObject({
          function: z.enum(aggregateFunctions).default('count').describe('What to compute'),
          column: columnParam('Column to compute it of; not needed by count'),
          name: newColumnName.describe('Name of the result; empty makes one such as mean_delay'),
          quantile: z
            .number()
            .min(0)
            .max(1)
            .default(0.5)
            .describe('quantile: which, from 0 to 1')
            .meta(paramMeta({ advanced: true })),
        }),
      )
      .max(1000)
      .default([{ function: 'count', column: '', name: '', quantile: 0.5 }])
      .describe('What is computed of each group'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'One row per group, ordered by its columns' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'By airport',
      params: {
        groupBy: ['origin'],
        measures: [
          { function: 'count', name: 'flights' },
          { function: 'mean', column: 'delay' },
          { function: 'quantile', column: 'delay', quantile: 0.95, name: 'p95_delay' },
        ],
      },
      note: 'Flights, mean delay and 95th percentile of each airport.',
    },
  ],
  help: `One row per combination of the *group by* columns, ordered by them; missing values make a group of their own, at the
end. Missing values are left out of what is computed; *count* without a column counts rows, with one its present values.

The mean of true and false is the share of true. Standard deviation and variance are of a sample (n − 1). *first* and
*last* go by the order of the rows, missing values included.

Sums and means of decimals and integers are exact; of floats they are computed in the order of the rows on one thread, so
that every machine gives the same digits.`,
});
