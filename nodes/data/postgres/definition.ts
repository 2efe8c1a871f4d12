import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import {
  databaseSourceExample,
  databaseSourceParams,
  databaseSourcePorts,
  databaseSourceResources,
  passwordHelp,
  postgresServerParams,
  refreshHelp,
} from '../../lib/database-source-params.ts';

export const postgresNode = defineNode({
  kind: 'data.postgres',
  version: 1,
  stage: 'data',
  title: 'PostgreSQL',
  summary: 'Reads a table or a query from a PostgreSQL database',
  keywords: ['postgres', 'database', 'db', 'sql', 'query', 'import', 'load', 'read', 'source', 'table', 'warehouse'],
  params: z.object({ ...postgresServerParams, ...databaseSourceParams('PostgreSQL') }),
  ports: databaseSourcePorts,
  determinism: 'external',
  resources: (_params, stats) => databaseSourceResources(stats, 10_000_000),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    databaseSourceExample,
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

${passwordHelp}

**Types.** Integers, floats, booleans, dates and times keep their types; \`numeric(p, s)\` is a decimal up to 38 digits, and
\`numeric\` without a size a float, in which NaN is kept (in a decimal it is missing). Times with a time zone become times
in UTC. JSON and arrays become JSON text; UUIDs, intervals, ranges, network addresses and enums become text; bytes become
hexadecimal text.

${refreshHelp}

A connection that is lost is reported as such, and the step can be retried: set \`retry\` on the node.`,
});
