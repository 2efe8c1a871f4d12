import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { secretReferenceSchema } from '../../../shared/node/secret.ts';

export const postgresNode = defineNode({
  kind: 'data.postgres',
  version: 1,
  stage: 'data',
  title: 'PostgreSQL',
  summary: 'Reads a table or a query from a PostgreSQL database',
  keywords: ['postgres', 'database', 'db', 'sql', 'query', 'import', 'load', 'read', 'source', 'table', 'warehouse'],
  params: z.object({
    host: z
      .string()
      .default('127.0.0.1')
      .describe('Name or address of the server')
      .meta(paramMeta({ section: 'Connection' })),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .default(5432)
      .describe('Port of the server')
      .meta(paramMeta({ section: 'Connection' })),
    database: z
      .string()
      .default('postgres')
      .describe('Name of the database')
      .meta(paramMeta({ section: 'Connection' })),
    user: z
      .string()
      .default('postgres')
      .describe('Who to connect as')
      .meta(paramMeta({ section: 'Connection' })),
    password: secretReferenceSchema
      .nullable()
      .default(null)
      .describe('Secret with the password, as {"secret": "NAME"}; none where the server asks for none')
      .meta(paramMeta({ section: 'Connection' })),
    tls: z
      .enum(['off', 'encrypt', 'verify'])
      .default('off')
      .describe('Encryption of the connection; verify also checks the certificate of the server')
      .meta(paramMeta({ section: 'Connection', label: 'TLS' })),
    table: z
      .string()
      .default('')
      .describe('Table or view to read, perhaps as schema.table; leave it empty to give a query'),
    query: z
      .string()
      .max(200_000)
      .default('')
      .describe('One SELECT in PostgreSQL’s SQL, in place of a table')
      .meta(paramMeta({ ui: { control: 'sql' } })),
    refresh: z
      .enum(['always', 'query', 'never'])
      .default('always')
      .describe('When to read again: on every run, when the result of the probe query changes, or never')
      .meta(paramMeta({ section: 'Refresh' })),
    probeQuery: z
      .string()
      .max(20_000)
      .default('')
      .describe(
        'A cheap SELECT whose result changes with the data, such as SELECT max(updated_at), count(*) FROM orders',
      )
      .meta(paramMeta({ ui: { control: 'sql' }, section: 'Refresh' })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows, in the order the server gives them' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 50_000_000;
    return { cpu: 1, memoryBytes: 2 ** 29, seconds: 0.5 + bytes / 10_000_000 };
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
    {
      name: 'When it changed',
      params: {
        database: 'shop',
        query: "SELECT * FROM orders WHERE state = 'paid' ORDER BY id",
        refresh: 'query',
        probeQuery: 'SELECT max(updated_at), count(*) FROM orders',
      },
      note: 'Reads again only when the probe query gives something else.',
    },
  ],
  help: `Reads a table, a view, or one SELECT from PostgreSQL 10 or newer, in one read-only transaction. The rows are streamed
to disk, so tables larger than memory can be read.

**Password.** The graph names a secret, \`{"secret": "SHOP_DB"}\`. Its value is the environment variable
\`SLIPWAY_SECRET_SHOP_DB\` of the engine and is never written to a graph, key, log or artifact.

**Types.** Integers, floats, booleans, dates and times keep their types; \`numeric(p, s)\` is a decimal up to 38 digits, and
\`numeric\` without a size a float, in which NaN is kept (in a decimal it is missing). Times with a time zone become times
in UTC. JSON and arrays become JSON text; UUIDs, intervals, ranges, network addresses and enums become text; bytes become
hexadecimal text.

**When it runs again** is up to *Refresh*. When the rows are the same as before, steps below stay cached in any case. Give
the query an \`ORDER BY\`, because the server may change the order of rows between reads.

A connection that is lost is reported as such, and the step can be retried: set \`retry\` on the node.`,
});
