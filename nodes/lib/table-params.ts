import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';
import type { ColumnType } from '../../shared/table/schema.ts';
import type { InputStats, ResourceEstimate } from '../../shared/node/define-node.ts';

/** A column of an input port, chosen in the form; empty is none. */
export function columnParam(description: string, port = 'input', types?: readonly ColumnType[]) {
  const ui = { control: 'column', port, ...(types === undefined ? {} : { types }) } as const;
  return z.string().default('').describe(description).meta(paramMeta({ ui }));
}

/** Columns of an input port, chosen in the form. */
export function columnsParam(description: string, port = 'input', types?: readonly ColumnType[]) {
  const ui = { control: 'columns', port, ...(types === undefined ? {} : { types }) } as const;
  return z.array(z.string()).max(10_000).default([]).describe(description).meta(paramMeta({ ui }));
}

/** Name of a column that is made. */
export const newColumnName = z.string().max(255).default('').describe('Name of the new column');

/** Types a column can be cast to, and the DuckDB type of each. */
export const castTypes = ['string', 'int64', 'float64', 'bool', 'timestamp', 'date'] as const;

/** Columns by which rows are ordered. */
export function orderParam(description: string, port = 'input') {
  return z
    .array(
      z.strictObject({
        column: columnParam('Column to order by', port),
        descending: z.boolean().default(false).describe('Largest or latest first'),
      }),
    )
    .max(64)
    .default([])
    .describe(description);
}

/** Estimate of a step that reads its rows once (`scan`), or holds them to sort or match them. */
export function tableResources(stats: InputStats, work: 'scan' | 'sort'): ResourceEstimate {
  const rows = stats.rows ?? 1_000_000;
  const bytesPerRow = work === 'scan' ? 100 : 500;
  const rowsPerSecond = work === 'scan' ? 2_000_000 : 600_000;
  return {
    cpu: 2,
    memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * bytesPerRow),
    seconds: 0.2 + rows / rowsPerSecond,
  };
}
