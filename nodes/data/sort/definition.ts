import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { orderParam, tableResources } from '../../lib/table-params.ts';

export const sortNode = defineNode({
  kind: 'data.sort',
  version: 1,
  stage: 'data',
  title: 'Sort',
  summary: 'Orders rows by columns',
  keywords: ['order', 'ascending', 'descending', 'rank', 'top', 'arrange'],
  params: z.object({
    by: orderParam('Columns to order by, the most important first'),
    limit: z
      .number()
      .int()
      .min(0)
      .max(9_000_000_000_000)
      .default(0)
      .describe('Keep only so many of the first rows; 0 keeps all'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The rows in order' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Longest delays',
      params: { by: [{ column: 'delay', descending: true }], limit: 100 },
      note: 'The hundred rows with the largest delay.',
    },
  ],
  help: `Orders the rows by the columns, the first counting most. Rows that are level keep the order they had; missing
values come last, in either direction. Text is ordered by its code points.`,
});
