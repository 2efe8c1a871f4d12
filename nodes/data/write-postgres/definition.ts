import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { postgresServerParams } from '../../lib/database-source-params.ts';
import { tableSink, tableSinkHelp, tableSinkParams } from '../../lib/table-sink-params.ts';

export const writePostgresNode = defineNode({
  kind: 'data.write-postgres',
  version: 1,
  stage: 'data',
  title: 'Write PostgreSQL',
  summary: 'Writes a table into a PostgreSQL database: append, replace or upsert',
  keywords: [
    'postgres',
    'database',
    'sink',
    'save',
    'insert',
    'upsert',
    'append',
    'output',
    'export',
    'db',
    'warehouse',
  ],
  params: z.object({ ...postgresServerParams, ...tableSinkParams }),
  ...tableSink,
  migrations: [],
  examples: [
    {
      name: 'Scores',
      params: {
        host: 'db.example.org',
        database: 'shop',
        user: 'writer',
        password: { secret: 'SHOP_DB' },
        table: 'public.scores',
        mode: 'upsert',
        keys: ['customer'],
      },
      note: 'Each customer has one row, which is updated. The graph only names the secret.',
    },
  ],
  help: `Writes rows into a table of PostgreSQL 10 or newer by COPY, so that many rows go fast. Times are without time zone, in UTC.

${tableSinkHelp}`,
});
