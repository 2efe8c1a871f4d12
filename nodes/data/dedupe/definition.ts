import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { columnsParam, orderParam, tableResources } from '../../lib/table-params.ts';

export const dedupeNode = defineNode({
  kind: 'data.dedupe',
  version: 1,
  stage: 'data',
  title: 'Deduplicate',
  summary: 'Keeps one row of each key',
  keywords: ['duplicates', 'distinct', 'unique', 'latest', 'first', 'key', 'drop'],
  params: z.object({
    keys: columnsParam('Columns that say which rows are the same; none means all columns'),
    keep: z
      .enum(['first', 'last', 'none'])
      .default('first')
      .describe('Which row of a key stays: the first, the last, or none where there are several'),
    orderBy: orderParam('What first and last go by; none means the order of the rows'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'One row of each key, in their order' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Latest state',
      params: { keys: ['id'], keep: 'last', orderBy: [{ column: 'updated_at' }] },
      note: 'Of each id the row that was updated last.',
    },
    { name: 'Exact copies', params: {}, note: 'Rows that are equal in every column come once.' },
  ],
  help: `Rows with equal keys are the same; missing keys are equal to each other. The rows that stay keep their order.

With *order by*, first and last go by these columns, missing values last in the order; rows that are level go by their
place in the table.`,
});
