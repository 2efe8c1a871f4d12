import type { Tensor } from 'onnxruntime-common';
import type { InputColumn } from '../../../shared/model/signature.ts';
import { withDuckDb } from '../duckdb/connection.ts';
import { quotePath } from '../duckdb/quote.ts';
import { type ColumnValues, readColumns } from '../duckdb/read-columns.ts';
import { missingValues, rawTensor } from '../onnx/raw-inputs.ts';

export interface RowSample {
  rows: number;
  columns: Record<string, ColumnValues>;
  /** The columns as a model takes them. */
  feeds: Record<string, Tensor>;
}

/**
 * At most `limit` rows of a Parquet file, evenly spaced, in order; of those that meet `where`, an SQL condition.
 * Errors: those of `readColumns`.
 */
export async function readRowSample(
  path: string,
  columns: readonly InputColumn[],
  limit: number,
  { where = 'true', signal }: { where?: string; signal?: AbortSignal } = {},
): Promise<RowSample> {
  const options = signal === undefined ? {} : { signal };
  const ordinals = await withDuckDb({ threads: 1, ...options }, (db) => {
    // Row i of n is taken when i · limit / n passes a whole number.
    return db.rows(
      `SELECT CAST(ordinal AS DOUBLE) AS ordinal FROM (
        SELECT file_row_number AS ordinal, row_number() OVER (ORDER BY file_row_number) AS place, count(*) OVER () AS total
        FROM read_parquet(${quotePath(path)}, file_row_number = true) WHERE ${where}
      ) WHERE total <= ${limit} OR (place * ${limit}) // total > ((place - 1) * ${limit}) // total ORDER BY ordinal`,
    );
  });
  const taken = ordinals.map((row) => Number(row['ordinal']));
  let found: ColumnValues[] = columns.map((column) => missingValues(column, 0));
  if (taken.length > 0) {
    const chunks = readColumns(path, columns, {
      ...options,
      chunkRows: taken.length,
      where: `file_row_number IN (${taken.join(', ')})`,
    });
    for await (const chunk of chunks) found = chunk.columns;
  }
  return {
    rows: taken.length,
    columns: Object.fromEntries(found.map((column) => [column.name, column])),
    feeds: Object.fromEntries(found.map((column) => [column.name, rawTensor(column, taken.length)])),
  };
}
