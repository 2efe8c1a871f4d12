import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { tableResources } from '../../lib/table-params.ts';

export const unionNode = defineNode({
  kind: 'data.union',
  version: 1,
  stage: 'data',
  title: 'Union',
  summary: 'Puts the rows of several tables under each other',
  keywords: ['append', 'concat', 'stack', 'combine', 'rows', 'merge', 'bind'],
  params: z.object({
    columns: z
      .enum(['same', 'all', 'common'])
      .default('same')
      .describe('Tables must have the same columns; or take all columns, missing where absent; or only common ones'),
    source: z
      .string()
      .max(255)
      .default('')
      .describe('Name of a column that says which table a row is from; empty adds none'),
    names: z
      .array(z.string())
      .max(1000)
      .default([])
      .describe('What that column says for the first, second, … table; else 1, 2, …')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { tables: { types: ['table'], many: true, doc: 'Tables, in the order they are connected' } },
    outputs: { table: { type: 'table', doc: 'The rows of the first table, then of the second, and so on' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Years',
      params: { source: 'year', names: ['2000', '2001'] },
      note: 'Two tables of one layout; the column tells them apart.',
    },
  ],
  help: `Columns are matched by name, in the order of the first table. Integers and floats may be mixed; other types must
agree, so that nothing becomes text unasked: cast with Select columns before.`,
});
