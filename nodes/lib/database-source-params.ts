import { z } from 'zod';
import type { InputStats, NodeExample, Ports, ResourceEstimate } from '../../shared/node/define-node.ts';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { secretReferenceSchema } from '../../shared/node/secret.ts';

/** How to reach a database server and sign in. */
export function serverParams(defaults: { port: number; database: string; user: string }) {
  return {
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
      .default(defaults.port)
      .describe('Port of the server')
      .meta(paramMeta({ section: 'Connection' })),
    database: z
      .string()
      .default(defaults.database)
      .describe('Name of the database')
      .meta(paramMeta({ section: 'Connection' })),
    user: z
      .string()
      .default(defaults.user)
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
  };
}

/** How to reach a PostgreSQL server, to read and to write. */
export const postgresServerParams = serverParams({ port: 5432, database: 'postgres', user: 'postgres' });

/** What to read from a database, and when again. `title`: name of the database system. */
export function databaseSourceParams(title: string) {
  return {
    table: z
      .string()
      .default('')
      .describe('Table or view to read, perhaps as schema.table; leave it empty to give a query'),
    query: queryParam(title),
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
      .meta(paramMeta({ ui: { control: 'sql', over: 'catalog' }, section: 'Refresh' })),
  };
}

/** The SELECT to read in place of a table. `title`: name of the database system. */
export function queryParam(title: string) {
  return z
    .string()
    .max(200_000)
    .default('')
    .describe(`One SELECT in ${title}’s SQL, in place of a table`)
    .meta(paramMeta({ ui: { control: 'sql', over: 'catalog' } }));
}

export const databaseSourcePorts: Ports = {
  inputs: {},
  outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows, in the order the server gives them' } },
};

/** Estimate of a step whose rows arrive at a rate and are stored by one thread. */
export function databaseSourceResources(stats: InputStats, bytesPerSecond: number): ResourceEstimate {
  const bytes = stats.bytes ?? 50_000_000;
  return { cpu: 1, memoryBytes: 2 ** 29, seconds: 0.5 + bytes / bytesPerSecond };
}

export const databaseSourceExample: NodeExample = {
  name: 'Table',
  params: {
    host: 'db.example.org',
    database: 'shop',
    user: 'reader',
    password: { secret: 'SHOP_DB' },
    table: 'orders',
  },
  note: 'The password is the environment variable SLIPWAY_SECRET_SHOP_DB; the graph only names it.',
};

/** Paragraph of the help: where the password comes from. */
export const passwordHelp = `**Password.** The graph names a secret, \`{"secret": "SHOP_DB"}\`. Its value is the environment variable
\`SLIPWAY_SECRET_SHOP_DB\` of the engine and is never written to a graph, key, log or artifact.`;

/** Paragraph of the help: when rows are read again. */
export const refreshHelp = `**When it runs again** is up to *Refresh*. When the rows are the same as before, steps below stay cached in any case. Give
the query an \`ORDER BY\`, because the server may change the order of rows between reads.`;
