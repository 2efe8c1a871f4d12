import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { columnsParam, tableResources } from '../../lib/table-params.ts';

export const unpivotNode = defineNode({
  kind: 'data.unpivot',
  version: 1,
  stage: 'data',
  title: 'Unpivot',
  summary: 'Turns columns into rows of name and value',
  keywords: ['melt', 'long', 'reshape', 'gather', 'stack', 'wide to long'],
  params: z.object({
    columns: columnsParam('Columns that become rows; the others are repeated beside them'),
    nameColumn: z.string().min(1).max(255).default('name').describe('Column with the name of the column'),
    valueColumn: z.string().min(1).max(255).default('value').describe('Column with its value'),
    keepMissing: z.boolean().default(false).describe('Make rows of missing values too'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'A wide table' } },
    outputs: { table: { type: 'table', doc: 'One row per row and column, in that order' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Sensors',
      params: { columns: ['s1', 's2', 's3'], nameColumn: 'sensor', valueColumn: 'reading' },
      note: 'A column per sensor becomes a row per reading.',
    },
  ],
  help: `Each row gives one row per chosen column, in the order they are chosen. The columns need one type; integers and floats
may be mixed. The other columns are repeated. Pivot does the reverse.`,
});
