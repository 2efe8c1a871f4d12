import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { aggregateFunctions } from '../../lib/aggregate-functions.ts';
import { columnParam, columnsParam, tableResources } from '../../lib/table-params.ts';

export const pivotNode = defineNode({
  kind: 'data.pivot',
  version: 1,
  stage: 'data',
  title: 'Pivot',
  summary: 'Turns the values of a column into columns',
  keywords: ['wide', 'reshape', 'crosstab', 'spread', 'cast', 'long to wide', 'table'],
  params: z.object({
    rows: columnsParam('Columns whose combinations become rows'),
    column: columnParam('Column whose values become columns'),
    function: z.enum(aggregateFunctions).default('sum').describe('What a cell holds of the rows that fall into it'),
    value: columnParam('Column the cells are computed of; not needed by count'),
    names: z
      .array(z.string())
      .max(10_000)
      .default([])
      .describe('Values that become columns, in this order; none takes all values, sorted, found when it runs'),
    prefix: z
      .string()
      .max(100)
      .default('')
      .describe('Put before the names of the new columns')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'A long table' } },
    outputs: { table: { type: 'table', doc: 'One row per combination, ordered by it; one column per value' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Sales by month',
      params: { rows: ['shop'], column: 'month', function: 'sum', value: 'amount', names: ['1', '2', '3'] },
      note: 'A row per shop, a column per month.',
    },
  ],
  help: `Each new column holds what *function* gives of the rows with that value; cells without rows are missing, counts zero.

Name the values under *names* so that the columns are known before the step runs and never change with the data. Without
names all values are taken, sorted as text, at most a thousand; steps below then learn the columns from the first run.`,
});
