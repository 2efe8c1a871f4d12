import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { tableSink, tableSinkHelp, tableSinkParams } from '../../lib/table-sink-params.ts';

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
  ...tableSink,
  migrations: [],
  examples: [
    {
      name: 'Scores',
      params: { path: 'shop.db', table: 'scores', mode: 'upsert', keys: ['customer'] },
      note: 'Each customer has one row, which is updated.',
    },
  ],
  help: `Writes rows into a table of a SQLite database. Times are ISO texts in UTC, truth values 0 and 1.

${tableSinkHelp}`,
});
