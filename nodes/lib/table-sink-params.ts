import { z } from 'zod';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { columnsParam, tableResources } from './table-params.ts';

/** What a sink does to a table of a database. */
export const tableSinkParams = {
  table: z
    .string()
    .max(255)
    .default('')
    .describe('Table to write, perhaps as schema.table; it is made where there is none'),
  mode: z
    .enum(['append', 'replace', 'upsert'])
    .default('replace')
    .describe('Add the rows, put them in the place of all others, or insert and update by key'),
  keys: columnsParam('Key columns of upsert; the table needs a unique index on them', 'table').meta(
    paramMeta({ ui: { control: 'columns', port: 'table' } }),
  ),
};

/** What is the same in the definition of every sink into a database table. */
export const tableSink = {
  ports: {
    inputs: { table: { types: ['table'], doc: 'The rows to write' } },
    outputs: { report: { type: 'report', doc: 'Where the rows are and how many' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'external',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
} satisfies Partial<NodeDefinition>;

/** Paragraphs of the help: what a write promises. */
export const tableSinkHelp = `**All or nothing**: everything happens in one transaction. **Once**: what was written is noted in the table
\`slipway_writes\` of the same database, in the same transaction. The step is up to date while its input is the same and
the table is as it was left; the same rows are not appended twice, also when the engine dies right after a write.

*replace* keeps an existing table with its types, indexes and rights, and changes its rows. Columns of the table that the
rows lack get their defaults. *upsert* needs a unique index on the keys; a key that comes twice in the rows is refused.`;
