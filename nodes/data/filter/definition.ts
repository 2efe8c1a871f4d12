import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { columnParam, tableResources } from '../../lib/table-params.ts';

const condition = z.strictObject({
  column: columnParam('Column to look at'),
  is: z
    .enum([
      'equal',
      'notEqual',
      'less',
      'atMost',
      'greater',
      'atLeast',
      'oneOf',
      'noneOf',
      'contains',
      'startsWith',
      'endsWith',
      'matches',
      'missing',
      'present',
    ])
    .default('equal')
    .describe('How the value must be'),
  value: z.string().max(10_000).default('').describe('What to compare with; not used by oneOf, missing and present'),
  values: z
    .array(z.string().max(10_000))
    .max(10_000)
    .default([])
    .describe('oneOf, noneOf: the values')
    .meta(paramMeta({ advanced: true })),
});
export type Condition = z.output<typeof condition>;

export const filterNode = defineNode({
  kind: 'data.filter',
  version: 1,
  stage: 'data',
  title: 'Filter rows',
  summary: 'Keeps the rows that meet conditions',
  keywords: ['where', 'rows', 'condition', 'keep', 'drop', 'remove', 'missing', 'null', 'query'],
  params: z.object({
    match: z.enum(['all', 'any']).default('all').describe('Whether a row must meet all conditions, or any'),
    conditions: z.array(condition).max(256).default([]).describe('Conditions on single columns'),
    expression: z
      .string()
      .max(20_000)
      .default('')
      .describe('Condition in SQL, such as delay > 15 AND origin <> destination; a row must meet it too')
      .meta(paramMeta({ ui: { control: 'expression', port: 'input' } })),
    negate: z
      .boolean()
      .default(false)
      .describe('Keep the other rows instead')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The rows that meet the conditions, in their order' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Late flights',
      params: {
        conditions: [
          { column: 'delay', is: 'greater', value: '15' },
          { column: 'origin', is: 'oneOf', values: ['ATL', 'ORD'] },
        ],
      },
      note: 'Rows that meet both conditions.',
    },
    { name: 'Expression', params: { expression: 'delay IS NOT NULL AND distance > 100' }, note: 'The same in SQL.' },
  ],
  help: `Keeps the rows that meet the conditions, in their order.

Values are compared by the type of the column: numbers as numbers, times as times in UTC (\`2001-05-01T06:00\`), text exactly,
case included. *matches* takes a regular expression (RE2) found anywhere in the value.

A missing value meets *missing* only: it is not “not equal” to anything. An expression that is missing counts as not met.

The expression is one condition in DuckDB’s SQL over the columns of the input; it can hold no query, and functions that
give another result each time are refused.`,
});
