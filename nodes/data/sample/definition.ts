import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { columnsParam, tableResources } from '../../lib/table-params.ts';

export const sampleNode = defineNode({
  kind: 'data.sample',
  version: 1,
  stage: 'data',
  title: 'Sample',
  summary: 'Takes a random part of the rows, the same every time',
  keywords: ['random', 'subset', 'fraction', 'rows', 'stratified', 'head', 'balance', 'downsample'],
  params: z.object({
    method: z
      .enum(['fraction', 'rows', 'first'])
      .default('fraction')
      .describe('A share of the rows, a number of rows at random, or the first rows'),
    fraction: z.number().gt(0).max(1).default(0.1).describe('fraction: share of the rows to take'),
    rows: z.number().int().min(1).max(9_000_000_000_000).default(10_000).describe('rows, first: rows to take'),
    within: columnsParam('Take the share or number within each combination of these columns; none means overall'),
    seed: z.number().int().min(0).max(2_147_483_647).default(1).describe('Another seed takes other rows'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The rows taken, in their order' } },
  },
  determinism: 'seeded',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'One in ten', params: { fraction: 0.1 }, note: 'The same tenth of the rows every time.' },
    {
      name: 'Balanced',
      params: { method: 'rows', rows: 500, within: ['class'] },
      note: 'Five hundred rows of each class, or all where there are fewer.',
    },
  ],
  help: `Rows are picked by a hash of their place in the table and the seed, so the same input and seed give the same rows on
any machine, and exactly the number asked for: the share is rounded, overall or within each combination of the columns
of *within*. The rows taken keep their order.`,
});
