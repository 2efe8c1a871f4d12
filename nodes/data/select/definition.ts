import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { castTypes, columnsParam, tableResources } from '../../lib/table-params.ts';

export const selectNode = defineNode({
  kind: 'data.select',
  version: 1,
  stage: 'data',
  title: 'Select columns',
  summary: 'Keeps, drops, reorders, renames and casts columns',
  keywords: ['columns', 'keep', 'drop', 'remove', 'rename', 'cast', 'convert', 'type', 'reorder', 'project'],
  params: z.object({
    mode: z
      .enum(['keep', 'first', 'drop'])
      .default('keep')
      .describe('Keep only the columns named, put them first and keep the others, or drop them'),
    columns: columnsParam('Columns, in the order they should have; none means all'),
    rename: z
      .record(z.string(), z.string().min(1).max(255))
      .default({})
      .describe('Column → new name')
      .meta(paramMeta({ ui: { control: 'map', port: 'input' } })),
    types: z
      .record(z.string(), z.enum(castTypes))
      .default({})
      .describe('Column → new type, by its name in the input')
      .meta(paramMeta({ ui: { control: 'map', port: 'input' } })),
    onCastFailure: z
      .enum(['fail', 'missing'])
      .default('fail')
      .describe('What a value that does not convert does: stop the step, or become missing')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Any table' } },
    outputs: { table: { type: 'table', doc: 'The same rows with the columns chosen' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Keep and cast',
      params: { columns: ['id', 'price'], rename: { price: 'amount' }, types: { id: 'string' } },
      note: 'Two columns stay; the price is renamed and the id becomes text.',
    },
    { name: 'Drop', params: { mode: 'drop', columns: ['comment'] }, note: 'Everything but one column.' },
  ],
  help: `Rows and their order stay as they are; columns change.

- **Keep** gives the columns named, in that order. **First** puts them in front of the others. **Drop** removes them.
- **Rename** and **types** name columns as they are called in the input.
- Text becomes a time with its offset taken into account; the result is UTC. A value that does not convert stops the step
  with the value in the message, or becomes missing.

Two columns with one name, in any case, are refused.`,
});
