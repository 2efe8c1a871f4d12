import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { columnsParam, tableResources } from '../../lib/table-params.ts';

export const joinTablesNode = defineNode({
  kind: 'data.join',
  version: 1,
  stage: 'data',
  title: 'Join tables',
  summary: 'Puts the columns of two tables beside each other where keys are equal',
  keywords: ['merge', 'lookup', 'inner', 'left', 'outer', 'key', 'combine', 'enrich', 'anti', 'semi', 'vlookup'],
  params: z.object({
    how: z
      .enum(['left', 'inner', 'right', 'full', 'semi', 'anti'])
      .default('left')
      .describe('Which rows stay: all of the left, those with a partner, …; anti keeps left rows without a partner'),
    leftKeys: columnsParam('Columns of the left table that must be equal', 'left'),
    rightKeys: columnsParam('Columns of the right table, in the same order; none means the same names', 'right'),
    cardinality: z
      .enum(['any', 'one-to-one', 'one-to-many', 'many-to-one'])
      .default('many-to-one')
      .describe('What must hold of the keys: many-to-one lets a right key come once, so no row is multiplied'),
    unmatched: z
      .enum(['allow', 'warn', 'fail'])
      .default('allow')
      .describe('What left rows without a partner do')
      .meta(paramMeta({ advanced: true })),
    suffix: z
      .string()
      .min(1)
      .max(60)
      .default('_right')
      .describe('Added to a column of the right table whose name the left one has too')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: {
      left: { types: ['table'], doc: 'The table whose order the rows keep' },
      right: { types: ['table'], doc: 'The table whose columns are added' },
    },
    outputs: {
      table: { type: 'table', doc: 'The joined rows, in the order of the left table, then of the right' },
      report: { type: 'report', doc: 'How many rows found a partner, with examples of those that did not' },
    },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'sort'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Airports of flights',
      params: { leftKeys: ['origin'], rightKeys: ['iata'], unmatched: 'warn' },
      note: 'Each flight gets the columns of its airport; an airport that comes twice stops the step.',
    },
    { name: 'Unknown customers', params: { how: 'anti', leftKeys: ['customer'] }, note: 'Rows without a partner.' },
  ],
  help: `Rows belong together where all keys are equal; missing keys equal nothing. Keys of the right table are not repeated
in the result. In right and full joins the key columns hold the key of whichever side has it.

**Cardinality** is checked before anything is written: with *many-to-one* a key comes at most once in the right table, with
*one-to-many* in the left one, with *one-to-one* in both. A key that comes more often stops the step and is shown: joins
that multiply rows in silence are how totals go wrong.

**Report**: rows with and without a partner on both sides, with examples.

For features of an entity as of the time of a label, use Join features: it never looks ahead.`,
});
