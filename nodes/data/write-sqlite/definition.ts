import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { tableResources } from '../../lib/table-params.ts';
import { tableSinkParams } from '../../lib/table-sink-params.ts';

export const writeSqliteNode = defineNode({
  kind: 'data.write-sqlite',
  version: 1,
  stage: 'data',
  title: 'Write SQLite',
  summary: 'Writes a table into a SQLite database: append, replace or upsert',
  keywords: ['sqlite', 'database', 'sink', 'save', 'insert', 'upsert', 'append', 'output', 'export', 'db'],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe('Database file; relative to the graph file, or absolute; made where there is none')
      .meta(paramMeta({ ui: { control: 'path', extensions: ['db', 'sqlite', 'sqlite3'] } })),
    ...tableSinkParams,
  }),
  ports: {
    inputs: { table: { types: ['table'], doc: 'The rows to write' } },
    outputs: { report: { type: 'report', doc: 'Where the rows are and how many' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'external',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Scores',
      params: { path: 'shop.db', table: 'scores', mode: 'upsert', keys: ['customer'] },
      note: 'Each customer has one row, which is updated.',
    },
  ],
  help: `Writes rows into a table of a SQLite database. Times are ISO texts in UTC, truth values 0 and 1.

**All or nothing**: everything happens in one transaction. **Once**: what was written is noted in the table
\`slipway_writes\` of the same database, in the same transaction. The step is up to date while its input is the same and
the table is as it was left; the same rows are not appended twice, also when the engine dies right after a write.

*replace* keeps an existing table with its types, indexes and rights, and changes its rows. Columns of the table that the
rows lack get their defaults. *upsert* needs a unique index on the keys; a key that comes twice in the rows is refused.`,
});
