import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { postgresNode } from '../postgres/definition.ts';

const { host, password, tls, table, refresh, probeQuery } = postgresNode.params.shape;

export const mysqlNode = defineNode({
  kind: 'data.mysql',
  version: 1,
  stage: 'data',
  title: 'MySQL',
  summary: 'Reads a table or a query from a MySQL or MariaDB database',
  keywords: ['mysql', 'mariadb', 'database', 'db', 'sql', 'query', 'import', 'load', 'read', 'source', 'table'],
  params: z.object({
    host,
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(3306)
      .describe('Port of the server')
      .meta(paramMeta({ section: 'Connection' })),
    database: z
      .string()
      .default('')
      .describe('Name of the database')
      .meta(paramMeta({ section: 'Connection' })),
    user: z
      .string()
      .default('root')
      .describe('Who to connect as')
      .meta(paramMeta({ section: 'Connection' })),
    password,
    tls,
    table,
    query: z
      .string()
      .max(200_000)
      .default('')
      .describe('One SELECT in MySQL’s SQL, in place of a table')
      .meta(paramMeta({ ui: { control: 'sql' } })),
    refresh,
    probeQuery,
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows, in the order the server gives them' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 50_000_000;
    return { cpu: 1, memoryBytes: 2 ** 29, seconds: 0.5 + bytes / 5_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Table',
      params: {
        host: 'db.example.org',
        database: 'shop',
        user: 'reader',
        password: { secret: 'SHOP_DB' },
        table: 'orders',
      },
      note: 'The password is the environment variable SLIPWAY_SECRET_SHOP_DB; the graph only names it.',
    },
  ],
  help: `Reads a table, a view, or one SELECT from MySQL or MariaDB, in one read-only transaction. The rows are streamed to disk,
so tables larger than memory can be read.

**Password.** The graph names a secret, \`{"secret": "SHOP_DB"}\`. Its value is the environment variable
\`SLIPWAY_SECRET_SHOP_DB\` of the engine and is never written to a graph, key, log or artifact.

**Types.** Integers, floats, dates and times keep their types; decimals up to 38 digits stay exact. Times with a time zone
(\`timestamp\`) are UTC. \`0000-00-00\` is missing. JSON, enums, sets and times of day become text; bytes and bits become
hexadecimal text.

**When it runs again** is up to *Refresh*. When the rows are the same as before, steps below stay cached in any case. Give
the query an \`ORDER BY\`, because the server may change the order of rows between reads.`,
});
