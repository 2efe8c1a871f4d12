import { AppError } from '../../../shared/errors/app-error.ts';
import type { TablePage } from '../../../shared/rpc/engine-contract.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { type DuckDbOptions, parquetRelation, withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { cell, cellExpression } from './page.ts';
import { quoteIdentifier } from './quote.ts';
import { checkSelect } from './select-query.ts';

export interface PreviewTable {
  path: string;
  columns: readonly Column[];
}

/** Rows of each input that a preview looks at: enough to show, few enough to answer while a person types. */
export const previewInputRows = 20_000;
const previewMs = 4000;
const result = quoteIdentifier('the result');

/**
 * The first rows of one SELECT over tables, by name, of each of which it sees the first 20,000 rows. It can read nothing
 * else, and is ended after 4 s. Errors: `data.query`, `data.column-missing`, `run.cancelled`.
 */
export async function previewQuery(
  query: string,
  inputs: Readonly<Record<string, PreviewTable>>,
  limit: number,
  options: DuckDbOptions = {},
): Promise<TablePage> {
  const columnsOf = Object.fromEntries(Object.entries(inputs).map(([name, { columns }]) => [name, columns]));
  const { select, columns } = await checkSelect(query, columnsOf, [], options.signal);
  const late = AbortSignal.timeout(previewMs);
  const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
  try {
    return await withDuckDb({ ...options, signal }, async (db) => {
      for (const [name, table] of Object.entries(inputs)) {
        const rows = `FROM ${parquetRelation(table.path, table.columns)} LIMIT ${previewInputRows}`;
        await db.run(`CREATE VIEW ${quoteIdentifier(name)} AS ${rows}`);
      }
      await db.restrictToFiles(Object.values(inputs).map((table) => table.path));
      await db.run(`CREATE VIEW ${result} AS ${select}`);
      const items = columns.map((column, index) => `${cellExpression(column)} AS c${index}`);
      const rows = await db.rows(`SELECT ${items.join(', ')} FROM ${result} LIMIT ${limit}`);
      return {
        columns,
        rows: rows.map((row) => columns.map((column, index) => cell(column, row[`c${index}`] ?? null))),
        offset: 0,
        total: rows.length,
      };
    });
  } catch (error) {
    if (late.aborted && !options.signal?.aborted) {
      throw new AppError('data.query', `The preview took more than ${previewMs / 1000} s.`, {
        fix: 'Run the step to see its rows.',
      });
    }
    throw duckDbError(error, { code: 'data.query', doing: 'The query failed' });
  }
}
