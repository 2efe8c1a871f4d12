import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { queryParam } from '../../lib/database-source-params.ts';

export const sqliteNode = defineNode({
  kind: 'data.sqlite',
  version: 1,
  stage: 'data',
  title: 'SQLite',
  summary: 'Reads a table or a query from a SQLite database file',
  keywords: ['database', 'db', 'sql', 'query', 'import', 'load', 'read', 'source', 'table'],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe('Database file; relative to the graph file or absolute')
      .meta(paramMeta({ ui: { control: 'path', extensions: ['db', 'sqlite', 'sqlite3', 'gpkg', 'mbtiles'] } })),
    table: z.string().default('').describe('Table or view to read; leave it empty to give a query'),
    query: queryParam('SQLite'),
    types: z
      .record(z.string(), z.enum(['string', 'int64', 'float64', 'bool', 'timestamp']))
      .default({})
      .describe('Column → type, in place of the type found')
      .meta(paramMeta({ section: 'Columns', advanced: true })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows, in the order SQLite gives them' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 50_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + 2 * bytes), seconds: 0.5 + bytes / 10_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'Table', params: { path: 'shop.db', table: 'orders' }, note: 'All rows of one table.' },
    {
      name: 'Query',
      params: {
        path: 'shop.db',
        query: 'SELECT o.*, c.country FROM orders o JOIN customers c ON c.id = o.customer ORDER BY o.id',
        types: { zip: 'string' },
      },
      note: 'A join inside the database; zip codes stay text.',
    },
  ],
  help: `Reads a table, a view, or one SELECT from a SQLite database. The file is opened read-only; nothing but a SELECT is
run.

**Types.** SQLite stores a type with every value, not with a column, so the values decide: whole numbers, floats, text
or bytes. Numbers and text in one column give text, with a warning. Columns declared as BOOLEAN with only 0 and 1
become true and false; columns declared as DATE, DATETIME or TIMESTAMP whose texts are all times become times, in UTC.
Set \`types\` where that is not what you want; a value that does not convert stops the step.

The step runs again when the content of the file (with its write-ahead log) changes. Give the query an \`ORDER BY\` where
the order of the rows matters.`,
});
