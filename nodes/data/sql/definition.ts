import { z } from 'zod';
import { defineNode, type InputPort } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const inputName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be a lower-case name such as input or flights_2001');

export const sqlNode = defineNode({
  kind: 'data.sql',
  version: 1,
  stage: 'data',
  title: 'SQL',
  summary: 'Filters, joins and computes columns with one SELECT',
  keywords: ['query', 'select', 'join', 'filter', 'where', 'group', 'aggregate', 'transform', 'window', 'duckdb'],
  params: z.object({
    inputs: z
      .array(inputName)
      .min(1)
      .max(16)
      .refine((names) => new Set(names).size === names.length, 'names must differ')
      .default(['input'])
      .describe('Names of the input tables; each is an input port and a table in the query'),
    query: z
      .string()
      .max(200_000)
      .default('SELECT * FROM input')
      .describe('One SELECT over the inputs, in DuckDB’s SQL')
      .meta(paramMeta({ ui: { control: 'sql' } })),
    orderBy: z
      .array(z.string())
      .default([])
      .describe('Columns of the result that order its rows; ties are broken by the other columns')
      .meta(paramMeta({ section: 'Row order', advanced: true })),
  }),
  ports: (params) => ({
    inputs: Object.fromEntries(
      params.inputs.map((name): [string, InputPort] => [name, { types: ['table'], doc: `Table ${name} of the query` }]),
    ),
    outputs: { table: { type: 'table', doc: 'The rows of the query' } },
  }),
  determinism: 'pure',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(3 * 2 ** 30, 2 ** 28 + rows * 700), seconds: 0.3 + rows / 400_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Label',
      params: { query: 'SELECT *, delay > 15 AS delayed\nFROM input\nWHERE delay IS NOT NULL' },
      note: 'Adds a label and drops rows without one.',
    },
    {
      name: 'Join',
      params: {
        inputs: ['flights', 'airports'],
        query: 'SELECT flights.*, airports.state\nFROM flights LEFT JOIN airports ON flights.origin = airports.iata',
        orderBy: ['date'],
      },
      note: 'Two inputs, each a table of the query.',
    },
  ],
  help: `Runs one SELECT in [DuckDB's SQL](https://duckdb.org/docs/stable/sql/introduction). The inputs are tables under
their names; \`FROM input\` reads the first. More names under *Inputs* give more input ports.

**Before anything runs** the query is bound to the columns of its inputs, so the result's columns are known to the steps
below, and a column that does not exist is reported with likely candidates.

**The same input gives the same result**, on any machine and with any number of threads:
- Rows of a plain filter or projection keep the order of the input. A query with joins or groups is ordered by all its
  columns, or by *Order by*, or by its own final \`ORDER BY\`; ties are broken by the remaining columns.
- Sums and means of floats, first values and window functions that depend on row order make the query run on one thread.
  Sum integers or decimals where speed matters.
- \`now()\`, \`random()\` and samples are refused. In an \`ASOF JOIN\`, make the right side unique per key and time: which
  of several equal rows is taken is open.

**Only the inputs can be read**: no files, no network, no other statement than SELECT.`,
});
