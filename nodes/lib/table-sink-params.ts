import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { columnsParam } from './table-params.ts';

/** What a sink does to a table of a database. */
export const tableSinkParams = {
  table: z
    .string()
    .max(255)
    .default('')
    .describe('Table to write, perhaps as schema.table; it is made where there is none'),
  mode: z
    .enum(['append', 'replace', 'upsert'])
    .default('replace')
    .describe('Add the rows, put them in the place of all others, or insert and update by key'),
  keys: columnsParam('Key columns of upsert; the table needs a unique index on them', 'table').meta(
    paramMeta({ ui: { control: 'columns', port: 'table' } }),
  ),
};
