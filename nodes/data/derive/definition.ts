import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { castTypes, newColumnName, tableResources } from '../../lib/table-params.ts';

export const deriveNode = defineNode({
  kind: 'data.derive',
  version: 1,
  stage: 'data',
  title: 'Derive columns',
  summary: 'Computes new columns from expressions',
  keywords: ['compute', 'formula', 'expression', 'calculate', 'new column', 'mutate', 'add', 'case', 'label'],
  params: z.object({
    columns: z
      .array(
        z.strictObject({
          name: newColumnName,
          expression: z
            .string()
            .max(20_000)
            .default('')
            .describe('Its value in SQL, such as delay > 15')
            .meta(paramMeta({ ui: { control: 'expression', port: 'input' } })),
          type: z
            .enum(['auto', ...castTypes])
            .default('auto')
            .describe('Type to cast the value to; auto takes it as it comes')
            .meta(paramMeta({ advanced: true })),
        }),
      )
      .max(1000)
      .default([])
      .describe('New columns, one after another: each may use those before it'),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The rows with the new columns after the others' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Label',
      params: {
        columns: [
          { name: 'delayed', expression: 'delay > 15' },
          { name: 'month', expression: 'month(date)' },
        ],
      },
      note: 'A label and a part of the date.',
    },
    {
      name: 'Clean',
      params: { columns: [{ name: 'email', expression: 'lower(trim(email))' }] },
      note: 'A name that exists is replaced where it stands.',
    },
  ],
  help: `Each expression is a value in DuckDB’s SQL over the columns of the input and the new columns before it. A name that
exists already replaces that column in its place.

Conditions: \`CASE WHEN delay > 60 THEN 'late' ELSE 'fine' END\`, \`coalesce(a, b)\`. Times: \`month(date)\`,
\`date_diff('day', a, b)\`. Text: \`lower(name)\`, \`regexp_extract(code, '[0-9]+')\`. Across rows, with \`OVER\`:
\`avg(price) OVER (PARTITION BY shop)\`, though Window makes that safe against looking ahead.

Queries and functions that give another result each time, such as \`random()\` and \`now()\`, are refused.`,
});
