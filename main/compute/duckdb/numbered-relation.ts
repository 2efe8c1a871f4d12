import type { Column } from '../../../shared/table/schema.ts';
import { withTensors } from './connection.ts';
import { quoteIdentifier, quotePath } from './quote.ts';

/** A FROM item and the (quoted) name of its last column: the ordinal of each row in the file, from 0. */
export interface NumberedRelation {
  relation: string;
  ordinal: string;
}

/** Like `parquetRelation`, with the ordinal of each row, under a name that no column has. */
export function numberedParquetRelation(path: string, columns: readonly Column[]): NumberedRelation {
  const taken = columns.some((column) => column.name.toLowerCase() === 'file_row_number');
  if (!taken) {
    const scan = `read_parquet(${quotePath(path)}, file_row_number = true)`;
    return { relation: withTensors(scan, columns), ordinal: 'file_row_number' };
  }
  const ordinal = quoteIdentifier('row ordinal of slipway');
  const scan = `(SELECT *, row_number() OVER () - 1 AS ${ordinal} FROM read_parquet(${quotePath(path)}))`;
  return { relation: withTensors(scan, columns), ordinal };
}
