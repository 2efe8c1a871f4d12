import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { tableResources } from '../../lib/table-params.ts';
import { tableSinkParams } from '../../lib/table-sink-params.ts';
import { postgresNode } from '../postgres/definition.ts';

const { host, port, database, user, password, tls } = postgresNode.params.shape;

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
  params: z.object({ host, port, database, user, password, tls, ...tableSinkParams }),
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

**All or nothing**: everything happens in one transaction. **Once**: what was written is noted in the table
\`slipway_writes\` of the same database, in the same transaction. The step is up to date while its input is the same and
the table is as it was left; the same rows are not appended twice, also when the engine dies right after a write.

*replace* keeps an existing table with its types, indexes and rights, and changes its rows. Columns of the table that the
rows lack get their defaults. *upsert* needs a unique index on the keys; a key that comes twice in the rows is refused.`,
});
