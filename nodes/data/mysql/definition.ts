import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import {
  databaseSourceExample,
  databaseSourceParams,
  databaseSourcePorts,
  databaseSourceResources,
  passwordHelp,
  refreshHelp,
  serverParams,
} from '../../lib/database-source-params.ts';

export const mysqlNode = defineNode({
  kind: 'data.mysql',
  version: 1,
  stage: 'data',
  title: 'MySQL',
  summary: 'Reads a table or a query from a MySQL or MariaDB database',
  keywords: ['mysql', 'mariadb', 'database', 'db', 'sql', 'query', 'import', 'load', 'read', 'source', 'table'],
  params: z.object({
    ...serverParams({ port: 3306, database: '', user: 'root' }),
    ...databaseSourceParams('MySQL'),
  }),
  ports: databaseSourcePorts,
  determinism: 'external',
  resources: (_params, stats) => databaseSourceResources(stats, 5_000_000),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [databaseSourceExample],
  help: `Reads a table, a view, or one SELECT from MySQL or MariaDB, in one read-only transaction. The rows are streamed to disk,
so tables larger than memory can be read.

${passwordHelp}

**Types.** Integers, floats, dates and times keep their types; decimals up to 38 digits stay exact. Times with a time zone
(\`timestamp\`) are UTC. \`0000-00-00\` is missing. JSON, enums, sets and times of day become text; bytes and bits become
hexadecimal text.

${refreshHelp}`,
});
